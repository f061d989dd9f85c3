/** Means and scales of the columns, from sums over shoppers: what a federation agrees on before its first round. */
import { InsufficientDataError } from "../core/errors.ts";
import type { Preprocessing } from "../training/preprocess.ts";
import type { TrainingRows } from "../training/rows.ts";
import { clip } from "./clip.ts";

/** Logarithms are summed in this unit, so that nearly all lie between -1 and 1. */
const LOG_UNIT = 10;
const LIMIT = 5;
/** Columns whose values differ less than this are taken for constant; noise hides smaller scales. */
const LEAST_SCALE = 0.02 * LOG_UNIT;
const LEAST_SHARE = 0.01;

/** Noise on the moments, in clipping norms: they need little, so that most of the privacy is left for the rounds. */
export const MOMENTS_NOISE = 10;

/** The longest vector of one shopper in the sum of moments. */
export const momentsClip = (features: number): number => Math.sqrt(features);

/** The places of each shopper's rows. */
export function rowsOfShoppers(shoppers: Int32Array): number[][] {
  const rows = new Map<number, number[]>();
  shoppers.forEach((shopper, row) => {
    const known = rows.get(shopper);
    if (known) known.push(row);
    else rows.set(shopper, [row]);
  });
  return [...rows.values()];
}

/**
 * The sum of shoppers' moments: per feature the logarithm, its square and the share of missing values, each the mean over
 * the shopper's rows, and at the end the number of shoppers.
 * @param features the columns of `rows` to learn from, length `f`   @param bounded whether each shopper's vector is clipped
 * @returns shape `[3 f + 1]`
 */
export function sumMoments(
  { features: values, width, user }: Pick<TrainingRows, "features" | "width" | "user">,
  features: readonly number[],
  { bounded }: { bounded: boolean },
): Float64Array {
  const sum = new Float64Array(3 * features.length + 1);
  for (const rows of rowsOfShoppers(user)) {
    const own = new Float64Array(sum.length);
    for (const row of rows) {
      features.forEach((feature, i) => {
        const value = values[row * width + feature];
        const isMissing = !(Math.abs(value) < Infinity); // NaN too
        const log = isMissing ? 0 : Math.sign(value) * Math.log1p(Math.abs(value)) / LOG_UNIT;
        own[3 * i] += log / rows.length;
        own[3 * i + 1] += log * log / rows.length;
        own[3 * i + 2] += (isMissing ? 1 : 0) / rows.length;
      });
    }
    own[own.length - 1] = 1;
    if (bounded) clip(own, momentsClip(features.length));
    own.forEach((v, i) => sum[i] += v);
  }
  return sum;
}

/** What the sums of all participants say. */
export interface Agreed {
  readonly preprocessing: Preprocessing;
  /** shoppers in all; noisy where the sums are */
  readonly shoppers: number;
}

/** @throws {InsufficientDataError} the sums are of no shopper, or of so few that the noise hides them */
export function agreeOn(sums: Float64Array, features: readonly number[]): Agreed {
  const shoppers = sums[sums.length - 1];
  if (!(shoppers >= 1)) {
    const what = "the sums of all participants, shoppers in them (noise hides a few hundred)";
    throw new InsufficientDataError(what, Math.round(shoppers), 1);
  }
  const columns = features.flatMap((feature, i) => {
    const [log, square, missing] = [0, 1, 2].map((part) => sums[3 * i + part] / shoppers);
    const scale = LOG_UNIT * Math.sqrt(Math.max(0, square - log * log));
    const found: Preprocessing["columns"][number][] = [];
    if (scale > LEAST_SCALE) found.push({ of: feature, as: "log", mean: LOG_UNIT * log, scale });
    if (missing > LEAST_SHARE && missing < 1 - LEAST_SHARE) {
      found.push({ of: feature, as: "missing", mean: missing, scale: Math.sqrt(missing * (1 - missing)) });
    }
    return found;
  });
  return { preprocessing: { columns, limit: LIMIT }, shoppers };
}
