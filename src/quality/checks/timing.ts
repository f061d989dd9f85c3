import { askRate } from "../rates.ts";
import type { Check } from "../view.ts";
import { percent } from "../format.ts";
import { seriesOf } from "./repetition.ts";

/** Events come in long after they happened: what was computed in between lacked them. */
export const late: Check = (view) =>
  askRate(view, {
    kind: "late",
    subject: "events",
    means: "broken",
    trouble: "more",
    series: seriesOf(view.days, (day) => day.late),
    matters: ({ now, usual }) => now - usual >= 0.1 && now >= 2 * usual,
    text: ({ now, usual }, since) =>
      `${percent(now)} of the visits came in more than an hour late, usually ${
        percent(usual)
      }, since ${since}; ` +
      "look at the queue between the shop and here",
  });

/** Events overtake each other on the way. */
export const outOfOrder: Check = (view) =>
  askRate(view, {
    kind: "out of order",
    subject: "events",
    means: "broken",
    trouble: "more",
    series: seriesOf(view.days, (day) => day.outOfOrder),
    matters: ({ now, usual }) => now - usual >= 0.1 && now >= 2 * usual,
    text: ({ now, usual }, since) =>
      `in ${percent(now)} of the visits events came in after later ones, usually in ${
        percent(usual)
      }, since ${since}; ` +
      "look at the clocks and the retries of what sends them",
  });
