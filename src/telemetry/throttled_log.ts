import type { Clock } from "../core/clock.ts";
import { MINUTE_MS } from "../core/time.ts";
import type { Log } from "../core/log.ts";

/** Most kinds of lines that are remembered. */
const KINDS_MAX = 1_000;

/**
 * Returns a log that writes a line of one kind once a minute, with how many were left out meanwhile: an outage is told
 * without filling a disk.
 */
export function throttledLog(log: Log, clock: Clock): (kind: string, ...line: Parameters<Log>) => void {
  const kinds = new Map<string, { sinceMs: number; left: number }>();
  return (kind, line, fields) => {
    const nowMs = clock();
    const last = kinds.get(kind);
    if (last && nowMs - last.sinceMs < MINUTE_MS) {
      last.left++;
      return;
    }
    if (kinds.size >= KINDS_MAX) kinds.clear();
    kinds.set(kind, { sinceMs: nowMs, left: 0 });
    log(last?.left ? `${line} (${last.left} more like this in the minute before)` : line, fields);
  };
}
