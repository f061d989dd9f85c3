import type { DatabaseState } from "../app/database_watch.ts";

/** What the thread that answers probes knows of the process. */
export interface Health {
  /** since the main thread last took a turn */
  silentMs: number;
  /** null: this process has not asked yet */
  postgres: DatabaseState | null;
  temporal: boolean | null;
  /** its parts do not all run yet */
  starting: boolean;
  stopping: boolean;
}

export interface HealthAnswer {
  status: 200 | 503;
  body: Record<string, unknown>;
}

/**
 * A main thread that is silent for longer hangs: the largest posts and predictions keep it busy for seconds. A supervisor
 * that asks /healthz may then end the process.
 */
const HANGS_AFTER_MS = 120_000;
/** One that is silent for longer cannot serve now: whoever distributes requests had better send them elsewhere. */
const BUSY_AFTER_MS = 15_000;

/** Whether the process lives: also while it is busy, and while Postgres or Temporal are away. */
export function aliveAnswer({ silentMs }: Health): HealthAnswer {
  if (silentMs < HANGS_AFTER_MS) return { status: 200, body: { alive: true, silentMs } };
  return { status: 503, body: { alive: false, silentMs, detail: hangs(silentMs) } };
}

/** Whether requests can be served and cycles can go on. */
export function readyAnswer(health: Health): HealthAnswer {
  const { silentMs, postgres } = health;
  const detail = reasons(health);
  if (detail.length === 0) return { status: 200, body: { ready: true, postgres, silentMs } };
  return { status: 503, body: { ready: false, detail: detail.join("; "), silentMs } };
}

function reasons({ silentMs, postgres, temporal, starting, stopping }: Health): string[] {
  return [
    ...stopping ? ["it is stopping"] : [],
    ...silentMs < BUSY_AFTER_MS ? [] : [hangs(silentMs)],
    ...starting || postgres === null ? ["it is starting"] : [],
    ...postgres === "down" ? ["Postgres cannot be reached"] : [],
    ...postgres === "read only" ? ["Postgres takes no changes: it is read-only"] : [],
    ...temporal === false ? ["Temporal cannot be reached"] : [],
  ];
}

const hangs = (silentMs: number) =>
  `the main thread has been busy for ${Math.round(silentMs / 1000)} s without a turn`;
