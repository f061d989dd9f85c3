import { z } from "zod";

/** What a model from outside is given, and what is known of it. */
const Told = z.object({
  inputs: z.array(z.object({ feature: z.string(), shift: z.number(), scale: z.number() }))
    .describe("in its own order: (feature - shift) / scale"),
  missing: z.number().describe("in place of a feature that has nothing to say"),
  trainedUntil: z.iso.date().describe("end of the newest outcome that it was trained on"),
});

/** A model that a person brought to a running installation. */
export const BroughtCandidate = Told.extend({
  model: z.string(),
  name: z.string(),
  fileSha256: z.string().describe("of its file"),
  by: z.string(),
  why: z.string(),
  at: z.iso.datetime(),
  challengedBy: z.string().nullable().describe("the cycle that put it to the gate; null: the next one does"),
});
export type BroughtCandidate = z.infer<typeof BroughtCandidate>;
