import { z } from "zod";

/**
 * The strategies by which a validated version comes to serve.
 * - `immediate`: at once; its first window of outcomes is watched
 * - `shadow`: it answers everyone, and nobody is shown its answers, until outcomes have proven it
 * - `canary`: shown to a share of shoppers that grows step by step
 * - `ab`: shown to a fixed share until a number of shoppers planned beforehand have their outcomes
 * - `bandit`: several versions share the shoppers, the better ones more of them
 */
export const StandardStrategy = z.enum(["immediate", "shadow", "canary", "ab", "bandit"]);
export type StandardStrategy = z.infer<typeof StandardStrategy>;

const OwnStrategy = z.templateLiteral(["own:", z.string().regex(/^[a-z][a-z0-9-]{0,40}$/)])
  .describe("of a file in the folder of extensions");

/** A strategy of ours, or `own:NAME` of a file in the operator's folder. */
export const Strategy = z.union([StandardStrategy, OwnStrategy]);
export type Strategy = z.infer<typeof Strategy>;

/** Those of them that take their time: what a person can ask for. */
export const GradualStrategy = z.union([StandardStrategy.exclude(["immediate"]), OwnStrategy]);

/** Whether a strategy is of ours. */
export const isStandard = (strategy: Strategy): strategy is StandardStrategy =>
  StandardStrategy.safeParse(strategy).success;

/** The plan of one rollout: written down when it begins, so that a changed setting changes the next one only. */
export const RolloutPlan = z.strictObject({
  strategy: Strategy,
  champion: z.int(),
  challengers: z.array(z.int()).min(1).describe("the version that it is about first"),
  shares: z.array(z.number().gt(0).lt(1)).describe("canary: shares of shoppers, step by step"),
  stepHours: z.number().describe("least time a step lasts"),
  stepShoppers: z.int().describe("shoppers that a step must have shown the challenger to"),
  daysMax: z.number().describe("after this long without a decision `undecided` holds"),
  undecided: z.enum(["promote", "hold"]),
  mayPromote: z.boolean().default(true).describe("false: a drill, whose version is worse on purpose"),
  proof: z.enum(["outcomes", "guardrails"]).describe("what the last step rests on"),
  errorRate: z.number().describe("chance, however often one looks, of each kind of wrong decision"),
  margin: z.number().describe("absolute rise of the mean loss that still counts as no worse"),
  ab: z.strictObject({
    share: z.number(),
    power: z.number(),
    effect: z.number().describe("difference of the mean loss that is to be found with that power"),
    perArm: z.int().nullable().describe(
      "shoppers with outcomes that each arm needs; null: not known beforehand",
    ),
  }),
  bandit: z.strictObject({
    floor: z.number().describe("least share of each arm"),
    reward: z.enum(["outcome", "purchase", "spend"]),
    rewardDays: z.number().describe("days after an answer in which a purchase counts for it"),
    certainty: z.number().describe("chance of being the best at which the rollout ends"),
  }),
  guardrails: z.strictObject({
    errors: z.number().describe("most errors, as a share of answers"),
    fallbacks: z.number().describe("most answers that another version had to give, as a share"),
    latencyMs: z.number().describe("most ms of all but one in a hundred answers"),
    divergence: z.number().describe(
      "root mean square difference from the champion's answers, in standard deviations of these",
    ),
  }),
  segmentMargin: z.number().describe(
    "rise of a segment's loss that still counts as no worse, as a share of it",
  ),
  seed: z.int(),
});
export type RolloutPlan = z.infer<typeof RolloutPlan>;

/** The share of shoppers who are shown a challenger's answers; the champion has the rest. */
export const ArmShare = z.strictObject({ version: z.int(), share: z.number().min(0).max(1) });
export type ArmShare = z.infer<typeof ArmShare>;

/** The position of a rollout. `step` counts from 0. */
export interface RolloutPosition {
  readonly step: number;
  readonly shares: readonly ArmShare[];
}
