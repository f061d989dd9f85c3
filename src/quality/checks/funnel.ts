import { askRate } from "../rates.ts";
import type { Check, View } from "../view.ts";
import { percent } from "../format.ts";

/** A step is one where at least so large a part of the visits goes on to buy; so many steps are watched, the nearest to the purchase. */
const BUYS_MIN = 0.1;
const STEPS = 4;
/** A step after which more visits than this buy is not watched: nothing can be lost there. */
const BUYS_MAX = 0.98;

/** Shoppers come as far as ever, and then do not buy: checkout, payment. */
export const brokenFunnel: Check = (view) =>
  steps(view).flatMap((step) =>
    askRate(view, {
      kind: "broken funnel",
      subject: `purchase after ${step}`,
      means: "broken",
      trouble: "less",
      series: view.days.flatMap(({ day, types, bought }) => {
        const [n, total] = types[step] ?? [0, 0];
        const k = bought[step] ?? 0;
        return n > 0 ? [{ day, k, n, rows: Math.round(total * k / n), of: total }] : [];
      }),
      matters: ({ now, usual, perDay, usualPerDay }) => now <= 0.75 * usual && perDay <= 0.9 * usualPerDay,
      text: ({ now, usual }, since) =>
        `of the visits with "${step}" ${percent(now)} buy, usually ${
          percent(usual)
        }, since ${since}; try to buy something: ` +
        "checkout or payment may be broken",
    })
  );

/** Types of event after which a good part of the visits buys, in order of that part. */
function steps({ days }: View): string[] {
  const totals = new Map<string, { visits: number; bought: number }>();
  for (const { types, bought } of days) {
    for (const [type, [visits]] of Object.entries(types)) {
      const total = totals.get(type) ?? { visits: 0, bought: 0 };
      totals.set(type, { visits: total.visits + visits, bought: total.bought + (bought[type] ?? 0) });
    }
  }
  const buys = (type: string) => totals.get(type)!.bought / totals.get(type)!.visits;
  return [...totals.keys()]
    .filter((type) =>
      type !== "purchase" && type !== "return" && buys(type) >= BUYS_MIN && buys(type) <= BUYS_MAX
    )
    .sort((a, b) => buys(b) - buys(a) || (a < b ? -1 : 1)).slice(0, STEPS);
}
