import { percent } from "../format/numbers.ts";
import { metricName } from "../format/words.ts";
import { segmentVerdicts } from "./segments.ts";
import type { Evidence, Verdict } from "./verdict.ts";
import { worthGate } from "./worth_gate.ts";

/**
 * Judges the evidence of a challenger: a pure function, so that any past verdict can be reached again.
 *
 * `evidence`: promote when the interval says better, or no worse while the champion is stale or failing; reject when
 * it says worse; else inconclusive. Where only the naive baseline serves, being better on average is enough: a guess
 * has no claim to stay.
 * `no-harm`: a version of more and newer rows is promoted unless it is shown worse, or is worse on average by more than
 * the margin. For a shop whose models age, where keeping the old one is no safe choice either.
 * `threshold`: promote when the loss falls by at least `threshold` of the champion's.
 * `worth`: promote when forecast and test together favour the challenger, and harm is unlikely enough.
 * All: what would be promoted is rejected where a segment of shoppers is served worse, beyond its margin and chance, or
 * where it is shown worse by the metric that the shop quotes, if that is one of its own.
 */
export function verdictOf(evidence: Evidence): { verdict: Verdict; why: string } {
  const overall = overallOf(evidence);
  if (overall.verdict === "promote" && isWorseByOwn(evidence)) {
    return { verdict: "reject", why: `${overall.why}, but worse by its ${metricName(evidence.own!.metric)}` };
  }
  const harmed = overall.verdict === "promote" ? harmedSegments(evidence) : [];
  if (harmed.length === 0) return overall;
  const names = harmed.map((segment) => `"${segment}"`).join(", ");
  return { verdict: "reject", why: `${overall.why}, but worse for shoppers of ${names}` };
}

function overallOf(evidence: Evidence): { verdict: Verdict; why: string } {
  const { gate, against, difference, expected, margin } = evidence;
  const few = tooFew(evidence);
  if (few) return { verdict: "inconclusive", why: few };
  if (gate === "threshold") return thresholdGate(evidence);
  if (gate === "no-harm" && against === "champion") return noHarmGate(evidence);
  if (gate === "worth" && against === "champion") return worthGate(difference, { expected, margin });
  return evidenceGate(evidence);
}

/** Whether the interval of the shop's own metric lies on its worse side; a guess has no claim to stay by it. */
function isWorseByOwn({ own, against }: Evidence): boolean {
  if (!own || against === "baseline") return false;
  return own.better === "higher" ? own.difference.high < 0 : own.difference.low > 0;
}

/** A guess has no claim to stay, whomever it suits. */
function harmedSegments({ segments, segmentMargin, difference, against }: Evidence): string[] {
  if (against === "baseline") return [];
  const { confidence } = difference;
  return segmentVerdicts(segments, { margin: segmentMargin, confidence })
    .filter(({ harmed }) => harmed).map(({ segment }) => segment);
}

/** Rows of one shopper are alike: as many shoppers are needed as rows. @returns null: there are enough */
function tooFew({ difference: { n, clusters }, rowsMin = 0 }: Evidence): string | null {
  if (n === 0 || (n >= rowsMin && clusters >= rowsMin)) return null;
  return `${n} rows of ${clusters} ${clusters === 1 ? "shopper" : "shoppers"} are too few to tell: ` +
    `min_validation_rows asks for ${rowsMin} of each`;
}

const nothingToCompare = {
  verdict: "inconclusive",
  why: "no labelled rows are newer than both models' training",
} as const;

function thresholdGate(
  { championLoss, challengerLoss, threshold, difference }: Evidence,
): { verdict: Verdict; why: string } {
  if (difference.n === 0) return nothingToCompare;
  const fall = championLoss > 0 ? (championLoss - challengerLoss) / championLoss : 0;
  const why = `loss fell by ${percent(fall)}, the threshold is ${percent(threshold)}`;
  return { verdict: fall >= threshold ? "promote" : "reject", why };
}

function noHarmGate({ difference, margin }: Evidence): { verdict: Verdict; why: string } {
  const { mean, low, n } = difference;
  if (n === 0) return nothingToCompare;
  if (low > 0) return { verdict: "reject", why: `worse than the champion on ${n} rows` };
  if (mean > margin) {
    return { verdict: "inconclusive", why: `worse on average by more than the margin, on ${n} rows` };
  }
  return { verdict: "promote", why: `${n} rows do not speak against it` };
}

function evidenceGate(
  { difference, margin, against, stale, failing }: Evidence,
): { verdict: Verdict; why: string } {
  const { mean, low, high, n } = difference;
  if (n === 0) return nothingToCompare;
  if (high < 0) return { verdict: "promote", why: `better than the ${against} on ${n} rows` };
  if (low > 0) return { verdict: "reject", why: `worse than the ${against} on ${n} rows` };
  if (against === "baseline" && mean < 0) {
    return { verdict: "promote", why: `better on average than the baseline on ${n} rows` };
  }
  const replaceable = failing ? "failing" : stale ? "stale" : null;
  if (high < margin && replaceable) {
    return {
      verdict: "promote",
      why: `no worse than the ${against} on ${n} rows, and that is ${replaceable}`,
    };
  }
  const why = high < margin
    ? `no worse than the ${against} on ${n} rows, but that is neither stale nor failing`
    : `${n} rows cannot tell it from the ${against}`;
  return { verdict: "inconclusive", why };
}
