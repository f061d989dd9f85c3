import { sleep } from "../core/deadline.ts";
import type { Client } from "./client.ts";
import type { Cycle } from "../retraining/cycle.ts";
import type { ModelStatus } from "../retraining/status.ts";

/** A forced cycle did not end in time; it goes on by itself. */
export class StillRunningError extends Error {
  override name = "StillRunningError";
  constructor(models: readonly string[], timeoutMs: number) {
    super(
      `Still running after ${timeoutMs / 1000} s: ${
        models.join(", ")
      }; see "perennial status", or wait longer with --timeout`,
    );
  }
}

/** The progress of a forced cycle. */
export interface ForceProgress {
  model: string;
  cycleId: string;
  stage: string;
  /** of the stage, 0 to 1; null: it does not say */
  fraction: number | null;
  text: string;
}

export interface ForceOptions {
  /** left out: every model */
  model?: string;
  why?: string;
  /** default: half an hour */
  timeoutMs?: number;
  everyMs?: number;
  /** hears each change */
  onProgress?: (progress: ForceProgress) => void;
}

const WAIT_MS = 30 * 60_000;
const LOOK_EVERY_MS = 500;

/**
 * Forces a cycle and waits until it has ended: the first one numbered after all that were there before.
 * @returns one ended cycle per model   @throws {StillRunningError} time ran out; ApiError, UnreachableError: as the client
 */
export async function forceAndWait(client: Client, options: ForceOptions = {}): Promise<Cycle[]> {
  const { model, why = "", timeoutMs = WAIT_MS, everyMs = LOOK_EVERY_MS, onProgress } = options;
  const before = await client.status();
  const { models } = await client.force({ model, why });
  const newest = new Map(before.models.map((m) => [m.model, newestCycle(m)]));
  const ended = new Map<string, string>();
  const reported = new Map<string, string>();
  const end = performance.now() + timeoutMs;
  while (ended.size < models.length) {
    if (performance.now() > end) throw new StillRunningError(models.filter((m) => !ended.has(m)), timeoutMs);
    await sleep(everyMs);
    for (const status of (await client.status()).models) {
      if (!models.includes(status.model) || ended.has(status.model)) continue;
      const after = newest.get(status.model) ?? 0;
      const progress = progressOf(status, after);
      if (progress && reported.get(status.model) !== JSON.stringify(progress)) onProgress?.(progress);
      if (progress) reported.set(status.model, JSON.stringify(progress));
      const done = await endedAfter(client, status, after);
      if (done) ended.set(status.model, done);
    }
  }
  return await Promise.all(models.map((name) => client.cycle(ended.get(name)!)));
}

/** The id of the forced cycle once it has ended. A later one may have begun, or ended, since. */
async function endedAfter(
  client: Client,
  { model, lastCycle }: ModelStatus,
  number: number,
): Promise<string | undefined> {
  if (lastCycle === null || lastCycle.number <= number) return undefined;
  const { cycles } = await client.history({ model, limit: 100 });
  return cycles.filter((c) => c.number > number && c.endedAt !== null).sort((a, b) => a.number - b.number)[0]
    ?.id;
}

function progressOf({ model, running }: ModelStatus, after: number): ForceProgress | null {
  if (running === null || numberOf(running.id) <= after) return null;
  const { id: cycleId, stage, progress } = running;
  return { model, cycleId, stage, fraction: progress?.fraction ?? null, text: progress?.text ?? "" };
}

const newestCycle = ({ running, lastCycle }: ModelStatus) =>
  Math.max(lastCycle?.number ?? 0, running ? numberOf(running.id) : 0);
const numberOf = (cycleId: string) => Number(cycleId.slice(cycleId.lastIndexOf("/") + 1));
