import { z } from "zod";

/** A word that versions are found by: "season", "before-relaunch". */
export const VersionTag = z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,39}$/, {
  error: "need at most 40 lower-case letters, digits, dots, colons, hyphens",
});

/** What people wrote to a version. */
export const VersionNote = z.object({
  model: z.string(),
  version: z.int(),
  note: z.string(),
  tags: z.array(z.string()).describe("in the order of the alphabet"),
  by: z.string(),
  at: z.iso.datetime(),
});
export type VersionNote = z.infer<typeof VersionNote>;
