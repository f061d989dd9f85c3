import { canonicalJson, sha256 } from "../core/hash.ts";
import { type History, summarise, type Totals } from "./history.ts";
import { mean } from "../stats/mean.ts";
import { median } from "../stats/quantile.ts";
import type { UserDay } from "./user_day.ts";

/** Raise it whenever a number changes: models trained on another version then refuse to serve. */
const VERSION = 1;

/** One column: its name, what it means in words, and how it is read off a shopper's history. */
interface Feature {
  readonly name: string;
  readonly means: string;
  readonly of: (h: History) => number;
}

const feature = (name: string, means: string, of: (h: History) => number): Feature => ({ name, means, of });

const spread = (x: readonly number[]) => {
  const m = mean(x);
  return x.length < 2 ? NaN : Math.sqrt(x.reduce((a, b) => a + (b - m) ** 2, 0) / (x.length - 1));
};
const last = (x: readonly number[]) => x.length > 0 ? x[x.length - 1] : NaN;
const largest = (x: readonly number[]) => x.length > 0 ? x.reduce((a, b) => Math.max(a, b), -Infinity) : NaN;

/** Days between baskets that follow each other, oldest first. */
const gaps = (h: History) => h.basketAges.slice(1).map((age, i) => h.basketAges[i] - age);

/** Sum of weights that halve every `halfLife` days of age. */
const faded = (ages: readonly number[], halfLife: number, weights?: readonly number[]) =>
  ages.reduce((sum, age, i) => sum + (weights ? weights[i] : 1) * 2 ** (-age / halfLife), 0);

/** Share of the shopper's past horizons (since the first basket, at most 13) in which something was bought. */
function boughtHorizons(h: History): number {
  const whole = Math.min(13, Math.floor((h.basketAges[0] ?? 0) / h.horizonDays));
  if (whole === 0) return NaN;
  const hit = new Set<number>();
  for (const age of h.basketAges) {
    const index = Math.floor(age / h.horizonDays);
    if (index < whole) hit.add(index);
  }
  return hit.size / whole;
}

const logRatio = (now: number, before: number) => Math.log1p(now) - Math.log1p(before);

const asOf = (h: History) => new Date(h.asOfMs);
const seasonAngle = (h: History) => {
  const date = asOf(h);
  const startMs = Date.UTC(date.getUTCFullYear(), 0, 1);
  return 2 * Math.PI * (h.asOfMs - startMs) / (365.25 * 86_400_000);
};

const COUNTED: readonly (keyof Totals)[] = [
  "baskets",
  "orders",
  "spend",
  "lines",
  "units",
  "activeDays",
  "sessions",
  "views",
  "carts",
  "returns",
  "others",
];

const WINDOWS = [
  ["7", "the last 7 days", (h: History) => h.last7],
  ["28", "the last 28 days", (h: History) => h.last28],
  ["90", "the last 90 days", (h: History) => h.last90],
  ["all", "all history", (h: History) => h.all],
] as const;

