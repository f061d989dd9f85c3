import { withDeadline } from "../core/deadline.ts";
import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/connect.ts";
import { isReadOnly } from "../db/settings.ts";

/** Whether Postgres answers, and takes changes. */
export type DatabaseState = "ok" | "read only" | "down";

/** Watches Postgres over a connection of its own, which no other work keeps waiting. */
export interface DatabaseWatch {
  /** Asks now. */
  check(): Promise<DatabaseState>;
  /** Settles as `work` does; or fails with `down()` once it has waited for some seconds while Postgres is down. */
  whileUp<T>(work: Promise<T>, down: () => Error): Promise<T>;
  close(): void;
}

/** How long Postgres may take to answer, how long a request waits at least, and how often that is looked at. */
const TIMES = { answersWithinMs: 3_000, waitsMs: 5_000, everyMs: 1_000 };

/** @param probe a pool of one connection */
export function createDatabaseWatch(
  probe: Database,
  clock: Clock,
  { answersWithinMs, waitsMs, everyMs } = TIMES,
): DatabaseWatch {
  const waiting = new Set<{ sinceMs: number; fail: () => void }>();
  let asking: Promise<DatabaseState> | null = null;
  const check = () => asking ??= ask(probe, clock, answersWithinMs).finally(() => asking = null);
  const look = async () => {
    const overdue = [...waiting].some(({ sinceMs }) => clock() - sinceMs >= waitsMs);
    if (!overdue || await check() !== "down") return;
    for (const request of waiting) if (clock() - request.sinceMs >= waitsMs) request.fail();
  };
  const timer = setInterval(() => void look(), everyMs);
  Deno.unrefTimer(timer);
  return {
    check,
    async whileUp(work, down) {
      const { promise, reject } = Promise.withResolvers<never>();
      const request = { sinceMs: clock(), fail: () => reject(down()) };
      waiting.add(request);
      try {
        return await Promise.race([work, promise]);
      } finally {
        waiting.delete(request);
      }
    },
    close: () => clearInterval(timer),
  };
}

/** A process too busy to read the answer in time says nothing about Postgres: then it is asked once more. */
async function ask(probe: Database, clock: Clock, withinMs: number): Promise<DatabaseState> {
  for (let tried = 0; tried < 2; tried++) {
    const startedMs = clock();
    try {
      const readOnly = await withDeadline(isReadOnly(probe), withinMs, () => new Error("no answer"));
      return readOnly ? "read only" : "ok";
    } catch {
      if (clock() - startedMs < withinMs + 1_000) return "down";
    }
  }
  return "ok"; // it is this process that is late
}
