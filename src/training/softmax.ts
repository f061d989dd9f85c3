import { addGradient, dampedSolver, gramMatrix, linearOutput, type LinearProblem } from "./linear.ts";
import { softmax } from "./probabilities.ts";

const STEPS_MAX = 400;
const TOLERANCE = 1e-5;

/**
 * Multinomial logistic regression: minimises `sum logLoss + penalty / 2 * |w|^2` over the weights of all classes, for each
 * penalty, starting from the solution of the one before it. The curvature of the loss is at most `X^T X / 2` for each
 * class (Boehning), so a step against that bound never raises it; Nesterov's momentum makes the steps few.
 * @param problem.y places of classes   @returns per penalty and class `[w (k), b]`; without columns the classes' shares
 * Source: Boehning, Multinomial logistic regression algorithm, AISM 44 (1992); O'Donoghue and Candes, Foundations of
 * Computational Mathematics 15 (2015), for the restarts.
 */
export function solveSoftmax(
  problem: LinearProblem,
  classes: number,
  penalties: readonly number[],
): Float64Array[][] {
  const { x, k, y } = problem;
  const n = y.length;
  let weights = sharesOf(y, classes, k);
  if (k === 0 || n === 0) return penalties.map(() => weights);
  const bound = gramMatrix(x, n, k).mul(0.5);
  return penalties.map((penalty) =>
    weights = minimise(problem, weights, penalty, dampedSolver(bound, penalty, n))
  );
}

/** No weights, and intercepts that say how often each class is; smoothed, and centred. */
function sharesOf(y: Float32Array, classes: number, k: number): Float64Array[] {
  const counts = new Float64Array(classes).fill(0.5);
  for (const c of y) counts[c]++;
  const logs = counts.map((count) => Math.log(count));
  const middle = logs.reduce((a, b) => a + b, 0) / classes;
  return Array.from(logs, (log) => {
    const weights = new Float64Array(k + 1);
    weights[k] = log - middle;
    return weights;
  });
}

type Solve = (right: Float64Array) => Float64Array;

function minimise(problem: LinearProblem, start: readonly Float64Array[], penalty: number, solve: Solve) {
  let [now, ahead] = [[...start], [...start]];
  let pace = 1;
  for (let step = 0; step < STEPS_MAX; step++) {
    const down = downhill(problem, ahead, penalty);
    const next = ahead.map((w, c) => {
      const move = solve(down[c]);
      return w.map((v, j) => v + move[j]);
    });
    const moved = next.map((w, c) => w.map((v, j) => v - now[c][j]));
    const largest = Math.max(...moved.map((w) => w.reduce((most, v) => Math.max(most, Math.abs(v)), 0)));
    // momentum that leads uphill begins anew
    const uphill = down.reduce((sum, d, c) => sum - d.reduce((s, v, j) => s + v * moved[c][j], 0), 0) > 0;
    const later = uphill ? 1 : (1 + Math.sqrt(1 + 4 * pace * pace)) / 2;
    const share = uphill ? 0 : (pace - 1) / later;
    ahead = next.map((w, c) => w.map((v, j) => v + share * moved[c][j]));
    now = next;
    pace = later;
    if (largest < TOLERANCE) break;
  }
  return now;
}

/** The negative gradient of the penalised loss, class by class. */
function downhill(problem: LinearProblem, weights: readonly Float64Array[], penalty: number): Float64Array[] {
  const { k, y } = problem;
  const shares = softmax(weights.map((w) => linearOutput(problem, w)));
  return weights.map((w, c) => {
    const down = new Float64Array(k + 1);
    addGradient(problem, Float64Array.from(y, (at, i) => Number(at === c) - shares[c][i]), down);
    for (let j = 0; j < k; j++) down[j] -= penalty * w[j];
    return down;
  });
}
