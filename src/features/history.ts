import { DAY_MS } from "../core/time.ts";
import { type UserDay } from "./user_day.ts";

/** Sums over a stretch of one shopper's days. */
export interface Totals {
  /** days with any event */
  activeDays: number;
  /** days on which something was bought */
  baskets: number;
  /** sessions in which something was bought */
  orders: number;
  sessions: number;
  /** purchase lines */
  lines: number;
  units: number;
  /** money of purchases less what went back on the same day, per day at least 0 */
  spend: number;
  returned: number;
  returns: number;
  views: number;
  carts: number;
  others: number;
}

/** A shopper's past as seen at one moment: what the feature definitions read. */
export interface History {
  readonly asOfMs: number;
  readonly horizonDays: number;
  readonly all: Totals;
  /** totals of the last 7, 28 and 90 days, the 28 and 90 days before those, and the last two horizons */
  readonly last7: Totals;
  readonly last28: Totals;
  readonly last90: Totals;
  readonly prior28: Totals;
  readonly prior90: Totals;
  readonly lastHorizon: Totals;
  readonly priorHorizon: Totals;
  readonly yearAgo: Totals;
  /** days between `asOfMs` and the first event, the last event, the last view */
  readonly tenure: number;
  readonly recencyAny: number;
  readonly recencyView: number;
  /** per basket, oldest first */
  readonly basketAges: readonly number[];
  readonly basketSpend: readonly number[];
  readonly basketHours: readonly number[];
  readonly weekendBaskets: number;
  readonly products: ReadonlySet<number>;
  readonly products90: ReadonlySet<number>;
  readonly categories: ReadonlySet<number>;
  readonly categories90: ReadonlySet<number>;
  readonly viewed90: ReadonlySet<number>;
  /** purchase lines summed over each basket's distinct products: more than `products.size` when bought again */
  readonly productChoices: number;
}

const emptyTotals = (): Totals => ({
  activeDays: 0,
  baskets: 0,
  orders: 0,
  sessions: 0,
  lines: 0,
  units: 0,
  spend: 0,
  returned: 0,
  returns: 0,
  views: 0,
  carts: 0,
  others: 0,
});

function addDay(t: Totals, d: UserDay, netSpend: number): void {
  t.activeDays += 1;
  t.baskets += d.purchases > 0 ? 1 : 0;
  t.orders += d.orders;
  t.sessions += d.sessions;
  t.lines += d.purchases;
  t.units += d.units;
  t.spend += netSpend;
  t.returned += d.returned;
  t.returns += d.returns;
  t.views += d.views;
  t.carts += d.carts;
  t.others += d.others;
}

/** Monday is day 4 of the epoch's weeks: 1970-01-01 was a Thursday. */
const isWeekend = (day: number) => (((day + 3) % 7) + 7) % 7 >= 5;

/**
 * Walks one shopper's days once and gathers what the features need.
 * Windows are half open: `[asOfMs - w days, asOfMs)`, by a day's last event.
 * @param days ascending, every event before `asOfMs`; may be empty
 */
export function summarise(days: readonly UserDay[], asOfMs: number, horizonDays: number): History {
  const windows = {
    last7: emptyTotals(),
    last28: emptyTotals(),
    last90: emptyTotals(),
    prior28: emptyTotals(),
    prior90: emptyTotals(),
    lastHorizon: emptyTotals(),
    priorHorizon: emptyTotals(),
    yearAgo: emptyTotals(),
  };
  const all = emptyTotals();
  const basketAges: number[] = [];
  const basketSpend: number[] = [];
  const basketHours: number[] = [];
  const products = new Set<number>();
  const products90 = new Set<number>();
  const categories = new Set<number>();
  const categories90 = new Set<number>();
  const viewed90 = new Set<number>();
  let weekendBaskets = 0;
  let productChoices = 0;
  let recencyView = NaN;
  for (const d of days) {
    const age = (asOfMs - d.lastMs) / DAY_MS;
    const net = Math.max(0, d.spend - d.returned); // an order cancelled the same day is not spending
    addDay(all, d, net);
    for (const t of windowsAt(windows, age, horizonDays)) addDay(t, d, net);
    if (d.views + d.carts > 0) recencyView = age;
    if (age <= 90) { for (const code of d.viewed) viewed90.add(code); }
    if (d.purchases === 0) continue;
    basketAges.push((asOfMs - d.lastPurchaseMs) / DAY_MS);
    basketSpend.push(net);
    basketHours.push((d.lastPurchaseMs / 3_600_000) % 24);
    if (isWeekend(d.day)) weekendBaskets++;
    productChoices += d.products.length;
    for (const code of d.products) {
      products.add(code);
      if (age <= 90) products90.add(code);
    }
    for (const code of d.categories) {
      categories.add(code);
      if (age <= 90) categories90.add(code);
    }
  }
  return {
    asOfMs,
    horizonDays,
    all,
    ...windows,
    tenure: days.length > 0 ? (asOfMs - days[0].firstMs) / DAY_MS : NaN,
    recencyAny: days.length > 0 ? (asOfMs - days[days.length - 1].lastMs) / DAY_MS : NaN,
    recencyView,
    basketAges,
    basketSpend,
    basketHours,
    weekendBaskets,
    products,
    products90,
    categories,
    categories90,
    viewed90,
    productChoices,
  };
}

type Windows = Record<
  "last7" | "last28" | "last90" | "prior28" | "prior90" | "lastHorizon" | "priorHorizon" | "yearAgo",
  Totals
>;

/** The windows that a day of this age (in days) falls into. */
function* windowsAt(w: Windows, age: number, horizonDays: number): Generator<Totals> {
  if (age <= 7) yield w.last7;
  if (age <= 28) yield w.last28;
  else if (age <= 56) yield w.prior28;
  if (age <= 90) yield w.last90;
  else if (age <= 180) yield w.prior90;
  if (age <= horizonDays) yield w.lastHorizon;
  else if (age <= 2 * horizonDays) yield w.priorHorizon;
  if (age <= 365 && age > 365 - horizonDays) yield w.yearAgo;
}
