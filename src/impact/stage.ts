import type { Economics } from "./economics.ts";
import type { ImpactEvidence } from "./impact_evidence.ts";
import type { StageImpact } from "./impact.ts";
import { type Part, sumOf } from "./money.ts";
import { type Compared, compareProfit } from "./profit.ts";
import type { ImpactReport } from "./report.ts";

/** One stored stage of a cycle, opened. */
export interface Stored {
  report: ImpactReport | null;
  /** why nothing was measured; null: it was */
  unmeasured: string | null;
  /** null: not measured, or not kept any more */
  evidence: ImpactEvidence | null;
}

/** One stage with the money of one horizon, and the paired differences it rests on. */
export interface ValuedStage {
  impact: StageImpact;
  /** `scale` is the population: of one horizon */
  part: Part | null;
}

const NOTHING = {
  uplift: null,
  before: null,
  after: null,
  contacted: null,
  thresholds: null,
  learned: null,
  population: null,
};

/**
 * Puts the economics in force to what was measured. Where a captured margin is all that can be told, it is told of one
 * horizon, but has no part in a gain: it is no profit.
 */
export function valueStage(
  { report, unmeasured, evidence }: Stored,
  economics: Economics | null,
): ValuedStage {
  if (!evidence || report === null) {
    return {
      impact: { ...NOTHING, report, text: unmeasured ?? "what was measured is not kept any more" },
      part: null,
    };
  }
  if (economics === null) {
    return { impact: { ...NOTHING, report, text: "no economics are stated" }, part: null };
  }
  const compared = compareProfit(evidence, economics);
  const { by, before, after, population } = compared;
  const part = partOf(compared);
  const uplift = sumOf([part], { confidence: evidence.confidence });
  const perHorizon = (profit: Float64Array) =>
    profit.length === 0 ? null : population * profit.reduce((a, b) => a + b, 0) / profit.length;
  return {
    part: economics.basis === "profit" ? part : null,
    impact: {
      report,
      uplift,
      population,
      thresholds: by,
      learned: before.moved || after.moved,
      text: uplift.verdict,
      before: perHorizon(before.profit),
      after: perHorizon(after.profit),
      contacted: { before: before.contacted, after: after.contacted },
    },
  };
}

/** A threshold that was learned carries chance of its own: intervals measured 1.1 to 1.9 times too narrow. */
const WIDEN_LEARNED = 2;

/** Paired differences of one horizon. */
export const partOf = ({ shopper, before, after, population }: Compared): Part => ({
  differences: after.profit.map((value, i) => value - before.profit[i]),
  shoppers: shopper,
  scale: population,
  widen: before.moved || after.moved ? WIDEN_LEARNED : 1,
});
