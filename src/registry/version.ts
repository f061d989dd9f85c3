import { z } from "zod";

const Metrics = z.record(z.string(), z.number().nullable());

const SAMPLED = z.int().optional()
  .describe("rows that it was fitted on, whole shoppers by a hash; left out: all of them");

/** The inputs and the results of a model version. */
export const Manifest = z.object({
  model: z.string(),
  cycleId: z.string(),
  parent: z.int().nullable().describe("version that served when this one was trained"),
  asOf: z.iso.datetime(),
  snapshotId: z.string(),
  snapshotHash: z.string(),
  featureHash: z.string(),
  codeVersion: z.string(),
  seed: z.int(),
  candidate: z.string().describe("recipe that won the competition inside training"),
  recipe: z.json().describe("that recipe with what the competition settled, to fit it again"),
  competition: z.array(z.object({ candidate: z.string(), loss: z.number(), rows: z.int() })),
  curve: z.array(z.object({
    candidate: z.string(),
    points: z.array(
      z.object({ epoch: z.int(), loss: z.number().nullable(), validationLoss: z.number().nullable() }),
    ),
  })).describe("training curves of the competition; null where there was nothing to measure on"),
  tested: z.object({
    sha256: z.string(),
    rows: z.int(),
    sampled: SAMPLED,
    cutoffs: z.array(z.iso.datetime()),
    labelledThrough: z.iso.datetime(),
  }).describe("the model the verdict was reached on, and the rows it saw"),
  served: z.object({
    rows: z.int(),
    sampled: SAMPLED,
    cutoffs: z.array(z.iso.datetime()),
    labelledThrough: z.iso.datetime(),
    refitted: z.boolean(),
  }).describe("the rows that the artefact saw"),
  recalibrated: z.object({
    of: z.int().describe("version that was trained, and whose answers are moved along the line"),
    learnedThrough: z.iso.datetime().describe("end of the newest outcome that it was trained on"),
    rows: z.int().describe("rows that the line was fitted on"),
    intercept: z.number(),
    slope: z.number(),
  }).optional().describe("intercept and slope refitted on newer outcomes; left out: it was trained"),
  federated: z.object({
    run: z.string(),
    rounds: z.int().describe("that moved the weights"),
    participants: z.array(z.string()).describe("whose rows were in a round"),
    dropOuts: z.int().describe("times that one of them was missing from a round's sum"),
    privacy: z.object({
      unit: z.literal("shopper").describe("whose presence epsilon bounds"),
      sampling: z.number(),
      noise: z.number(),
      clip: z.number(),
      delta: z.number(),
      epsilon: z.number().describe("that this version spent"),
      epsilonInAll: z.number().nullable().describe(
        "that all federated trainings here spent by then; null: one of them had no noise",
      ),
    }).nullable().describe("null: without noise, and without a promise"),
  }).optional().describe("trained in rounds over participants whose rows stay apart; left out: on all rows"),
  distributed: z.object({
    shards: z.int().describe("1: one worker trained, see why"),
    rounds: z.int(),
    why: z.string(),
  }).optional().describe("trained in rounds over shards of the rows; left out: nobody asked for it"),
  targetCap: z.number().nullable().describe(
    "99th percentile of the training target; null for a classification",
  ),
  unit: z.string().optional().describe(
    "what the target was measured in, as EUR or lines bought; left out: by a release that did not say",
  ),
  baseline: z.number().describe(
    "the naive prediction: mean label of the training rows; of several classes the place of the most frequent one",
  ),
  classes: z.array(z.string()).optional().describe("of several classes: their names"),
  shares: z.array(z.number()).optional().describe(
    "of several classes: the share of each among the training rows",
  ),
  metrics: Metrics.describe("on the validation rows; null: they do not define it"),
});
export type Manifest = z.infer<typeof Manifest>;

/** What is guessed of everyone where nothing is known: one number, or a probability of each class. */
export const guessOf = (
  { baseline, shares }: Pick<Manifest, "baseline" | "shares">,
): number | readonly number[] => shares ?? baseline;

/** End of the newest outcome that a version was trained on; a line fitted later makes it no younger. */
export const learnedThrough = ({ recalibrated, served }: Pick<Manifest, "recalibrated" | "served">): string =>
  recalibrated?.learnedThrough ?? served.labelledThrough;

/** One trained version of a model. */
export const ModelVersion = z.object({
  model: z.string(),
  version: z.int(),
  cycleId: z.string(),
  state: z.enum(["candidate", "deployed", "rejected", "reference"]),
  artefactSha256: z.string(),
  manifest: Manifest,
  damagedAt: z.iso.datetime().nullable(),
  artefactRemovedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  damaged: z.string().optional().describe("what of this row could not be read; left out: nothing"),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

/** One change of what serves: of the version that everyone gets, or of the share that gets another one. */
export const ServingMove = z.object({
  model: z.string(),
  version: z.int(),
  previous: z.int().nullable().describe("what served, or serves beside it"),
  kind: z.enum(["deploy", "roll back", "promote", "share"]),
  share: z.number().describe("of shoppers that get `version` from now on"),
  rollout: z.string().nullable().describe("id of the rollout that it is part of"),
  key: z.string(),
  by: z.string(),
  why: z.string(),
  asOf: z.iso.datetime(),
  at: z.iso.datetime(),
});
export type ServingMove = z.infer<typeof ServingMove>;
