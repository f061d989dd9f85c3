import type { Affected, DayProfile } from "../profile.ts";
import { askRate, type Counted } from "../rates.ts";
import type { Check } from "../view.ts";
import { percent } from "../format.ts";

/** A count of every day as a series over all its visits. */
export const seriesOf = (days: readonly DayProfile[], of: (day: DayProfile) => Affected): Counted[] =>
  days.map((day) => {
    const [k, rows] = of(day);
    return { day: day.day, k, n: day.visits, rows, of: day.events };
  });

/** The same content comes in again under another id. */
export const duplicates: Check = (view) =>
  askRate(view, {
    kind: "duplicate",
    subject: "content",
    means: "broken",
    trouble: "more",
    series: seriesOf(view.days, (day) => day.duplicates),
    matters: ({ now, usual }) => now - usual >= 0.03 && now >= 2 * usual,
    text: ({ now, usual }, since) =>
      `${percent(now)} of the visits hold the same events more than once under different ids, usually ${
        percent(usual)
      }, ` +
      `since ${since}; look for a sender that retries with new ids, and take the copies out`,
  });

/** Ids come in over the API that are stored already: each counts once, but whoever sends them may do worse. */
export const repeatedIds: Check = (view) => {
  const repeats = new Map(
    view.evidence.repeats.filter(({ source }) => source === "api").map(({ day, events }) => [day, events]),
  );
  if (repeats.size === 0) return [];
  return askRate(view, {
    kind: "duplicate",
    subject: "ids",
    means: "broken",
    trouble: "more",
    series: view.days.map(({ day, events }) => {
      const rows = repeats.get(day) ?? 0;
      return { day, k: rows, n: events + rows, rows, of: events + rows };
    }),
    matters: ({ now, usual }) => now - usual >= 0.1 && now >= 2 * usual,
    text: ({ now, usual }, since) =>
      `${percent(now)} of the events came under ids that were stored already, usually ${
        percent(usual)
      }, since ${since}; ` +
      "each counts once, but look at why they are sent again",
  });
};
