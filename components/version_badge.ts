import { stateWord } from "../src/format/state_words.ts";
import { capital } from "../src/format/words.ts";
import type { VersionStatus } from "../src/retraining/version_status.ts";
import type { Badge } from "./labels.ts";

/** Statuses that ask for attention. */
const GLYPHS: Partial<Record<VersionStatus, readonly [Badge["glyph"], Badge["tone"]]>> = {
  "serving": ["good", "good"],
  "file damaged": ["bad", "bad"],
  "rolled back": ["back", "bad"],
  "drill": ["watch", "watch"],
};

/** Whether a status stands with a shape and a colour in a table. */
export const needsBadge = (status: VersionStatus): boolean => status in GLYPHS;

/** The status of a version as a badge. */
export function statusBadge(status: VersionStatus): Badge {
  const [glyph, tone] = GLYPHS[status] ?? ["stopped", "unknown"];
  return { glyph, tone, word: capital(stateWord(status)) };
}
