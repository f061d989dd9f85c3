import { z } from "zod";
/** One observation of the data, or of a model's inputs or outcomes. */
export const Observation = z.object({
  id: z.uuid(),
  kind: z.enum(["quality", "drift", "performance"]),
  model: z.string().nullable(),
  key: z.string(),
  asOf: z.iso.datetime(),
  answer: z.string(),
  report: z.record(z.string(), z.unknown()),
  evidenceSha256: z.string(),
  codeVersion: z.string(),
  at: z.iso.datetime(),
});

export type Observation = z.infer<typeof Observation>;
