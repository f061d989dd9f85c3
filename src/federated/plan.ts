import { z } from "zod";

/** The privacy of shoppers: what bounds each one's part in a round's sum, and the noise on that sum. */
export const PrivacyPlan = z.strictObject({
  sampling: z.number().gt(0).max(1).default(0.25).describe("chance of a shopper to be in a round"),
  noise: z.number().min(0.3).max(100).default(4)
    .describe("standard deviation of the noise on a round's sum, in clipping norms"),
  clip: z.number().gt(0).max(100).default(0.5).describe("longest update that one shopper may contribute"),
  delta: z.number().gt(0).max(0.01).default(1e-5).describe("chance of epsilon not to hold"),
});
export type PrivacyPlan = z.infer<typeof PrivacyPlan>;

/** How a model is trained without its rows coming together. */
export const FederatedPlan = z.strictObject({
  rounds: z.int().min(1).max(200).default(20),
  hidden: z.array(z.int().min(1).max(64)).max(2).default([])
    .describe("units of hidden layers beside the linear path; none: a logistic regression"),
  localEpochs: z.int().min(1).max(20).default(2).describe("passes over the own rows in a round"),
  batchSize: z.int().min(1).max(4096).default(64).describe("rows of a local step; unused with privacy"),
  learningRate: z.number().gt(0).max(10).default(0.05),
  weightDecay: z.number().min(0).max(1).default(0.005).describe("pull on the weights, per row's loss"),
  leastShoppers: z.int().min(1).default(20).describe("a region with fewer shoppers takes no part"),
  leastParticipants: z.int().min(2).max(255).default(3).describe("a round with fewer ends the training"),
  deadlineSeconds: z.int().min(1).max(86_400).default(60).describe(
    "who is later in a step is left out of the round",
  ),
  privacy: PrivacyPlan.nullable().default(null).describe("null: no noise, and no promise"),
});
export type FederatedPlan = z.infer<typeof FederatedPlan>;
