import { z } from "zod";
import type { Moments as SampleMoments } from "../stats/moments.ts";

/** Mean and sample variance over shoppers, each counted once; the variance of fewer than two is 0. */
const Moments = z.strictObject({
  n: z.int(),
  mean: z.number(),
  variance: z.number(),
}) satisfies z.ZodType<SampleMoments>;

/** The evidence of one version with the shoppers that were shown its answers, since the rollout began. */
export const ArmEvidence = z.strictObject({
  version: z.int(),
  shoppers: z.int().describe("different shoppers who were shown its answers since the step began"),
  answers: z.int(),
  errors: z.int().describe("of the answers: it threw, or what it said was no number"),
  fallbacks: z.int().describe("of the answers: another version or the baseline spoke"),
  slow: z.int().describe("requests slower than the guardrail"),
  timed: z.int().describe("requests whose time was taken"),
  loss: Moments.describe("of its own shoppers whose outcomes are in"),
  reward: Moments.nullable().describe("business events of its own shoppers; null: not asked for"),
});
export type ArmEvidence = z.infer<typeof ArmEvidence>;

/** A challenger against the champion where both answered about the same shopper at the same moment. */
export const PairEvidence = z.strictObject({
  version: z.int(),
  difference: Moments.describe("challenger's loss minus the champion's, of shoppers whose outcomes are in"),
  divergence: z.strictObject({
    n: z.int(),
    rms: z.number().describe("root mean square difference of the two answers"),
    spread: z.number().describe("standard deviation of the champion's answers"),
  }),
  segments: z.array(z.strictObject({
    segment: z.string(),
    difference: Moments,
    championLoss: z.number(),
  })),
});
export type PairEvidence = z.infer<typeof PairEvidence>;

/** All that one look at a rollout decides on. */
export const RolloutEvidence = z.strictObject({
  asOf: z.iso.datetime(),
  days: z.number().describe("since the rollout began, without pauses"),
  stepHours: z.number().describe("since the step began"),
  paused: z.literal(true).optional().describe("by a person; left out: it is not"),
  arms: z.array(ArmEvidence).describe("champion first, then the challengers in the order of the plan"),
  pairs: z.array(PairEvidence).describe("the challengers in the order of the plan"),
});
export type RolloutEvidence = z.infer<typeof RolloutEvidence>;
