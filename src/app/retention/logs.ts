import { copyFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { Freed } from "../../db/retention.ts";

/** The logs of the embedded servers, within the installation's folder. */
const LOGS = ["postgres/postgres.log", "temporal.log"];
/** A log of this length is set aside, without a restart. */
const LONG_BYTES = 10_000_000;

/**
 * Deletes the halves of logs that were set aside before a moment, and sets aside logs that became long. A server appends
 * to its log, so that it goes on at the beginning of the emptied file.
 */
export async function oldLogs(
  home: string,
  { beforeMs, dryRun }: { beforeMs: number; dryRun: boolean },
): Promise<Freed> {
  const freed = { rows: 0, bytes: 0 };
  for (const name of LOGS) {
    const path = join(home, name);
    const aside = `${path}.1`;
    const old = await stat(aside).catch(() => null);
    if (old !== null && old.mtimeMs < beforeMs) {
      freed.rows++;
      freed.bytes += old.size;
      if (!dryRun) await rm(aside);
    }
    const live = await stat(path).catch(() => null);
    if (dryRun || live === null || live.size <= LONG_BYTES) continue;
    await copyFile(path, aside);
    await truncate(path);
  }
  return freed;
}
