import type { ArmEvidence, PairEvidence, RolloutEvidence } from "../../src/rollout/rollout_evidence.ts";
import type { Moments } from "../../src/stats/moments.ts";
import { NOTHING, unshown } from "../../src/rollout/lookup.ts";
import type { RolloutPlan, RolloutPosition } from "../../src/rollout/plan.ts";

export { NOTHING };

/** A plan of version 7 against champion 3. */
export function planOf(over: Partial<RolloutPlan> = {}): RolloutPlan {
  return {
    strategy: "canary",
    champion: 3,
    challengers: [7],
    shares: [0.05, 0.25, 0.5],
    stepHours: 24,
    stepShoppers: 100,
    daysMax: 56,
    undecided: "hold",
    mayPromote: true,
    proof: "outcomes",
    errorRate: 0.05,
    margin: 0.02,
    ab: { share: 0.5, power: 0.8, effect: 0.02, perArm: 1000 },
    bandit: { floor: 0.05, reward: "outcome", rewardDays: 7, certainty: 0.95 },
    guardrails: { errors: 0.01, fallbacks: 0.01, latencyMs: 250, divergence: 1 },
    segmentMargin: 0.1,
    seed: 1,
    ...over,
  };
}

export const arm = (version: number, over: Partial<ArmEvidence> = {}): ArmEvidence => ({
  ...unshown(version),
  ...over,
});

export const pair = (version: number, over: Partial<PairEvidence> = {}): PairEvidence => ({
  version,
  difference: NOTHING,
  divergence: { n: 0, rms: 0, spread: 0 },
  segments: [],
  ...over,
});

/** What a look finds two days into a step, the champion's loss being a quarter right and wrong. */
export function evidenceOf(
  { champion = {}, arms = [], pairs = [], ...over }:
    & Partial<Omit<RolloutEvidence, "arms" | "pairs">>
    & { champion?: Partial<ArmEvidence>; arms?: ArmEvidence[]; pairs?: PairEvidence[] },
): RolloutEvidence {
  return {
    asOf: "2011-10-01T00:00:00.000Z",
    days: 2,
    stepHours: 48,
    arms: [arm(3, { loss: { n: 5000, mean: 0.25, variance: 0.1875 }, ...champion }), ...arms],
    pairs,
    ...over,
  };
}

export const at = (step: number, ...shares: [number, number][]): RolloutPosition => ({
  step,
  shares: shares.map(([version, share]) => ({ version, share })),
});

/** Differences of so many shoppers; 12 % of them are told apart by a 0/1 loss. */
export const moments = (n: number, mean: number, variance = 0.12): Moments => ({ n, mean, variance });
