import { z } from "zod";

/** A person said that a finding is no trouble. */
export const Acceptance = z.object({
  key: z.string().describe("of the finding"),
  at: z.iso.datetime(),
  by: z.string(),
  why: z.string(),
});
export type Acceptance = z.infer<typeof Acceptance>;