const DEFINITION: readonly Feature[] = [
  // recency and tenure, in days
  feature("recency", "days since the last purchase", (h) => last(h.basketAges)),
  feature("recency_any", "days since the last event", (h) => h.recencyAny),
  feature("recency_view", "days since the last view or cart", (h) => h.recencyView),
  feature("tenure", "days since the first event", (h) => h.tenure),
  feature("first_purchase_age", "days since the first purchase", (h) => h.basketAges[0] ?? NaN),
  // counts and money in windows
  ...WINDOWS.flatMap(([suffix, words, totals]) =>
    COUNTED.map((key) => feature(`${snake(key)}_${suffix}`, `${key} in ${words}`, (h) => totals(h)[key]))
  ),
  feature("returned_90", "money returned in the last 90 days", (h) => h.last90.returned),
  feature("returned_all", "money returned in all history", (h) => h.all.returned),
  feature("baskets_horizon", "baskets in the last horizon", (h) => h.lastHorizon.baskets),
  feature("spend_horizon", "spend in the last horizon", (h) => h.lastHorizon.spend),
  feature("baskets_year_ago", "baskets in the same horizon a year ago", (h) => yearAgo(h, h.yearAgo.baskets)),
  feature("spend_year_ago", "spend in the same horizon a year ago", (h) => yearAgo(h, h.yearAgo.spend)),
  // gaps between baskets, in days
  feature("gap_mean", "mean gap", (h) => mean(gaps(h))),
  feature("gap_median", "median gap", (h) => median(gaps(h))),
  feature("gap_std", "standard deviation of gaps", (h) => spread(gaps(h))),
  feature("gap_max", "largest gap", (h) => largest(gaps(h))),
  feature("gap_last", "last gap", (h) => last(gaps(h))),
  feature("recency_over_gap", "recency / (mean gap + 1)", (h) => last(h.basketAges) / (mean(gaps(h)) + 1)),
  feature(
    "recency_over_gap_max",
    "recency / (largest gap + 1)",
    (h) => last(h.basketAges) / (largest(gaps(h)) + 1),
  ),
  // baskets
  feature("basket_mean", "mean spend of a basket", (h) => mean(h.basketSpend)),
  feature("basket_median", "median spend of a basket", (h) => median(h.basketSpend)),
  feature("basket_max", "largest basket", (h) => largest(h.basketSpend)),
  feature("basket_std", "standard deviation of baskets", (h) => spread(h.basketSpend)),
  feature("basket_last", "last basket", (h) => last(h.basketSpend)),
  feature("lines_per_basket", "purchase lines per basket", (h) => h.all.lines / h.all.baskets),
  feature("units_per_basket", "units per basket", (h) => h.all.units / h.all.baskets),
  feature(
    "money_per_unit",
    "spend per unit bought",
    (h) => h.all.units > 0 ? h.all.spend / h.all.units : NaN,
  ),
  // variety
  feature("products_all", "distinct products bought", (h) => h.products.size),
  feature("products_90", "distinct products bought in 90 days", (h) => h.products90.size),
  feature("categories_all", "distinct categories bought", (h) => h.categories.size),
  feature("categories_90", "distinct categories bought in 90 days", (h) => h.categories90.size),
  feature("viewed_products_90", "distinct products viewed or carted in 90 days", (h) => h.viewed90.size),
  feature(
    "repeat_share",
    "share of product choices bought before",
    (h) => h.productChoices > 0 ? 1 - h.products.size / h.productChoices : NaN,
  ),
  // trend and rates
  feature(
    "baskets_trend_28",
    "log ratio of baskets: 28 days against the 28 before",
    (h) => logRatio(h.last28.baskets, h.prior28.baskets),
  ),
  feature(
    "spend_trend_28",
    "log ratio of spend: 28 days against the 28 before",
    (h) => logRatio(h.last28.spend, h.prior28.spend),
  ),
  feature(
    "spend_trend_90",
    "log ratio of spend: 90 days against the 90 before",
    (h) => logRatio(h.last90.spend, h.prior90.spend),
  ),
  feature(
    "spend_trend_horizon",
    "log ratio of spend: last horizon against the one before",
    (h) => logRatio(h.lastHorizon.spend, h.priorHorizon.spend),
  ),
  feature(
    "activity_trend_28",
    "log ratio of active days: 28 days against the 28 before",
    (h) => logRatio(h.last28.activeDays, h.prior28.activeDays),
  ),
  feature(
    "basket_rate",
    "baskets per horizon since the first event, a week added",
    (h) => h.horizonDays * h.all.baskets / (h.tenure + 7),
  ),
  feature(
    "spend_rate",
    "spend per horizon since the first event, a week added",
    (h) => h.horizonDays * h.all.spend / (h.tenure + 7),
  ),
  feature("baskets_faded_14", "baskets, halved every 14 days", (h) => faded(h.basketAges, 14)),
  feature("baskets_faded_60", "baskets, halved every 60 days", (h) => faded(h.basketAges, 60)),
  feature("spend_faded_30", "spend, halved every 30 days", (h) => faded(h.basketAges, 30, h.basketSpend)),
  feature("spend_faded_120", "spend, halved every 120 days", (h) => faded(h.basketAges, 120, h.basketSpend)),
  feature("bought_horizons", "share of past horizons with a purchase", boughtHorizons),
  feature(
    "return_share",
    "money returned / money spent",
    (h) => h.all.spend + h.all.returned > 0 ? h.all.returned / (h.all.spend + h.all.returned) : 0,
  ),
  feature(
    "carts_per_view",
    "carts per view in 90 days",
    (h) => (h.last90.carts + 0.5) / (h.last90.views + 1),
  ),
  feature(
    "purchases_per_cart",
    "purchase lines per view or cart in 90 days",
    (h) => (h.last90.lines + 0.5) / (h.last90.views + h.last90.carts + 1),
  ),
  // calendar
  feature("weekend_share", "share of baskets at the weekend", (h) => h.weekendBaskets / h.all.baskets),
  feature("hour_mean", "mean hour of the last purchase of a basket, UTC", (h) => mean(h.basketHours)),
  feature("as_of_weekday", "day of the week, 0 = Sunday", (h) => asOf(h).getUTCDay()),
  feature("as_of_month_day", "day of the month", (h) => asOf(h).getUTCDate()),
  feature("as_of_season_sin", "sine of the day of the year", (h) => Math.sin(seasonAngle(h))),
  feature("as_of_season_cos", "cosine of the day of the year", (h) => Math.cos(seasonAngle(h))),
];

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

/** A window a year back says something only of shoppers who were there. */
function yearAgo(h: History, value: number): number {
  return h.tenure >= 365 ? value : NaN;
}

/** The names of the columns, in the order of {@link featureRow}. */
export const FEATURES: readonly string[] = DEFINITION.map((f) => f.name);

/** The meaning of each feature, in the order of {@link FEATURES}. */
export const FEATURE_MEANINGS: readonly { name: string; means: string }[] = DEFINITION.map((
  { name, means },
) => ({ name, means }));

/** Features that grow with the length of the history, or follow the calendar: they move though nothing has changed. */
const MOVES =
  /^(as_of_|tenure|first_purchase|gap_|recency_over_gap|bought_horizons|repeat_share|basket_max|basket_std|\w+_rate$)|_(all|year_ago|120|60|share)$/;

/** The features that keep their distribution while shop and shoppers stay as they are: those watched for drift. */
export const STEADY_FEATURES: readonly string[] = FEATURES.filter((name) => !MOVES.test(name));

/** Identifies the definition: stored with each model and compared before it serves. */
export const FEATURE_HASH: string = sha256(
  canonicalJson({ version: VERSION, columns: DEFINITION.map((f) => [f.name, f.means]) }),
);

/**
 * One shopper's features at one moment; the same function for training and serving.
 * @param days the shopper's days, ascending, already cut: every event before `asOfMs`
 * @param options.horizonDays the model's horizon, for the windows that are measured in horizons
 * @returns one number per name in {@link FEATURES}; NaN where there is nothing to say
 */
export function featureRow(
  days: readonly UserDay[],
  asOfMs: number,
  { horizonDays = 28 }: { horizonDays?: number } = {},
): number[] {
  const history = summarise(days, asOfMs, horizonDays);
  return DEFINITION.map((f) => f.of(history));
}
