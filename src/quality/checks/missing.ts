import { askRate } from "../rates.ts";
import { WATCHED_FIELDS } from "../profile.ts";
import type { Check, View } from "../view.ts";
import { percent } from "../format.ts";

/** Types of which fewer visits come in are not looked at one by one. */
const PART_MIN = 0.05;

/** A field lacks a value more often than it did, among events of one type: what the mix of types does is another matter. */
export const missing: Check = (view) =>
  mainTypes(view).flatMap((type) =>
    WATCHED_FIELDS.flatMap((field) =>
      askRate(view, {
        kind: "missing",
        subject: `${field} of ${type}`,
        means: "broken",
        trouble: "more",
        series: view.days.flatMap(({ day, types, missing }) => {
          const [n, total] = types[type] ?? [0, 0];
          const [k, rows] = missing[`${type}/${field}`] ?? [0, 0];
          return n > 0 ? [{ day, k, n, rows, of: total }] : [];
        }),
        matters: ({ now, usual }) => now - usual >= 0.05 && now >= 1.5 * usual,
        text: ({ now, usual }, since) =>
          `the ${field} is missing in ${percent(now)} of the visits with "${type}", usually in ${
            percent(usual)
          }, ` +
          `since ${since}; ask what changed that day in what sends these events`,
      })
    )
  );

/** Event types that come up in a good part of the visits. */
export function mainTypes({ days }: View): string[] {
  const visits = new Map<string, number>();
  for (const { types } of days) {
    for (const [type, [n]] of Object.entries(types)) visits.set(type, (visits.get(type) ?? 0) + n);
  }
  const all = days.reduce((sum, day) => sum + day.visits, 0);
  return [...visits].filter(([, n]) => n >= PART_MIN * all).map(([type]) => type).sort();
}
