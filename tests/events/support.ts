/** Event files of any bytes, read as an import reads them. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryImport } from "../../src/app/events/try_import.ts";
import type { FileRow } from "../../src/events/file_rows.ts";
import type { ImportPlan } from "../../src/events/plan.ts";
import { type FileLayout, openEventFiles } from "../../src/events/read_file.ts";

export const NOW_MS = Date.UTC(2026, 0, 1);

/** Runs `work` on a file of these bytes. */
export async function withFile<T>(
  bytes: string | Uint8Array,
  work: (path: string) => Promise<T>,
  name = "x.csv",
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "perennial-file-"));
  try {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The rows of a file and how it was written. */
export function readBytes(
  bytes: string | Uint8Array,
  plan: ImportPlan = {},
): Promise<{ rows: FileRow[]; layout: FileLayout }> {
  return withFile(bytes, async (path) => {
    const rows: FileRow[] = [];
    let layout: FileLayout | undefined;
    for (const file of await openEventFiles(path, plan)) {
      for await (const block of file.read()) rows.push(...block.rows.map(withoutOrigin));
      layout ??= file.layout();
    }
    return { rows, layout: layout! };
  });
}

/** A row without what it was made of. */
function withoutOrigin(row: FileRow): FileRow {
  if (!("data" in row)) return row;
  const { data: _data, item: _item, ...rest } = row;
  return rest;
}

/** The events of a file's rows under their field names; refused and unreadable ones by their reason. */
export async function rawsOf(bytes: string | Uint8Array, plan: ImportPlan = {}): Promise<unknown[]> {
  const { rows } = await readBytes(bytes, plan);
  return rows.map((row) => {
    if (!("raw" in row)) return row.unreadable;
    return "refused" in row ? row.refused.reason : row.raw;
  });
}

/** What an import of these bytes would find. */
export const tryBytes = (bytes: string | Uint8Array, plan: ImportPlan = {}) =>
  withFile(bytes, (path) => tryImport([path], { plan, nowMs: NOW_MS }));
