import { MINUTE_MS } from "../core/time.ts";
import type { RetrainerState, WorkerState } from "./heartbeats.ts";
import type { Settlement } from "./alert.ts";

/** A worker says every 20 s that it is there: six times in vain. */
export const STALLED_AFTER_MS = 2 * MINUTE_MS;
/** A timer fires within seconds where a worker lives; a retrainer that tries in vain to reach Postgres waits 30 s. */
export const MISSED_AFTER_MS = 15 * MINUTE_MS;

export interface ProcessHealth {
  retrainers: readonly RetrainerState[];
  workers: readonly WorkerState[];
  nowMs: number;
  /** since when this process watches without a gap: what was silent before that may just have been switched off */
  sinceMs: number;
}

/** Whether any worker said lately that it is there. */
export const hasLiveWorker = ({ workers, nowMs }: Pick<ProcessHealth, "workers" | "nowMs">): boolean =>
  workers.some(({ seenAt }) => nowMs - Date.parse(seenAt) <= STALLED_AFTER_MS);

/**
 * Returns the alerts that a look at workers and retrainers wants open. Where no worker lives, that is the one thing to
 * say: checks that are missed for it are not told one by one, and those that are told stay.
 */
export function healthAlerts(health: ProcessHealth): Settlement[] {
  const stalled = stalledSettlement(health);
  if (!hasLiveWorker(health)) return [stalled];
  return [stalled, ...health.retrainers.map((retrainer) => missedSettlement(retrainer, health))];
}

function stalledSettlement(health: ProcessHealth): Settlement {
  const { retrainers, workers, nowMs, sinceMs } = health;
  const scope = { kinds: ["stalled worker"] as const, model: null };
  if (hasLiveWorker(health)) return { scope, wanted: [], closedWhy: "a worker is there again" };
  if (!retrainers.some(({ active, runningCycle }) => active || runningCycle !== null)) {
    return { scope, wanted: [], closedWhy: "nothing is to run" };
  }
  if (nowMs - sinceMs <= STALLED_AFTER_MS) {
    return { scope: { kinds: [], model: null }, wanted: [], closedWhy: "" };
  }
  const last = newest(workers);
  const silence = last === null
    ? "No worker has ever said that it is there"
    : `No worker has said for ${
      minutes(nowMs - Date.parse(last.seenAt))
    } that it is there, ${last.name} last`;
  return {
    scope,
    wanted: [{
      key: "stalled worker",
      kind: "stalled worker",
      model: null,
      severity: "critical",
      title:
        `${silence}: nothing is checked or trained. Start one (perennial worker, or up) and read its log`,
      detail: { workers: workers.map(({ name, seenAt }) => ({ name, seenAt })) },
    }],
    closedWhy: "",
  };
}

function missedSettlement(
  { model, active, nextCheckAt, runningCycle }: RetrainerState,
  { nowMs, sinceMs }: ProcessHealth,
): Settlement {
  const scope = { kinds: ["missed check"] as const, model };
  if (!active || nextCheckAt === null) return { scope, wanted: [], closedWhy: "automatic checks are off" };
  const lateMs = nowMs - Date.parse(nextCheckAt);
  if (runningCycle !== null || lateMs <= MISSED_AFTER_MS) {
    return { scope, wanted: [], closedWhy: "the check has begun" };
  }
  if (nowMs - sinceMs <= MISSED_AFTER_MS) return { scope: { kinds: [], model }, wanted: [], closedWhy: "" };
  return {
    scope,
    wanted: [{
      key: `missed check/${model}`,
      kind: "missed check",
      model,
      severity: "warning",
      title:
        `${model}: the check that was due ${minutes(lateMs)} ago has not begun, though a worker lives. ` +
        `See whether Temporal answers (GET /readyz) and what retrainer/${model} waits for in its pages`,
      detail: { nextCheckAt },
    }],
    closedWhy: "",
  };
}

const newest = (workers: readonly WorkerState[]): WorkerState | null =>
  workers.toSorted((a, b) => b.seenAt.localeCompare(a.seenAt))[0] ?? null;

const minutes = (ms: number) => `${Math.round(ms / MINUTE_MS)} min`;
