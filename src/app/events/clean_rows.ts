import type { FileRow } from "../../events/file_rows.ts";
import type { PeopleDeps } from "../people/keys.ts";
import { cleaned } from "./personal_text.ts";

/** Rows of a file without personal text; those that the settings refuse for it say so. */
export async function cleanRows(deps: PeopleDeps, rows: readonly FileRow[]): Promise<readonly FileRow[]> {
  const clean = await cleaned(deps, rows.map((row) => "raw" in row ? row.raw : undefined));
  if (clean.size === 0) return rows;
  return rows.map((row, i) => {
    const { fields, refused } = clean.get(i) ?? {};
    if (!fields || !("raw" in row)) return row;
    const raw: Record<string, unknown> = { ...fields };
    if ("refused" in row) return { ...row, raw };
    const { line } = row; // what the row was made of is not kept: messages would show it
    return refused ? { line, raw, refused } : { line, raw };
  });
}
