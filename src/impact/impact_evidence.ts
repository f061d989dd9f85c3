import { z } from "zod";

/** The rows that an impact was measured on. */
export const ImpactStage = z.enum(["validation", "outcomes"]);
export type ImpactStage = z.infer<typeof ImpactStage>;

/** One cut-off, and how many shoppers its population had. */
export const ImpactCutoff = z.strictObject({ cutoff: z.iso.datetime(), population: z.int() });
export type ImpactCutoff = z.infer<typeof ImpactCutoff>;

const column = z.array(z.number());

/**
 * Predictions of both models for the same shoppers, and the outcomes: everything that money and losses are computed
 * from, so that they can be computed again when the shop states other economics. Arrays of `rows` are parallel.
 */
export const ImpactEvidence = z.strictObject({
  kind: z.enum(["classification", "classes", "regression"]),
  loss: z.string().describe("name of the loss the models are compared on"),
  cap: z.number().nullable().describe("for losses that cap outcome and prediction"),
  horizonDays: z.int(),
  confidence: z.number().describe("coverage of every interval"),
  cutoffs: z.array(ImpactCutoff).min(1).describe("oldest first"),
  rows: z.strictObject({
    cutoff: z.array(z.int()).describe("place in `cutoffs`"),
    shopper: z.array(z.int()).describe("the same for the same shopper"),
    outcome: column,
    before: column.describe(
      "what the model that was replaced predicts, or the naive baseline; of several classes a number of each for every row",
    ),
    after: column.describe("what the new model predicts"),
  }),
  groups: z.array(z.strictObject({
    group: z.string(),
    shopper: z.array(z.int()),
    before: column.describe("rise of the row's loss when the group's features are shuffled"),
    after: column,
  })).describe("none where features were not shuffled"),
});
export type ImpactEvidence = z.infer<typeof ImpactEvidence>;
