import { DAY_MS } from "../../core/time.ts";
import { PRICE_BIN } from "../profile.ts";
import { askRate } from "../rates.ts";
import { type Check, type Tested, type View } from "../view.ts";
import { count } from "../../format/numbers.ts";
import { dayText, percent, times } from "../format.ts";
import { seriesOf } from "./repetition.ts";

/** Purchases for nothing. */
export const free: Check = (view) =>
  askRate(view, {
    kind: "out of range",
    subject: "price 0",
    means: "broken",
    trouble: "more",
    series: seriesOf(view.days, (day) => day.free),
    matters: ({ now, usual }) => now - usual >= 0.05 && now >= 2 * usual,
    text: ({ now, usual }, since) =>
      `${percent(now)} of the visits hold purchases for nothing, usually ${
        percent(usual)
      }, since ${since}; ` +
      "look at the prices that the shop sends",
  });

/** Nearer to the usual price than this, in bins, is no jump. */
const JUMP_BINS_MIN = 3;
/** So many factors are looked at: those that most visits share. */
const FACTORS = 3;

/**
 * The prices of many visits are off by one and the same factor: cents for pounds, another currency. A promotion takes
 * other parts off other products, so that the purchases of a visit do not share one.
 */
export const unitJump: Check = (view) => {
  const factors = commonFactors(view);
  if (factors.length === 0) return priced(view).length > 0 ? [{ p: 1, found: null }] : [];
  const candidates = factors.flatMap((bin) =>
    askRate(view, {
      kind: "unit jump",
      subject: "price",
      means: "broken",
      trouble: "more",
      series: priced(view).map(({ day, prices, mixedPrices, types: { purchase: [, events] } }) => {
        const n = sum(prices) + mixedPrices;
        const k = near(prices, bin);
        return { day, k, n, rows: Math.round(events * k / n), of: events };
      }),
      matters: ({ now, usual }) => now - usual >= 0.12,
      text: ({ now, usual }, since) =>
        `prices are ${times(Math.exp(bin * PRICE_BIN))} what the same products cost, in ${
          percent(now)
        } of the visits that ` +
        `buy, usually in ${
          percent(usual)
        }, since ${since}; look for cents sent as whole units, or another currency`,
      evidence: { factor: Math.exp(bin * PRICE_BIN) },
    })
  );
  const [best] = candidates.sort((a, b) => a.p! - b.p!);
  return best ? [{ ...best, p: Math.min(1, best.p! * binsSeen(view)) }] : []; // any bin might have been the common one
};

const priced = ({ days }: View) => days.filter(({ prices, types }) => prices.length > 0 && types.purchase);
const sum = (prices: readonly (readonly [number, number])[]) =>
  prices.reduce((all, [, visits]) => all + visits, 0);
const near = (prices: readonly (readonly [number, number])[], bin: number) =>
  sum(prices.filter(([at]) => Math.abs(at - bin) <= 1));
const binsSeen = (view: View) =>
  new Set(priced(view).flatMap(({ prices }) => prices.map(([bin]) => bin))).size;

/** The bins off the usual price that most fresh visits share. */
function commonFactors(view: View): number[] {
  const fresh = priced(view).filter(({ day }) => day >= view.fresh[0]).flatMap(({ prices }) => prices);
  const bins = [...new Set(fresh.map(([bin]) => bin))].filter((bin) => Math.abs(bin) >= JUMP_BINS_MIN);
  const mass = (bin: number) => near(fresh, bin);
  return bins.sort((a, b) => mass(b) - mass(a) || a - b).slice(0, FACTORS);
}

/** Fewer purchases than this say nothing about a shop. */
const PURCHASES_MIN = 20;
/** Lines for nothing, such as samples, are so few. */
const PRICED_MIN = 0.9;

/** Only some purchases carry money: spending is then either what the others cost, or no money at all. */
export const partlyPriced: Check = ({ evidence: { money, asOfMs }, fresh }) => {
  if (money === null || money.purchases < PURCHASES_MIN) return [];
  const { purchases, priced } = money;
  const share = priced / purchases;
  if (priced === 0 || share >= PRICED_MIN) return [];
  const counted = 2 * priced >= purchases
    ? "spending counts the others as nothing"
    : "spending is counted in lines bought";
  return [{
    p: null,
    found: {
      kind: "missing",
      subject: "money",
      means: "broken",
      rows: purchases - priced,
      share: 1 - share,
      fromMs: fresh[0] * DAY_MS,
      toMs: asOfMs,
      text:
        `only ${count(priced)} of the last ${
          count(purchases)
        } purchases carry a price or an amount: ${counted}; ` +
        "send all prices or none, or accept it if it is so",
      evidence: { purchases, priced },
    },
  }];
};

/** A number so far beyond all before it is no purchase. */
const BEYOND = 10;
const DAYS_MIN = 60;

/** One line beyond anything sold before. */
export const absurd: Check = (view) => {
  const past = view.days.filter(({ day }) => day < view.fresh[0]);
  if (past.length < DAYS_MIN) return [];
  const fresh = view.days.filter(({ day }) => day >= view.fresh[0]);
  return (["price", "quantity", "amount"] as const).flatMap((field): Tested[] => {
    const most = Math.max(...past.map(({ largest }) => largest[field] ?? 0));
    const day = fresh.find(({ largest }) => (largest[field] ?? 0) > BEYOND * most);
    if (!day || most === 0) return [];
    const value = day.largest[field]!;
    return [{
      p: null,
      found: {
        kind: "out of range",
        subject: field,
        means: "broken",
        rows: 1,
        share: 1 / day.events,
        fromMs: day.day * DAY_MS,
        toMs: Math.min(view.evidence.asOfMs, (day.day + 1) * DAY_MS),
        text:
          `a purchase on ${
            dayText(day.day * DAY_MS)
          } has ${field} ${value}, the largest of ${past.length} days before is ` +
          `${most}, and no return undoes it; correct it, or accept it if it is real`,
        evidence: { value, most, days: past.length },
      },
    }];
  });
};
