import { PROBABILITY_FLOOR } from "../stats/metrics.ts";
import type { OutcomeRows } from "./rows.ts";

/** `P(outcome = 1) = 1 / (1 + exp(-(a + b logit p)))`, with the covariance of `a` and `b`. */
export interface Calibrator {
  readonly a: number;
  readonly b: number;
  /** variance of a, covariance, variance of b */
  readonly covariance: readonly [number, number, number];
}

/** Log odds of a probability, kept within the floor that the log loss uses. */
export function logit(p: number): number {
  const clamped = Math.min(1 - PROBABILITY_FLOOR, Math.max(PROBABILITY_FLOOR, p));
  return Math.log(clamped / (1 - clamped));
}

export const calibrated = ({ a, b }: Calibrator, p: number): number =>
  1 / (1 + Math.exp(-(a + b * logit(p))));

const STEPS_MAX = 50;

/**
 * Logistic recalibration by penalised maximum likelihood: `a` and `b - 1` have a standard normal prior, so that few rows
 * leave the probabilities as they are. The covariance is the sandwich over shoppers.
 * Source: Platt (1999), Probabilistic outputs for support vector machines; Cox, Biometrika 45 (1958).
 */
export function fitCalibrator(rows: OutcomeRows): Calibrator {
  const { prediction, outcome, shopper } = rows;
  const x = Float64Array.from(prediction, logit);
  let a = 0;
  let b = 1;
  let inverse: [number, number, number] = [1, 0, 1];
  for (let step = 0; step < STEPS_MAX; step++) {
    let ga = -a;
    let gb = 1 - b;
    let haa = 1;
    let hab = 0;
    let hbb = 1;
    for (let i = 0; i < x.length; i++) {
      const c = 1 / (1 + Math.exp(-(a + b * x[i])));
      const w = c * (1 - c);
      ga += outcome[i] - c;
      gb += (outcome[i] - c) * x[i];
      haa += w;
      hab += w * x[i];
      hbb += w * x[i] * x[i];
    }
    const det = haa * hbb - hab * hab;
    inverse = [hbb / det, -hab / det, haa / det];
    const da = inverse[0] * ga + inverse[1] * gb;
    const db = inverse[1] * ga + inverse[2] * gb;
    const size = Math.min(1, 4 / Math.max(Math.abs(da), Math.abs(db), 1e-300)); // far from the solution, no leaps
    a += size * da;
    b += size * db;
    if (Math.abs(da) + Math.abs(db) < 1e-12) break;
  }
  return { a, b, covariance: sandwich({ a, b }, inverse, { x, outcome, shopper }) };
}

/** `H^-1 M H^-1` with `M` the sum over shoppers of their scores' outer products. */
function sandwich(
  { a, b }: { a: number; b: number },
  [h1, h2, h3]: readonly [number, number, number],
  { x, outcome, shopper }: { x: Float64Array; outcome: ArrayLike<number>; shopper: ArrayLike<number> },
): [number, number, number] {
  const scores = new Map<number, [number, number]>();
  for (let i = 0; i < x.length; i++) {
    const residual = outcome[i] - 1 / (1 + Math.exp(-(a + b * x[i])));
    const [sa, sb] = scores.get(shopper[i]) ?? [0, 0];
    scores.set(shopper[i], [sa + residual, sb + residual * x[i]]);
  }
  let vaa = 0;
  let vab = 0;
  let vbb = 0;
  for (const [sa, sb] of scores.values()) {
    const ia = h1 * sa + h2 * sb;
    const ib = h2 * sa + h3 * sb;
    vaa += ia * ia;
    vab += ia * ib;
    vbb += ib * ib;
  }
  const G = scores.size;
  const correction = G > 1 ? G / (G - 1) : 1;
  return [correction * vaa, correction * vab, correction * vbb];
}
