/**
 * UPF (Regol and others, "When to retrain a machine learning model", ICML 2025), as docs/decisions/0024 reads it.
 *
 * A linear regression, elastic net, forecasts the loss of a version trained at i on block j from i, j - i, j and the shift
 * of the newest inputs; all residuals have one variance. It trains where the 95 % quantile of what the next blocks cost with
 * a training is below the one without. Losses here are no 0 and 1: their sums count as normal.
 */
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import { fitElasticNet } from "./elastic_net.ts";
import type { Policy, Step } from "./replay.ts";
import type { LossView } from "./view.ts";

const DELTA = normalQuantile(0.95, 0, 1);
/** Blocks ahead that are summed: about the horizon of the paper's own experiments. */
const AHEAD = 8;
const FOLDS = 5;
/** Fewer losses than this leave nothing to choose a penalty by. */
const LOSSES_MIN = 4;

export const upf: Policy = {
  name: "UPF",
  start: (view) => (step) => {
    const pairs = knownLosses(view, step);
    if (pairs.length < LOSSES_MIN) return { kind: "keep" };
    const { predict, variance } = forecastOf(pairs);
    const shift = step.t >= 2 ? step.shift(step.t - 1, step.t - 2) : 0;
    const sumOf = (version: number) => {
      let sum = 0;
      for (let j = step.t; j < step.t + AHEAD; j++) sum += predict(version, j, shift);
      return sum + DELTA * Math.sqrt(AHEAD * variance);
    };
    return step.alpha + sumOf(step.t) < sumOf(step.serving) ? { kind: "train" } : { kind: "keep" };
  },
};

interface KnownLoss {
  readonly row: readonly number[];
  readonly loss: number;
}

/** The losses of every version that may be looked at, on every block whose labels are known. */
function knownLosses(view: LossView, { versions, known, seen }: Step): KnownLoss[] {
  return versions.flatMap(({ at, through }) => {
    const found: KnownLoss[] = [];
    for (let j = through + 1; j < known; j++) {
      const loss = seen(at, j);
      const shift = j > 0 ? view.shift(j, j - 1) : 0;
      if (Number.isFinite(loss)) found.push({ row: features(at, j, shift), loss });
    }
    return found;
  });
}

const features = (i: number, j: number, shift: number) => [i, j - i, j, shift];

function forecastOf(pairs: readonly KnownLoss[]) {
  const rows = pairs.map(({ row }) => row);
  const losses = pairs.map(({ loss }) => loss);
  const middle = rows[0].map((_, a) => rows.reduce((sum, row) => sum + row[a], 0) / rows.length);
  const spread = middle.map((center, a) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[a] - center) ** 2, 0) / rows.length) || 1
  );
  const scaled = rows.map((row) => row.map((value, a) => (value - middle[a]) / spread[a]));
  const { slopes, intercept } = fitElasticNet(scaled, losses, Math.min(FOLDS, losses.length));
  const valueOf = (row: readonly number[]) =>
    slopes.reduce((sum, slope, a) => sum + slope * (row[a] - middle[a]) / spread[a], intercept);
  const squares = rows.reduce((sum, row, i) => sum + (losses[i] - valueOf(row)) ** 2, 0);
  return {
    predict: (i: number, j: number, shift: number) => valueOf(features(i, j, shift)),
    variance: Math.max(squares / losses.length, 1e-12),
  };
}
