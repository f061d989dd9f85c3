import { type RowLoss, rowLosses } from "../stats/metrics.ts";
import { guessFor, sizesOf } from "../stats/classes.ts";
import { reweighted } from "./reweighted.ts";
import type { OutcomeRows } from "./rows.ts";
import { type ClusteredError, clusteredError, type Influences } from "../stats/clustered.ts";
import { meanOf } from "../stats/statistic.ts";

/** The excess of a loss over its expectation, by one way to expect it. */
export interface Excess extends ClusteredError {
  /** what the expectation rests on */
  readonly expectedFrom: "deployment" | "predictions" | "naive guess";
  readonly expected: number;
  /** loss now - expected */
  readonly excess: number;
}

/**
 * A model's loss now against three expectations, each from the rows it was validated on and each with the uncertainty of
 * both samples (a shopper in both counts as one):
 * - `deployment`: the loss there
 * - `predictions`: the loss there of predictions of the same size, weighed by how many of them there are now: harder
 *   rows, of which the model itself says so, cost more without its being worse
 * - `naive guess`: the loss there times what the same constant guess costs now against there: when outcomes rise or fall
 *   for everybody, as a season makes them, the guess pays for it too
 * @param baseline the constant guess: mean outcome of the training rows, or the share of each class
 */
export function excesses(
  loss: RowLoss,
  now: OutcomeRows,
  then: OutcomeRows,
  { cap = Infinity, baseline }: { cap?: number; baseline: number | readonly number[] },
): Excess[] {
  const lossNow = rowLosses(loss, now.outcome, now.prediction, { cap });
  const lossThen = rowLosses(loss, then.outcome, then.prediction, { cap });
  const sizes = ({ prediction, outcome }: OutcomeRows) => sizesOf(prediction, outcome.length);
  const same = reweighted(lossThen, sizes(then), sizes(now));
  const against = (
    expectedFrom: Excess["expectedFrom"],
    expected: number,
    differences: Float64Array,
    influenceThen: Float64Array,
  ): Excess => ({
    expectedFrom,
    expected,
    excess: meanOf(lossNow).value - expected,
    ...smallerClusters(
      { influence: meanOf(differences).influence, shopper: now.shopper },
      { influence: influenceThen.map((value) => -value), shopper: then.shopper },
    ),
  });
  const deployment = meanOf(lossThen);
  const candidates = [
    against("deployment", deployment.value, lossNow, deployment.influence),
    against("predictions", same.value, lossNow.map((value, i) => value - same.expected[i]), same.influence),
  ];
  const guessNow = guessLosses(loss, now, baseline, cap);
  const guessThen = guessLosses(loss, then, baseline, cap);
  const meanNow = meanOf(guessNow).value;
  const meanThen = meanOf(guessThen).value;
  if (!(meanThen > 0)) return candidates;
  const ratio = deployment.value / meanThen;
  return [
    ...candidates,
    against(
      "naive guess",
      ratio * meanNow,
      lossNow.map((value, i) => value - ratio * guessNow[i]),
      meanOf(lossThen.map((value, i) => meanNow / meanThen * (value - ratio * guessThen[i]))).influence,
    ),
  ];
}

function guessLosses(
  loss: RowLoss,
  { outcome }: OutcomeRows,
  baseline: number | readonly number[],
  cap: number,
): Float64Array {
  return rowLosses(loss, outcome, guessFor(baseline, outcome.length), { cap });
}

/** The error over both samples; its certainty is that of the sample with fewer shoppers. */
function smallerClusters(...samples: readonly Influences[]): ClusteredError {
  const clusters = Math.min(...samples.map((sample) => new Set(Array.from(sample.shopper)).size));
  return { error: clusters < 2 ? Infinity : clusteredError(...samples).error, clusters };
}
