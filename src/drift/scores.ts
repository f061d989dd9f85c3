/** Scores of bins: what the test of one feature adds up over the rows of a window. */
export interface Scores {
  /** number of bins, the one of rows without a value among them (the last) */
  readonly bins: number;
  /** each with mean 0 and variance 1 over all rows, shape `[weights, bins]` */
  readonly values: Float64Array;
  /** how much the square of each counts, shape `[k]`; none where all rows are alike */
  readonly weights: Float64Array;
  /** whether all weights stand for one chi-square with `weights - 1` degrees of freedom */
  readonly categorical: boolean;
}

/**
 * Weights 0.7^j of the polynomials of degree j + 1: by simulation they cost a location shift two points of power beside
 * the location score alone, and find changes of spread several times as often as Anderson-Darling's 1 / (j (j + 1)).
 */
const POLYNOMIALS = 6;
const DECAY = 0.7;
const MISSING_WEIGHT = 0.5;
/** Remainders of a polynomial below this are rounding: fewer bins than degrees hold rows. */
const RESIDUE = 1e-6;

/**
 * Scores of a numeric feature: polynomials of the mid-rank, orthonormal over the rows at hand (location, spread,
 * asymmetry and so on), and whether a value is there. Depends on ranks only, so no giant rules.
 * @param mass rows per bin of both windows, shape `[bins]`, the last: without a value
 */
export function numericScores(mass: Float64Array): Scores {
  const rows = sum(mass);
  const present = mass.slice();
  present[mass.length - 1] = 0;
  const ranks = midRanks(present);
  const columns: Float64Array[] = [];
  const weights: number[] = [];
  const ones = normalised(present.map((m) => m > 0 ? 1 : 0), present, rows);
  for (let j = 0, basis = ones ? [ones] : []; j < POLYNOMIALS && basis.length > j; j++) {
    const next = basis[j].map((value, b) => value * ranks[b]);
    for (const known of [...basis, ...basis]) subtract(next, known, present, rows); // twice, for rounding's sake
    const score = normalised(next, present, rows);
    if (!score) break;
    basis.push(score), columns.push(score), weights.push(DECAY ** j);
  }
  const missing = mass[mass.length - 1] / rows;
  if (missing > 0 && missing < 1) {
    columns.push(indicator(mass, mass.length - 1)), weights.push(MISSING_WEIGHT);
  }
  return pack(mass.length, columns, weights, false);
}

/** Scores of a category: one for each bin that holds rows; the sum of their weighted squares is Pearson's chi-square. */
export function categoricalScores(mass: Float64Array): Scores {
  const rows = sum(mass);
  const columns: Float64Array[] = [];
  const weights: number[] = [];
  mass.forEach((m, b) => {
    if (m === 0 || m === rows) return;
    columns.push(indicator(mass, b)), weights.push(1 - m / rows);
  });
  return pack(mass.length, columns, weights, true);
}

/** Ranks of bins among the rows with a value, -1 to 1. */
function midRanks(present: Float64Array): Float64Array {
  const rows = Math.max(1, sum(present));
  let below = 0;
  return present.map((m) => (2 * (below += m) - m) / rows - 1);
}

/** Whether a row is in the bin, with mean 0 and variance 1. */
function indicator(mass: Float64Array, bin: number): Float64Array {
  const share = mass[bin] / sum(mass);
  const sd = Math.sqrt(share * (1 - share));
  return mass.map((_, b) => ((b === bin ? 1 : 0) - share) / sd);
}

function subtract(score: Float64Array, known: Float64Array, mass: Float64Array, rows: number): void {
  const overlap = inner(score, known, mass) / rows;
  for (let b = 0; b < score.length; b++) score[b] -= overlap * known[b];
}

/** Scaled to mean square 1 over all rows; null: it is 0 wherever there are rows. */
function normalised(score: Float64Array, mass: Float64Array, rows: number): Float64Array | null {
  const size = Math.sqrt(inner(score, score, mass) / rows);
  return size > RESIDUE ? score.map((value, b) => mass[b] > 0 ? value / size : 0) : null;
}

function inner(a: Float64Array, b: Float64Array, mass: Float64Array): number {
  let total = 0;
  for (let i = 0; i < mass.length; i++) total += mass[i] * a[i] * b[i];
  return total;
}

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);

function pack(bins: number, columns: Float64Array[], weights: number[], categorical: boolean): Scores {
  const values = new Float64Array(columns.length * bins);
  columns.forEach((score, k) => values.set(score, k * bins));
  return { bins, values, weights: Float64Array.from(weights), categorical };
}
