import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import type { Interval } from "../stats/interval.ts";
import { twoSidedZ } from "../stats/critical.ts";
import { standardError } from "../stats/paired.ts";
import { percent } from "../format/numbers.ts";
import type { Verdict } from "./verdict.ts";

/** What was expected of a challenger before the test: its loss minus the champion's. */
export interface Expected {
  readonly mean: number;
  readonly sd: number;
}

/** What is believed of the difference once forecast and test are put together. */
export interface Combined extends Expected {
  /** chance that the challenger is worse by more than the margin */
  readonly harm: number;
}

/**
 * Combines forecast and paired test, each weighed by its precision. A test in which both answered every row alike has no
 * spread and is no evidence: it is left out.
 * @returns null where neither tells anything
 */
export function combine(
  difference: Interval,
  { expected, margin }: { expected: Expected | null; margin: number },
): Combined | null {
  const error = standardError(difference);
  const tested = error > 0 ? 1 / error ** 2 : 0;
  const believed = expected && expected.sd > 0 ? 1 / expected.sd ** 2 : 0;
  const precision = tested + believed;
  if (precision === 0) return null;
  const mean = (tested * difference.mean + (expected ? believed * expected.mean : 0)) / precision;
  const sd = Math.sqrt(1 / precision);
  return { mean, sd, harm: 1 - normalCdf((margin - mean) / sd, 0, 1) };
}

/**
 * Promotes where the difference expected after the test favours the challenger and the chance of real harm is within the
 * error rate; rejects where harm is as sure; else nobody can tell. A test that is no evidence never promotes.
 */
export function worthGate(
  difference: Interval,
  { expected, margin }: { expected: Expected | null; margin: number },
): { verdict: Verdict; why: string } {
  if (difference.n === 0) {
    return { verdict: "inconclusive", why: "no labelled rows are newer than both models' training" };
  }
  if (standardError(difference) === 0) {
    return { verdict: "inconclusive", why: `both answer ${difference.n} rows alike: that is no evidence` };
  }
  const found = combine(difference, { expected, margin })!;
  const rate = 1 - difference.confidence;
  const harm = `chance of harm ${percent(found.harm)}, ${percent(rate)} allowed`;
  if (found.harm >= 1 - rate) {
    return { verdict: "reject", why: `worse by forecast and test together: ${harm}` };
  }
  if (found.mean < 0 && found.harm <= rate) {
    return { verdict: "promote", why: `better by forecast and test together: ${harm}` };
  }
  return { verdict: "inconclusive", why: `forecast and test together cannot tell: ${harm}` };
}

/**
 * Returns the chance, before a test of the expected precision is made, that the gate lets a challenger pass. The combined
 * mean is normal around the expected one, with the variance that the test takes away.
 * @param error standard error of the test to come
 */
export function passChance(
  expected: Expected,
  { error, margin, confidence }: { error: number; margin: number; confidence: number },
): number {
  if (!(error > 0) || !(expected.sd > 0)) return 0;
  const sd = 1 / Math.sqrt(1 / expected.sd ** 2 + 1 / error ** 2);
  const spread = Math.sqrt(Math.max(0, expected.sd ** 2 - sd ** 2));
  const harmless = margin - normalQuantile(confidence, 0, 1) * sd;
  return normalCdf((Math.min(0, harmless) - expected.mean) / spread, 0, 1);
}

/**
 * The same for each gate. `no-harm` refuses what is shown worse or lies beyond the margin. `threshold` asks for no evidence of a spread, `evidence` for an interval that is below zero; that
 * a stale or failing champion is replaced more easily is left out.
 */
export function passChanceOf(
  gate: "evidence" | "no-harm" | "threshold" | "worth",
  expected: Expected,
  test: { error: number; margin: number; confidence: number },
): number {
  if (gate === "worth") return passChance(expected, test);
  if (gate === "no-harm") {
    const most = Math.min(twoSidedZ(test.confidence) * test.error, test.margin);
    return normalCdf((most - expected.mean) / Math.hypot(expected.sd, test.error), 0, 1);
  }
  const needed = gate === "evidence" ? -twoSidedZ(test.confidence) * test.error : 0;
  return normalCdf((needed - expected.mean) / Math.hypot(expected.sd, test.error), 0, 1);
}
