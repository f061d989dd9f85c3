import { DAY_MS } from "../core/time.ts";
import type { Inputs } from "../models/recipe.ts";
import type { TrainingRows } from "./rows.ts";

/** One standardised column, derived from one feature. */
interface Column {
  /** index of the feature */
  readonly of: number;
  /** signed logarithm, flag of a missing value, the value itself, or the logarithm above a knot */
  readonly as: "log" | "missing" | "raw" | "hinge";
  readonly knot?: number;
  readonly mean: number;
  readonly scale: number;
}

/** Turns features into a network's inputs: `clip((column - mean) / scale, +-limit)`; missing values count as 0. */
export interface Preprocessing {
  readonly columns: readonly Column[];
  /** in standard deviations; none: not clipped */
  readonly limit?: number;
}

/** A value must be there, or missing, in at least this share of rows to be worth a column. */
const LEAST_SHARE = 0.01;
/** A column that says little beyond the cut-off it was taken at cannot be told from a trend: left out. */
const MOST_BETWEEN_CUTOFFS = 0.9;
/** With this much history the calendar has been seen twice, and stays in. */
const YEARS_OF_CALENDAR_MS = 2 * 365 * DAY_MS;
const HINGE_AT = [0.25, 0.5, 0.75];

const SLOTS = 1 << 15;
const bits = new Int32Array(1);
const asFloat = new Float32Array(bits.buffer);
/** Values and their logarithms, each in a place that follows from its bits: one row is asked about many times. */
const loggedValues = new Float32Array(SLOTS).fill(NaN);
const logs = new Float32Array(SLOTS);

/** The signed logarithm of a single-precision number, in single precision. */
function signedLog(v: number): number {
  if (v === 0) return 0; // most are 0
  asFloat[0] = v;
  const slot = (bits[0] ^ (bits[0] >>> 15)) & (SLOTS - 1);
  if (loggedValues[slot] === v) return logs[slot];
  loggedValues[slot] = v;
  return logs[slot] = Math.fround(v < 0 ? -Math.log1p(-v) : Math.log1p(v));
}

/** One feature over all rows, as it is and as a signed logarithm; 0 where missing. */
interface Values {
  readonly raw: Float32Array;
  readonly log: Float32Array;
  readonly missing: Float32Array;
  readonly missingCount: number;
}

function valuesOf(features: Float32Array, width: number, feature: number): Values {
  const n = features.length / width;
  const raw = new Float32Array(n);
  const log = new Float32Array(n);
  const missing = new Float32Array(n);
  let missingCount = 0;
  for (let i = 0, at = feature; i < n; i++, at += width) {
    const v = features[at];
    if (!(Math.abs(v) < Infinity)) { // NaN too
      missing[i] = 1;
      missingCount++;
    } else {
      raw[i] = v;
      log[i] = signedLog(v);
    }
  }
  return { raw, log, missing, missingCount };
}

type Draft = Pick<Column, "of" | "as" | "knot">;

/** Writes a column before it is standardised. */
function fillColumn({ as, knot = 0 }: Draft, values: Values, into: Float64Array): void {
  if (as !== "hinge") into.set(values[as]);
  else for (let i = 0; i < into.length; i++) into[i] = Math.max(0, values.log[i] - knot);
}

/**
 * Learns the columns from training rows: constant, nearly empty and mere calendar columns are left out.
 * @param features those that may be used; left out: all
 */
export function fitPreprocessing(
  rows: TrainingRows,
  inputs: Inputs,
  limit?: number,
  features: readonly number[] = Array.from({ length: rows.width }, (_, f) => f),
): Preprocessing {
  const calendarKnown = spanMs(rows.cutoffMs) >= YEARS_OF_CALENDAR_MS;
  const groups = cutoffGroups(rows.cutoffMs);
  const scratch = new Float64Array(rows.target.length);
  const columns: Column[] = [];
  for (const f of features) {
    const values = valuesOf(rows.features, rows.width, f);
    for (const draft of columnsOf(values, f, inputs)) {
      fillColumn(draft, values, scratch);
      const moments = momentsOf(scratch, groups);
      const isConstant = !(moments.scale > 1e-7 * (1 + Math.abs(moments.mean)));
      const isCalendar = !calendarKnown && moments.betweenShare > MOST_BETWEEN_CUTOFFS;
      if (!isConstant && !isCalendar) columns.push({ ...draft, mean: moments.mean, scale: moments.scale });
    }
  }
  return { columns, limit };
}

function columnsOf({ log, missingCount }: Values, feature: number, inputs: Inputs): Draft[] {
  const share = missingCount / log.length;
  if (share > 1 - LEAST_SHARE) return [];
  const drafts: Draft[] = [{ of: feature, as: "log" }];
  if (share > LEAST_SHARE) drafts.push({ of: feature, as: "missing" });
  if (inputs === "log+raw") drafts.push({ of: feature, as: "raw" });
  if (inputs === "log+hinges") drafts.push(...hinges(log, feature));
  return drafts;
}

