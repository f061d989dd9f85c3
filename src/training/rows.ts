import { appearances } from "../core/appearance.ts";
import { mix32 } from "../core/random.ts";
import { FEATURES } from "../features/definition.ts";

/** Training rows: one per shopper and cut-off. Arrays are parallel, of length `n`. */
export interface TrainingRows {
  /** row-major, shape `[n, width]`; NaN where there is nothing to say */
  readonly features: Float32Array;
  readonly width: number;
  /** the outcome: 0 or 1 for classification, of several classes the place of one */
  readonly target: Float64Array;
  /** when each row was taken; its outcome is complete at `cutoffMs + horizonDays` */
  readonly cutoffMs: Float64Array;
  /** any integer that is the same for the same shopper */
  readonly user: Int32Array;
}

/** Throws unless the arrays fit together. @throws {RangeError} */
export function checkRows(rows: TrainingRows): void {
  const n = rows.target.length;
  const lengths = {
    features: rows.features.length / rows.width,
    cutoffMs: rows.cutoffMs.length,
    user: rows.user.length,
  };
  for (const [name, have] of Object.entries(lengths)) {
    if (have !== n) throw new RangeError(`Cannot train: ${n} targets, but "${name}" holds ${have} rows`);
  }
  if (n === 0) throw new RangeError("Cannot train: need >= 1 row, have 0");
  if (rows.target.some((y) => !Number.isFinite(y))) {
    throw new RangeError("Cannot train: a target is not a number");
  }
}

/** The rows at these places, in this order. */
export function takeRows(rows: TrainingRows, places: ArrayLike<number>): TrainingRows {
  const { width } = rows;
  const features = new Float32Array(places.length * width);
  const target = new Float64Array(places.length);
  const cutoffMs = new Float64Array(places.length);
  const user = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) {
    features.set(rows.features.subarray(places[i] * width, (places[i] + 1) * width), i * width);
    target[i] = rows.target[places[i]];
    cutoffMs[i] = rows.cutoffMs[places[i]];
    user[i] = rows.user[places[i]];
  }
  return { features, width, target, cutoffMs, user };
}

/** More rows than this take memory and time, and teach little more. */
export const ROWS_MAX = 100_000;

/**
 * At most so many rows, by leaving out whole shoppers; which ones follows from a hash of where a shopper first appears,
 * not from chance.
 */
export function limitRows(rows: TrainingRows, max = ROWS_MAX): TrainingRows {
  const places = limitedPlaces(rows.user, max);
  return places === null ? rows : takeRows(rows, places);
}

/** The places of the rows that {@link limitRows} leaves, by the shopper of each; null: all. */
export function limitedPlaces(user: Int32Array, max: number): Int32Array | null {
  const n = user.length;
  if (n <= max) return null;
  const number = appearances(user);
  const places = [...number.keys()].filter((i) => mix32(number[i] ^ 0x11a17) / 2 ** 32 < max / n);
  return Int32Array.from(places.slice(0, max));
}

/** Packs feature rows as the trainer takes them. @throws {RangeError} a row has not one number per feature */
export function packFeatures(rows: readonly (readonly number[])[], width = FEATURES.length): Float32Array {
  const packed = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    if (row.length !== width) {
      throw new RangeError(`Cannot pack row ${i}: need ${width} numbers, have ${row.length}`);
    }
    packed.set(row, i * width);
  });
  return packed;
}
