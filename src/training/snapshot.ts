import { z } from "zod";

/** The rows of one cut-off: a sealed block of features, and one of labels in the same order. */
export const SnapshotBlock = z.object({
  cutoff: z.iso.datetime(),
  rows: z.int(),
  features: z.string().describe("sha256 of the feature block"),
  labels: z.string().describe("sha256 of the label block"),
});
export type SnapshotBlock = z.infer<typeof SnapshotBlock>;

/** The data that a model is trained and validated on: labelled cut-offs, oldest first, as known at `asOf`. */
export const Snapshot = z.object({
  id: z.string(),
  model: z.string(),
  asOf: z.iso.datetime(),
  featureHash: z.string(),
  horizonDays: z.int(),
  eventsSeen: z.int(),
  rows: z.int(),
  blocks: z.array(SnapshotBlock),
});
export type Snapshot = z.infer<typeof Snapshot>;
