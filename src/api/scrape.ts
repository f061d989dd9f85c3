import { diskRooms, readOperations } from "../app/reports/operations.ts";
import { withDeadline } from "../core/deadline.ts";
import { setGauges } from "../telemetry/gauges.ts";
import type { CountingDeps } from "./deps.ts";
import { operationReadings, surroundingReadings } from "./readings.ts";

const READ_WITHIN_MS = 5_000;
/** Several scrapers within this time are answered from one reading. */
const KEPT_MS = 5_000;

/**
 * Returns what answers a scrape: what this process counts, and what the database says. A Postgres or a Temporal that
 * does not answer is told as such, and the rest goes on.
 */
export function createScrape(
  { sql, clock, control, database, folders = {}, instruments: { registry } }: CountingDeps,
): () => Promise<{ body: string; type: string }> {
  let last: { atMs: number; read: Promise<void> } | null = null;
  const read = async () => {
    const [postgres, queues, disks, operations] = await Promise.all([
      database?.check() ?? Promise.resolve("ok" as const),
      orNull(control.queues()),
      diskRooms(folders),
      orNull(readOperations(sql, clock)),
    ]);
    const memoryBytes = Deno.memoryUsage().rss;
    const state = operations === null && postgres === "ok" ? "down" : postgres;
    setGauges(registry, surroundingReadings({ postgres: state, queues, disks, memoryBytes }));
    if (operations !== null) setGauges(registry, operationReadings(operations, clock()));
  };
  return async () => {
    if (last === null || clock() - last.atMs >= KEPT_MS) last = { atMs: clock(), read: read() };
    await last.read;
    return { body: await registry.metrics(), type: registry.contentType };
  };
}

/** Settles with null where there is no answer in time. */
const orNull = <T>(work: Promise<T>): Promise<T | null> =>
  withDeadline<T | null>(work, READ_WITHIN_MS, () => new Error("no answer")).catch(() => null);
