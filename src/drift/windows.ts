import { InsufficientDataError } from "../core/errors.ts";
import { type Random, seededRandom } from "../core/random.ts";
import { codeRows, type Pair } from "./coded.ts";
import { codingOf } from "./coding.ts";
import { DETECTORS } from "./detectors.ts";
import { testFeatures } from "./features.ts";
import { type Sample, samplesOf } from "./sample.ts";
import { smallestChange } from "./smallest.ts";
import type { Statistic } from "./statistic.ts";
import type { Table } from "./table.ts";
import { STATISTIC, togetherTest } from "./together.ts";
import { clusterUnits, rowUnits, someUnits, type Units } from "./units.ts";

export interface WindowsOptions {
  /** chance of a false alarm over all features that this look may spend, in (0, 1) */
  alpha: number;
  /** the same of the check over all features at once; 0: leave that check out */
  alphaTogether: number;
  seed: number;
  /** same number: same shopper (or day), whose rows move as a whole; left out: rows are independent */
  clusters?: { reference: Int32Array; current: Int32Array };
  /** most permutations; where more would be needed to reach alpha, the null is a formula */
  roundsMax?: number;
}

/** The difference of one feature between two windows. */
export interface FeatureVerdict {
  feature: string;
  kind: "numeric" | "categorical";
  /** by detector; null: it does not apply here */
  distances: Record<string, number | null>;
  /** chance of so large a difference without a change, this feature looked at alone */
  pRaw: number;
  /** adjusted for all features looked at */
  p: number;
  /** `p <= alpha` */
  drifted: boolean;
  /** difference of the means in standard deviations of the reference; categories, constants: null */
  shift: number | null;
  /** shares without a value */
  missing: { reference: number; current: number };
  /** smallest change seen with 80 % power: a location shift in standard deviations, of categories the share moved */
  smallest: number | null;
}

export interface WindowsVerdict {
  method: "permutation" | "asymptotic";
  /** permutations drawn; 0 where the null is a formula */
  rounds: number;
  /** in the order of the table's columns */
  features: FeatureVerdict[];
  /** all features at once: sees a change of how they go together; null: left out, or there is but one feature */
  together: { statistic: string; value: number; p: number; drifted: boolean } | null;
}

/** Fewer rows in a window cannot be compared. */
const ROWS_MIN = 20;
const ROUNDS_MAX = 400_000;
/** Rows that the check over all features at once looks at. */
const TOGETHER_ROWS = { current: 256, reference: 512 };

/**
 * Whether the rows of two windows come from the same distribution: every feature by itself, with control of false alarms
 * over all of them, and all features at once.
 *
 * The null hypothesis is that units (rows, or whole clusters) are exchangeable between the windows. Each feature's
 * statistic is a weighted sum of squared rank scores (scores.ts). Its null comes from dealing the units anew
 * (permutation.ts), which is exact at any size; where that would take seconds, from its limit (tail.ts) with Holm's
 * adjustment. The same arguments give the same verdict.
 * @throws {RangeError} tables or options do not fit together
 * @throws {InsufficientDataError} a window has fewer than 20 rows, or too few clusters for any deal to be as rare as alpha
 */
export function compareWindows(reference: Table, current: Table, options: WindowsOptions): WindowsVerdict {
  check(reference, current, options);
  const { alpha, clusters, roundsMax = ROUNDS_MAX } = options;
  const random = seededRandom(options.seed);
  const units = clusters ? clusterUnits(clusters, random) : rowUnits(reference.rows, current.rows);
  checkUnits(units, alpha);
  const then = samplesOf(reference);
  const now = samplesOf(current);
  const codings = then.map((sample, f) => codingOf(sample, now[f]));
  const pair: Pair = { reference, current, codings, units, independent: clusters === undefined };
  const { method, rounds, statistics, pRaw, p } = testFeatures(pair, { alpha, roundsMax, random });
  const features = reference.names.map((feature, f): FeatureVerdict => ({
    feature,
    ...difference(then[f], now[f]),
    pRaw: pRaw[f],
    p: p[f],
    drifted: p[f] <= alpha,
    smallest: smallestChange(then[f], codings[f], statistics[f], units, alpha / reference.names.length),
  }));
  return { method, rounds, features, together: together(pair, statistics, options, random) };
}

/** Describes two samples without judging them. */
function difference(
  then: Sample,
  now: Sample,
): Pick<FeatureVerdict, "kind" | "distances" | "shift" | "missing"> {
  const valued = then.sorted.length > 0 && now.sorted.length > 0;
  const applies = (kind: string) => valued && (kind === "both" || kind === then.kind);
  const missingShare = ({ sorted, missing }: Sample) => missing / (sorted.length + missing);
  return {
    kind: then.kind,
    distances: Object.fromEntries(
      DETECTORS.map(({ name, of, compare }) => [name, applies(of) ? compare(then, now) : null]),
    ),
    shift: valued && then.kind === "numeric" && then.sd > 0 ? (now.mean - then.mean) / then.sd : null,
    missing: { reference: missingShare(then), current: missingShare(now) },
  };
}

function together(
  pair: Pair,
  statistics: readonly Statistic[],
  { alphaTogether: alpha, roundsMax = ROUNDS_MAX }: WindowsOptions,
  random: Random,
): WindowsVerdict["together"] {
  if (alpha === 0 || statistics.length < 2) return null;
  const coded = codeRows(pair, someUnits(pair.units, TOGETHER_ROWS, random));
  const { value, p } = togetherTest(coded, statistics.map(({ scores }) => scores), {
    alpha,
    roundsMax,
    random,
  });
  return { statistic: STATISTIC, value, p, drifted: p <= alpha };
}

function check(reference: Table, current: Table, { alpha, alphaTogether, clusters }: WindowsOptions): void {
  const columns = ({ names, kinds }: Table) => JSON.stringify([names, kinds]);
  if (columns(reference) !== columns(current)) {
    throw new RangeError("Cannot compare windows: need the same columns in both");
  }
  for (
    const [window, table, ids] of [
      ["reference", reference, clusters?.reference],
      ["current", current, clusters?.current],
    ] as const
  ) {
    const { names, kinds, rows, values } = table;
    if (names.length === 0 || kinds.length !== names.length || values.length !== rows * names.length) {
      throw new RangeError(`Cannot compare windows: the ${window} one is not a table of rows by columns`);
    }
    if (ids && ids.length !== rows) {
      throw new RangeError(
        `Cannot compare windows: need ${rows} cluster numbers of the ${window} one, have ${ids.length}`,
      );
    }
    if (rows < ROWS_MIN) throw new InsufficientDataError(`the ${window} window: rows`, rows, ROWS_MIN);
  }
  if (!(alpha > 0 && alpha < 1 && alphaTogether >= 0 && alphaTogether < 1)) {
    throw new RangeError(
      `Cannot compare windows: need chances in (0, 1), have ${alpha} and ${alphaTogether}`,
    );
  }
}

/** @throws {InsufficientDataError} all ways to deal the units are fewer than `1 / alpha` */
function checkUnits({ starts, current }: Units, alpha: number): void {
  const all = starts.length - 1;
  const fewer = Math.min(current, all - current);
  const more = all - fewer;
  let need = 1;
  let ways = more + 1;
  while (ways < 1 / alpha && need < 1e6) {
    need++;
    ways *= (more + need) / need;
  }
  if (fewer < need) throw new InsufficientDataError("windows: clusters in the smaller one", fewer, need);
}
