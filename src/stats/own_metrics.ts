/** Metrics of a shop's own: known to the process, as what else a shop defines is, and named `own:NAME` everywhere. */
import { messageOf, OwnCodeError } from "../core/errors.ts";
import { isLine } from "../core/line.ts";
import { seededRandom } from "../core/random.ts";
import { withinTime } from "../core/time_limit.ts";
import { meanOf, type Statistic } from "./statistic.ts";

/** A prediction and what came true. */
export interface MetricRow {
  readonly outcome: number;
  readonly prediction: number;
}

/** A metric of a shop's own. It has `of` where it is a mean over rows, else `evaluate`. */
export interface OwnMetric {
  /** lower case with hyphens; people read it with blanks: "voucher-cost" is "voucher cost" */
  readonly name: string;
  /** which value is the better one */
  readonly direction: "higher" | "lower";
  /** what it is measured in, as in "EUR per shopper"; left out: in nothing */
  readonly unit?: string;
  /** the value of one row; the metric is its mean. Where it is the loss of a model: never below zero */
  readonly of?: (outcome: number, prediction: number) => number;
  /** the value of some rows, in any order; null where they do not define it */
  readonly evaluate?: (rows: readonly MetricRow[]) => number | null;
}

/** How a metric of a shop's own is called outside of its definition: no later one of ours can take that name. */
export type OwnMetricName = `own:${string}`;

export const isOwnMetric = (metric: string): metric is OwnMetricName => metric.startsWith("own:");

const known = new Map<string, OwnMetric>();
const textOf = ({ direction, unit, of, evaluate }: OwnMetric) =>
  [direction, unit, String(of), String(evaluate)].join("\n");

/** Makes a metric known. @throws {RangeError} another one has its name */
export function addOwnMetric(metric: OwnMetric): void {
  const other = known.get(metric.name);
  if (other && textOf(other) !== textOf(metric)) {
    throw new RangeError(`Cannot add the metric "${metric.name}": another one has this name`);
  }
  known.set(metric.name, metric);
}

/** @throws {RangeError} this process knows no such metric */
export function ownMetric(name: OwnMetricName): OwnMetric {
  const metric = known.get(name.slice("own:".length));
  if (!metric) throw new RangeError(`There is no metric "${name}": no model that was read defines it`);
  return metric;
}

/** As {@link ownMetric}, of any text; null where there is none. */
export const ownMetricNamed = (name: string): OwnMetric | null =>
  isOwnMetric(name) ? known.get(name.slice("own:".length)) ?? null : null;

/** The value of one row. @throws {OwnCodeError} it is no finite number, or the metric is no mean over rows */
export function ownRowValue(name: OwnMetricName, outcome: number, prediction: number): number {
  const { of } = ownMetric(name);
  if (!of) throw new OwnCodeError(`"${name}" is no mean over rows: it has no \`of\``, "ownMetrics");
  const value = of(outcome, prediction);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const fault = `it has to be a finite number of each row, not ${messageOf(value)}`;
  throw new OwnCodeError(fault, "ownMetrics");
}

const WITHIN_MS = 10_000;

/** Hears of each question to a metric of a shop's own: what went wrong, or null. */
export type MetricHearer = (metric: string, fault: string | null) => void;
const HEARERS = new Set<MetricHearer>();

/** Tells of each metric that failed, looped or answered. @returns what ends it */
export function hearOwnMetrics(hearer: MetricHearer): () => void {
  HEARERS.add(hearer);
  return () => void HEARERS.delete(hearer);
}

/** Computes what asks a metric, and ends what loops. @throws {OwnCodeError} it failed or was ended: says which, and why */
export function askingMetric<T>(name: OwnMetricName, compute: () => T, withinMs = WITHIN_MS): T {
  const tell = (fault: string | null) => HEARERS.forEach((hear) => hear(name.slice("own:".length), fault));
  const late = () => new RangeError(`it did not answer within ${withinMs / 1000} s: does it loop?`);
  try {
    const value = withinTime(withinMs, compute, late);
    tell(null);
    return value;
  } catch (error) {
    const fault = `Cannot measure "${name}": ${messageOf(error)}`;
    tell(fault);
    throw new OwnCodeError(fault, "ownMetrics");
  }
}

/** What is measured; null where a metric of the shop's own fails: who hears of them is told. */
export function measuredOrNone<T>(measure: () => T): T | null {
  try {
    return measure();
  } catch (error) {
    if (error instanceof OwnCodeError) return null;
    throw error;
  }
}

/** So many groups of shoppers are left out in turn. */
const GROUPS = 40;

/**
 * A metric of some rows with each row's influence on it. Of one that is no mean over rows: by leaving out groups of
 * shoppers in turn (the delete-a-group jackknife). What a group moves is spread over its `k` shoppers by `1 / sqrt(k)`,
 * so that the squares over shoppers add up to the group's own.
 * @returns null where these rows do not define it   @throws {OwnCodeError} it fails on them
 * Source: Kott, Delete-a-group jackknife, Journal of Official Statistics 17 (2001).
 */
