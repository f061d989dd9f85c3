import { z } from "zod";

/** The difference of one feature between the reference and the current window. */
export const FeatureShift = z.strictObject({
  feature: z.string(),
  kind: z.enum(["numeric", "categorical"]),
  distances: z.record(z.string(), z.number().nullable()).describe(
    "by detector; null: it does not apply here",
  ),
  pRaw: z.number().describe("chance of so large a difference without a change, this feature looked at alone"),
  p: z.number().describe(
    "adjusted for all features looked at: between shoppers, and beside what the feature does from week to week",
  ),
  wobble: z.strictObject({
    p: z.number(),
    sd: z.number(),
    stretches: z.int(),
  }).nullable().default(null).describe(
    "chance of so far a move by what the feature did over equally long stretches before; null: too little history",
  ),
  drifted: z.boolean(),
  shift: z.number().nullable().describe(
    "difference of the means in standard deviations of the reference; categories: null",
  ),
  missing: z.strictObject({ reference: z.number(), current: z.number() }).describe("shares without a value"),
  importance: z.number().nullable().describe(
    "rise of the model's loss when the feature is shuffled, relative to that loss; null: not known",
  ),
  impact: z.number().nullable().describe("shift weighed by importance: what the list is ordered by"),
  smallest: z.number().nullable().describe(
    "smallest change that would have been seen with 80 % power: numeric in standard deviations, categorical in share moved; null: none that could be tried",
  ),
});
export type FeatureShift = z.infer<typeof FeatureShift>;

/** The report of a look at the inputs of a model. */
export const DriftReport = z.strictObject({
  model: z.string(),
  version: z.int(),
  asOf: z.iso.datetime(),
  answer: z.enum(["stable", "drifted", "cannot tell yet"]),
  text: z.string(),
  reference: z.strictObject({
    cutoffs: z.array(z.iso.datetime()),
    rows: z.int(),
    blocks: z.array(z.string()),
  })
    .describe("feature blocks that the serving version was trained on, by sha256"),
  current: z.strictObject({ cutoff: z.iso.datetime(), rows: z.int(), block: z.string() }),
  past: z.array(z.strictObject({ cutoff: z.iso.datetime(), block: z.string() })).default([])
    .describe("earlier moments, which say how far features move by themselves"),
  alpha: z.number().describe("chance of a false alarm that this look may spend"),
  method: z.enum(["permutation", "asymptotic"]),
  rounds: z.int().describe("permutations; 0 where the null is a formula"),
  seed: z.int(),
  features: z.array(FeatureShift).describe("the most important line first"),
  together: z.strictObject({ statistic: z.string(), value: z.number(), p: z.number(), drifted: z.boolean() })
    .nullable()
    .describe("all features at once: sees a change of how they go together"),
});
export type DriftReport = z.infer<typeof DriftReport>;
