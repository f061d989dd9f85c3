import { askRate } from "../rates.ts";
import type { Check, View } from "../view.ts";
import { percent } from "../format.ts";
import { mainTypes } from "./missing.ts";

/** Names that shops give to their own failures. */
const FAILURE =
  /(^|[_.-])(errors?|fail(ed|ure|ures)?|bug|exception|crash(ed)?|timeout|declined?|denied|abort(ed)?)([_.-]|$)/;

const seriesOfType = ({ days }: View, type: string) =>
  days.map(({ day, visits, events, types }) => {
    const [k, rows] = types[type] ?? [0, 0];
    return { day, k, n: visits, rows, of: events };
  });

const odds = (share: number) => share / Math.max(1e-9, 1 - share);

/** A type of event does not come in any more, or in small part, while others do. */
export const lostType: Check = (view) =>
  mainTypes(view).flatMap((type) =>
    askRate(view, {
      kind: "lost event type",
      subject: type,
      means: "broken",
      trouble: "less",
      series: seriesOfType(view, type),
      matters: ({ now, usual, perDay, usualPerDay }) =>
        odds(now) <= 0.5 * odds(usual) && perDay <= 0.7 * usualPerDay,
      text: ({ now, usual }, since) =>
        `"${type}" comes in ${percent(now)} of the visits, usually in ${
          percent(usual)
        }, since ${since}, while other events ` +
        "go on; look at what sends it",
    })
  );

const allTypes = ({ days }: View) => [...new Set(days.flatMap(({ types }) => Object.keys(types)))].sort();

/** The shop says itself that something fails. */
export const failures: Check = (view) =>
  allTypes(view).filter((type) => FAILURE.test(type)).flatMap((type) =>
    askRate(view, {
      kind: "broken funnel",
      subject: type,
      means: "broken",
      trouble: "more",
      series: seriesOfType(view, type),
      matters: ({ now, usual }) => now - usual >= 0.01 && now >= 1.5 * usual,
      text: ({ now, usual }, since) =>
        `"${type}" comes up in ${percent(now)} of the visits, usually in ${
          percent(usual)
        }, since ${since}; mend what fails: ` +
        "shoppers who could not buy look like shoppers who did not want to",
    })
  );

/** Events of a type that never came before. */
export const newTypes: Check = (view) => {
  const isNew = (type: string) => view.days.every(({ day, types }) => day >= view.fresh[0] || !types[type]);
  return allTypes(view).filter((type) => !FAILURE.test(type) && isNew(type)).flatMap((type) =>
    askRate(view, {
      kind: "unseen category",
      subject: `type ${type}`,
      means: "changed",
      trouble: "more",
      series: seriesOfType(view, type),
      matters: ({ now }) => now >= 0.02,
      text: ({ now }, since) =>
        `"${type}" is a new type of event, in ${percent(now)} of the visits since ${since}`,
    })
  );
};