export function ownStatistic(
  name: OwnMetricName,
  rows: { prediction: ArrayLike<number>; outcome: ArrayLike<number>; shopper: ArrayLike<number> },
): Statistic | null {
  const { of, evaluate } = ownMetric(name);
  const { prediction, outcome, shopper } = rows;
  const n = outcome.length;
  if (n === 0) return null;
  return askingMetric(name, () => {
    if (of) return meanOf(Float64Array.from(outcome, (y, i) => ownRowValue(name, y, prediction[i])));
    const all = Array.from(outcome, (y, i) => Object.freeze({ outcome: y, prediction: prediction[i] }));
    return jackknife(all, shopper, (left) => finite(evaluate!(left)));
  });
}

function jackknife(
  rows: readonly MetricRow[],
  shopper: ArrayLike<number>,
  evaluate: (rows: readonly MetricRow[]) => number | null,
): Statistic | null {
  const value = evaluate(rows);
  if (value === null) return null;
  const places = new Map([...new Set(Array.from(shopper))].sort((a, b) => a - b).map((key, i) => [key, i]));
  const groups = Math.min(GROUPS, places.size);
  const groupOf = rows.map((_, i) => places.get(shopper[i])! % groups);
  const rowsOf = new Float64Array(places.size);
  for (let i = 0; i < rows.length; i++) rowsOf[places.get(shopper[i])!]++;
  const moved = Array.from({ length: groups }, (_, group) => {
    const without = evaluate(rows.filter((_, i) => groupOf[i] !== group));
    const shoppers = Math.ceil((places.size - group) / groups);
    return without === null ? 0 : (value - without) * (groups - 1) / groups / Math.sqrt(shoppers);
  });
  const influence = Float64Array.from(rows, (_, i) => moved[groupOf[i]] / rowsOf[places.get(shopper[i])!]);
  return { value, influence };
}

const finite = (value: unknown) => typeof value === "number" && Number.isFinite(value) ? value : null;

const TRIED = 60;

/** Says what is wrong with a model's own metrics; null: nothing. @param kind a classification's outcomes are 0 or 1 */
export function ownMetricsFault(
  metrics: readonly OwnMetric[],
  { kind, loss }: { kind: string; loss: string },
): string | null {
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `ownMetrics name "${twice}" twice`;
  for (const metric of metrics) {
    const fault = shapeFault(metric) ?? triedFault(metric, kind) ??
      (loss === `own:${metric.name}` ? lossFault(metric) : null);
    if (fault !== null) return `ownMetrics: "${metric.name}" ${fault}`;
  }
  return null;
}

function shapeFault({ name, direction, unit, of, evaluate }: OwnMetric): string | null {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(name)) return "needs lower-case letters, digits, hyphens as its name";
  if (direction !== "higher" && direction !== "lower") {
    return `needs "higher" or "lower" as its direction: which value is better`;
  }
  if (unit !== undefined && (typeof unit !== "string" || !isLine(unit) || unit.length > 40)) {
    return "needs a unit of 1 to 40 characters on one line, or none";
  }
  const functions = [of, evaluate].filter((given) => given !== undefined);
  return functions.length === 1 && typeof functions[0] === "function"
    ? null
    : "needs either `of`, a function of one row, or `evaluate`, one of all rows";
}

function lossFault({ direction, of }: OwnMetric): string | null {
  return of && direction === "lower"
    ? null
    : "is the loss: that is a mean over rows (`of`) of which lower is better, never below zero";
}

/** Tries it on invented rows: it has to be a number, the same in any order. */
function triedFault({ of, evaluate }: OwnMetric, kind: string): string | null {
  const random = seededRandom(23);
  const rows = Array.from({ length: TRIED }, () => {
    const prediction = random();
    const outcome = kind === "classification" ? Number(random() < prediction) : 10 * random();
    return Object.freeze({ outcome, prediction: kind === "classification" ? prediction : 10 * prediction });
  });
  try {
    if (of) {
      const strange = rows.map(({ outcome, prediction }) => of(outcome, prediction))
        .find((value) => finite(value) === null);
      return strange === undefined ? null : `has to be a finite number of a row, not ${String(strange)}`;
    }
    const there = evaluate!(rows);
    const back = evaluate!([...rows].reverse());
    if (there !== null && finite(there) === null) {
      return `has to be a finite number or null, not ${String(there)}`;
    }
    const near = there === back || Math.abs(there! - back!) <= 1e-9 * (1 + Math.abs(there!));
    return near ? null : "depends on the order of the rows";
  } catch (error) {
    return `fails on invented rows: ${messageOf(error)}`;
  }
}
