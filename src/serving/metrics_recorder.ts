import type { Log } from "../core/log.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { ServingMinute } from "../db/models/serving_minutes.ts";
import type { Count } from "./answer.ts";

/** Upper bounds of the latency histogram, ms; a request that took longer counts in the last one. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 60_000];

/** Counts how serving does, per version and minute. */
export interface MetricsRecorder {
  count(model: string, counts: ReadonlyMap<number, Count>): void;
  /** One request that took `ms`, and the versions whose turn its rows were. */
  observeLatency(model: string, versions: Iterable<number>, ms: number): void;
  /** Writes what was counted, and counts no more by itself. */
  close(): Promise<void>;
}

type Minute = Omit<ServingMinute, "process"> & { latency: Record<string, number> };

/** Creates a recorder that adds its counts to the database every few seconds; a failed write is made up by the next. */
export function createMetricsRecorder(
  { clock, process, write, everyMs = 5_000, log }: {
    clock: Clock;
    /** tells this process's counts from another's */
    process: string;
    write: (minutes: readonly ServingMinute[]) => Promise<void>;
    everyMs?: number;
    log: Log;
  },
): MetricsRecorder {
  let minutes = new Map<string, Minute>();
  let writing = Promise.resolve();
  const minuteOf = (model: string, version: number): Minute => {
    const minute = Math.floor(clock() / 60_000) * 60_000;
    const key = `${model}/${version}/${minute}`;
    const known = minutes.get(key);
    if (known) return known;
    const created = { model, version, minute: new Date(minute).toISOString(), ...nothing(), latency: {} };
    minutes.set(key, created);
    return created;
  };
  const flush = async () => {
    const counted = [...minutes.values()];
    minutes = new Map();
    try {
      await write(counted.map((minute) => ({ ...minute, process })));
    } catch (error) {
      log(`serving: counts wait to be stored: ${messageOf(error)}`);
      for (const minute of counted) minutes.set(keyOf(minute), merged(minute, minutes.get(keyOf(minute))));
    }
  };
  const timer = setInterval(() => writing = writing.then(flush), everyMs);
  return {
    count(model, counts) {
      for (const [version, count] of counts) add(minuteOf(model, version), count);
    },
    observeLatency(model, versions, ms) {
      const bound = BOUNDS_MS.find((bound) => ms <= bound) ?? BOUNDS_MS.at(-1)!;
      for (const version of versions) {
        const { latency } = minuteOf(model, version);
        latency[bound] = (latency[bound] ?? 0) + 1;
      }
    },
    async close() {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };
}

const nothing = (): Count => ({ answers: 0, errors: 0, fallbacks: 0 });

const keyOf = ({ model, version, minute }: Minute) => `${model}/${version}/${Date.parse(minute)}`;

function add(minute: Count, { answers, errors, fallbacks }: Count): void {
  minute.answers += answers;
  minute.errors += errors;
  minute.fallbacks += fallbacks;
}

/** Merges the counts before and after a failed write of the same minute. */
function merged(before: Minute, after: Minute = { ...before, ...nothing(), latency: {} }): Minute {
  const sum = { ...after, latency: { ...after.latency } };
  add(sum, before);
  for (const [bound, n] of Object.entries(before.latency)) sum.latency[bound] = (sum.latency[bound] ?? 0) + n;
  return sum;
}
