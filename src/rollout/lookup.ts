import type { ArmEvidence, PairEvidence, RolloutEvidence } from "./rollout_evidence.ts";
import type { Moments } from "../stats/moments.ts";

export const NOTHING: Moments = { n: 0, mean: 0, variance: 0 };

/** A version that nobody was shown yet. */
export const unshown = (version: number): ArmEvidence => ({
  version,
  shoppers: 0,
  answers: 0,
  errors: 0,
  fallbacks: 0,
  slow: 0,
  timed: 0,
  loss: NOTHING,
  reward: null,
});

/** Returns the evidence of a version with its own shoppers; all zero where there is nothing yet. */
export const armEvidence = (evidence: RolloutEvidence, version: number): ArmEvidence =>
  evidence.arms.find((arm) => arm.version === version) ?? unshown(version);

/** A challenger against the champion; all zero where there is nothing yet. */
export const pairEvidence = (evidence: RolloutEvidence, version: number): PairEvidence =>
  evidence.pairs.find((pair) => pair.version === version) ?? {
    version,
    difference: NOTHING,
    divergence: { n: 0, rms: 0, spread: 0 },
    segments: [],
  };