/** Bends at quantiles, where the values are spread enough for all of them to differ. */
function hinges(log: Float32Array, feature: number): Draft[] {
  const valueAt = inOrder(log);
  const knots = [...new Set(HINGE_AT.map((q) => valueAt(Math.floor(q * (log.length - 1)))))];
  return knots.length === HINGE_AT.length
    ? knots.map((knot) => ({ of: feature, as: "hinge" as const, knot }))
    : [];
}

/** Reads numbers in ascending order; only those that are not 0, which are few, are sorted. */
function inOrder(values: Float32Array): (place: number) => number {
  const sorted = values.filter((v) => v !== 0).sort();
  const zeros = values.length - sorted.length;
  const firstZero = sorted.findIndex((v) => v > 0);
  const negative = firstZero < 0 ? sorted.length : firstZero;
  return (place) => place < negative ? sorted[place] : place < negative + zeros ? 0 : sorted[place - zeros];
}

/** Mean, standard deviation, and the share of the variance that lies between cut-offs. */
function momentsOf(x: Float64Array, groups: { of: Int32Array; count: number }) {
  const n = x.length;
  let mean = 0;
  let squares = 0;
  let between = 0;
  for (let i = 0; i < n; i++) mean += x[i];
  mean /= n;
  const sums = new Float64Array(groups.count);
  const counts = new Float64Array(groups.count);
  for (let i = 0; i < n; i++) {
    const d = x[i] - mean;
    const g = groups.of[i];
    squares += d * d;
    sums[g] += d;
    counts[g]++;
  }
  for (let g = 0; g < groups.count; g++) between += sums[g] * sums[g] / counts[g];
  return { mean, scale: Math.sqrt(squares / n), betweenShare: squares > 0 ? between / squares : 1 };
}

function cutoffGroups(cutoffMs: Float64Array): { of: Int32Array; count: number } {
  const index = new Map<number, number>();
  const groupOf = Int32Array.from(cutoffMs, (ms) => {
    if (!index.has(ms)) index.set(ms, index.size);
    return index.get(ms)!;
  });
  return { of: groupOf, count: index.size };
}

function spanMs(cutoffMs: Float64Array): number {
  let from = Infinity;
  let to = -Infinity;
  for (const ms of cutoffMs) {
    from = Math.min(from, ms);
    to = Math.max(to, ms);
  }
  return to - from;
}

/** The columns as arrays, which a loop over many rows reads several times faster than objects. */
interface ColumnArrays {
  readonly of: Int32Array;
  readonly kind: Uint8Array;
  readonly knot: Float64Array;
  readonly mean: Float64Array;
  readonly scale: Float64Array;
}

const KINDS = ["log", "raw", "missing", "hinge"] as const;
const [LOG, RAW, MISSING] = KINDS.keys();
const arraysOf = new WeakMap<readonly Column[], ColumnArrays>();

function columnArrays(columns: readonly Column[]): ColumnArrays {
  const known = arraysOf.get(columns);
  if (known) return known;
  const made = {
    of: Int32Array.from(columns, ({ of }) => of),
    kind: Uint8Array.from(columns, ({ as }) => KINDS.indexOf(as)),
    knot: Float64Array.from(columns, ({ knot = 0 }) => knot),
    mean: Float64Array.from(columns, ({ mean }) => mean),
    scale: Float64Array.from(columns, ({ scale }) => scale),
  };
  arraysOf.set(columns, made);
  return made;
}

/**
 * Row by row and without memory of its own but the result, so that one row costs what one row should: the same columns,
 * bit for bit, as those that {@link fitPreprocessing} takes its moments of.
 * @param features shape `[n, width]` @returns shape `[n, columns]`
 */
export function preprocess(p: Preprocessing, features: Float32Array, width: number): Float32Array {
  const n = features.length / width;
  const k = p.columns.length;
  const columns = columnArrays(p.columns);
  const out = new Float32Array(n * k);
  const limit = p.limit ?? Infinity;
  for (let i = 0; i < n; i++) standardiseRow(columns, features, i * width, { out, to: i * k, limit });
  return out;
}

function standardiseRow(
  { of, kind, knot, mean, scale }: ColumnArrays,
  features: Float32Array,
  from: number,
  { out, to, limit }: { out: Float32Array; to: number; limit: number },
): void {
  let feature = -1;
  let raw = 0;
  let log = 0;
  let missing = 0;
  for (let j = 0; j < of.length; j++) {
    if (of[j] !== feature) {
      feature = of[j];
      raw = features[from + feature];
      missing = Math.abs(raw) < Infinity ? 0 : 1; // NaN too
      if (missing === 1) raw = 0;
      log = signedLog(raw);
    }
    const as = kind[j];
    const value = as === LOG ? log : as === RAW ? raw : as === MISSING ? missing : Math.max(0, log - knot[j]);
    const z = (value - mean[j]) / scale[j];
    out[to + j] = z > limit ? limit : z < -limit ? -limit : z;
  }
}
