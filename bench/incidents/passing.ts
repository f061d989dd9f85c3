import { DAY_MS, WEEK_MS } from "../../src/core/time.ts";
import { between, during, memberOf, percent, pick, sessionsWithin } from "./draw.ts";
import type { Context, Kind } from "./inject.ts";
import { sent, type ShopRow } from "./rows.ts";

/** Sessions are drawn from so many weeks on either side of the day they are added to. */
const NEAR_WEEKS = 3;

/**
 * More of everything: real sessions of the same weekday some weeks nearby come again, half with their own shopper (who
 * buys more often), half with a newcomer. What an order looks like does not change.
 * @param factor volume of the incident's days, as a multiple
 */
function moreOf(context: Context, factor: number): ShopRow[] {
  const { rows, startMs, endMs, random } = context;
  const reach = NEAR_WEEKS * WEEK_MS;
  const byDay = new Map<number, ShopRow[][]>();
  for (const session of sessionsWithin(rows, startMs - reach, endMs + reach)) {
    const day = Math.floor(session[0].timeMs / DAY_MS);
    byDay.set(day, [...byDay.get(day) ?? [], session]);
  }
  const more: ShopRow[] = [];
  const first = Math.floor(startMs / DAY_MS);
  const last = Math.ceil(endMs / DAY_MS);
  for (let day = first; day < last; day++) {
    const nearby = Array.from(
      { length: 2 * NEAR_WEEKS + 1 },
      (_, i) => byDay.get(day + 7 * (i - NEAR_WEEKS)) ?? [],
    );
    const pool = nearby.flat();
    const wanted = Math.round((factor - 1) * (byDay.get(day)?.length ?? 0));
    for (let n = 0; n < wanted; n++) more.push(...again(pick(pool, random), day, `${day}-${n}`, random));
  }
  return more.filter((row) => during(context, row));
}

/** A session on another day, at the same time of day, by its shopper or by a newcomer. */
function again(session: readonly ShopRow[], day: number, name: string, random: () => number): ShopRow[] {
  const shiftMs = (day - Math.floor(session[0].timeMs / DAY_MS)) * DAY_MS;
  const newcomer = random() < 0.5;
  return session.map((row, i) => ({
    ...row,
    id: `more-${name}-${i}`,
    user: newcomer && row.user !== null ? `more-${name}` : row.user,
    session: `more-${name}`,
    timeMs: row.timeMs + shiftMs,
  }));
}

function seasonalPeak(context: Context) {
  const factor = between(context.strength, 1.3, 2.5);
  const events = [...context.rows, ...moreOf(context, factor)].map(sent);
  return { events, text: `${factor.toFixed(1)} times the orders, drawn from real ones` };
}

function promotion(context: Context) {
  const { strength, random } = context;
  const factor = between(strength, 1.5, 4);
  const share = between(strength, 0.2, 0.6);
  const offered = memberOf(share, random);
  const discounts = new Map<string, number>();
  const discountOf = (product: string) => {
    const known = discounts.get(product) ?? pick([0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5], random);
    discounts.set(product, known);
    return known;
  };
  const cheaper = (row: ShopRow): ShopRow => {
    if (!during(context, row) || row.type !== "purchase" || row.product === null || !offered(row.product)) {
      return row;
    }
    const left = 1 - discountOf(row.product);
    const price = row.price === null ? null : Math.round(100 * row.price * left) / 100;
    return { ...row, price, amount: row.amount === null ? null : row.amount * left };
  };
  const events = [...context.rows, ...moreOf(context, factor)].map(cheaper).map(sent);
  return {
    events,
    text: `${factor.toFixed(1)} times the orders, 10 to 50 % off on ${percent(share)} of the products`,
  };
}

/** Kinds that pass: the model will do again what it did. */
export const PASSING = {
  "seasonal peak": { answer: "wait", days: [14, 28], apply: seasonalPeak },
  "promotion day": { answer: "wait", days: [1, 3], apply: promotion },
} as const satisfies Record<string, Kind>;
