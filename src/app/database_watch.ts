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
  /**
   * Settles as `work` does; or fails with `down()` once it has waited for some seconds while Postgres is down, and with
   * `late()` once it has waited for long, whatever Postgres does.
   */
  whileUp<T>(work: Promise<T>, down: () => Error, late: () => Error): Promise<T>;
  close(): void;
}

/** How long Postgres may take to answer, how long a request waits at least and at most, and how often that is looked at. */
const TIMES = { answersWithinMs: 3_000, waitsMs: 5_000, lateMs: 60_000, everyMs: 1_000 };

/** A request under way. Its age is counted in looks, so that a clock that is set makes none old. */
interface Waiting {
  readonly sinceLook: number;
  readonly fail: (why: "down" | "late") => void;
}

/**
 * Watches with one timer for all requests: one for each would cost a prediction a twentieth of its time.
 * @param probe a pool of one connection
 */
export function createDatabaseWatch(
  probe: Database,
  clock: Clock,
  times: Partial<typeof TIMES> = {},
): DatabaseWatch {
  const { answersWithinMs, waitsMs, lateMs, everyMs } = { ...TIMES, ...times };
  const waiting = new Set<Waiting>();
  let looks = 0;
  let asking: Promise<DatabaseState> | null = null;
  const check = () => asking ??= ask(probe, clock, answersWithinMs).finally(() => asking = null);
  const fail = (why: "down" | "late", afterMs: number) => {
    for (const request of olderThan(afterMs)) request.fail(why);
  };
  const olderThan = (ms: number) =>
    // the first look may have come at once
    [...waiting].filter(({ sinceLook }) => (looks - sinceLook - 1) * everyMs >= ms);
  const look = async () => {
    looks++;
    fail("late", lateMs);
    if (olderThan(waitsMs).length > 0 && await check() === "down") fail("down", waitsMs);
  };
  const timer = setInterval(() => void look(), everyMs);
  Deno.unrefTimer(timer);
  return {
    check,
    whileUp: (work, down, late) =>
      new Promise((resolve, reject) => {
        const request: Waiting = {
          sinceLook: looks,
          fail: (why) => end(() => reject(why === "late" ? late() : down())),
        };
        const end = (settle: () => void) => {
          waiting.delete(request);
          settle();
        };
        waiting.add(request);
        work.then((value) => end(() => resolve(value)), (error) => end(() => reject(error)));
      }),
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
