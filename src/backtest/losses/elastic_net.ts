/**
 * Elastic net with ratio and penalty chosen by cross-validation, as scikit-learn's ElasticNetCV, for a few columns and
 * many fits: works on sums of products alone. Folds are runs of neighbouring rows.
 */
const RATIOS = [0.1, 0.5, 1];
const PENALTIES = 10;
/** the smallest penalty, as a share of the one that leaves no column */
const SMALLEST = 1e-3;
const SWEEPS = 30;
/** of the largest product */
const TOLERANCE = 1e-3;

export interface LinearFit {
  readonly slopes: readonly number[];
  readonly intercept: number;
}

/** Sums of products of centred rows, per row. */
interface Sums {
  readonly gram: readonly (readonly number[])[];
  readonly right: readonly number[];
  readonly middle: readonly number[];
  readonly mean: number;
}

/** Minimises `1/2 mean squared error + penalty * (ratio |w| + (1 - ratio)/2 w^2)`. @param x rows of columns  @param y shape `[n]` */
export function fitElasticNet(
  x: readonly (readonly number[])[],
  y: readonly number[],
  folds: number,
): LinearFit {
  const all = sumsOf(x, y);
  const largest = Math.max(...all.right.map(Math.abs));
  const choices = RATIOS.flatMap((ratio) =>
    Array.from({ length: PENALTIES }, (_, i) => ({
      ratio,
      penalty: Math.max(largest / ratio, 1e-12) * SMALLEST ** (i / (PENALTIES - 1)),
    }))
  );
  const errors = choices.map(() => 0);
  for (let fold = 0; fold < folds; fold++) {
    const from = Math.trunc(fold * y.length / folds);
    const to = Math.trunc((fold + 1) * y.length / folds);
    const isHeld = (i: number) => i >= from && i < to;
    const fit = sumsOf(x.filter((_, i) => !isHeld(i)), y.filter((_, i) => !isHeld(i)));
    choices.forEach((choice, c) => {
      const slopes = descend(fit, choice);
      let sum = 0;
      for (let i = from; i < to; i++) sum += (y[i] - fit.mean - dot(minus(x[i], fit.middle), slopes)) ** 2;
      errors[c] += sum / Math.max(1, to - from);
    });
  }
  const slopes = descend(all, choices[errors.indexOf(Math.min(...errors))]);
  return { slopes, intercept: all.mean - dot(all.middle, slopes) };
}

function sumsOf(x: readonly (readonly number[])[], y: readonly number[]): Sums {
  const n = y.length;
  const columns = x[0].map((_, a) => a);
  const middle = columns.map((a) => x.reduce((sum, row) => sum + row[a], 0) / n);
  const mean = y.reduce((sum, value) => sum + value, 0) / n;
  const centred = x.map((row) => minus(row, middle));
  const gram = columns.map((a) =>
    columns.map((b) => centred.reduce((sum, row) => sum + row[a] * row[b], 0) / n)
  );
  const right = columns.map((a) => centred.reduce((sum, row, i) => sum + row[a] * (y[i] - mean), 0) / n);
  return { gram, right, middle, mean };
}

/** Cyclic coordinate descent. */
function descend({ gram, right }: Sums, { ratio, penalty }: { ratio: number; penalty: number }): number[] {
  const slopes = right.map(() => 0);
  const left = [...right]; // what the columns have yet to explain
  const hard = penalty * ratio;
  const soft = penalty * (1 - ratio);
  const largest = Math.max(...right.map(Math.abs), 1e-12);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let furthest = 0;
    for (let j = 0; j < slopes.length; j++) {
      const slope = left[j] + gram[j][j] * slopes[j];
      const moved = (slope - Math.min(hard, Math.max(-hard, slope))) / Math.max(gram[j][j] + soft, 1e-12);
      const step = moved - slopes[j];
      for (let a = 0; a < left.length; a++) left[a] -= gram[a][j] * step;
      slopes[j] = moved;
      furthest = Math.max(furthest, Math.abs(step));
    }
    if (furthest < TOLERANCE * largest) break;
  }
  return slopes;
}

const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - b[i]);
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);
