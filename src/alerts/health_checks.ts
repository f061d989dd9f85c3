import { QUEUE_KINDS } from "../config/queues.ts";
import { MINUTE_MS } from "../core/time.ts";
import type { RetrainerState, WorkerState } from "./heartbeats.ts";
import type { Settlement, WantedAlert } from "./alert.ts";

/** A worker says every 20 s that it is there: six times in vain. */
const STALLED_AFTER_MS = 2 * MINUTE_MS;
/** A timer fires within seconds where a worker lives; a retrainer that tries in vain to reach Postgres waits 30 s. */
const MISSED_AFTER_MS = 5 * MINUTE_MS;
/** A retrainer writes down what it hears within seconds, also while a cycle runs. */
const SILENT_AFTER_MS = 3 * MINUTE_MS;

export interface ProcessHealth {
  retrainers: readonly RetrainerState[];
  workers: readonly WorkerState[];
  /** messages that people wrote down for workflows and that are not sent yet, longer than they should be */
  unsent?: readonly Unsent[];
  /** when each workflow was last sent a message */
  lastSent?: ReadonlyMap<string, string>;
  nowMs: number;
  /** since when this process watches without a gap: what was silent before that may just have been switched off */
  sinceMs: number;
}

/** A message that waits for its workflow, or was given up. */
interface Unsent {
  target: string;
  createdAt: string;
  lastError: string | null;
  givenUp: boolean;
}

/** How long a message may wait before an alert says so. */
export const UNSENT_AFTER_MS = 3 * MINUTE_MS;

/** Whether any worker said lately that it is there. */
export const hasLiveWorker = ({ workers, nowMs }: Pick<ProcessHealth, "workers" | "nowMs">): boolean =>
  workers.some(({ seenAt }) => nowMs - Date.parse(seenAt) <= STALLED_AFTER_MS);

/**
 * Returns the alerts that a look at workers and retrainers wants open. Where no worker lives, that is the one thing to
 * say: checks that are missed for it are not told one by one, and those that are told stay.
 */
export function healthAlerts(health: ProcessHealth): Settlement[] {
  const stalled = stalledSettlement(health);
  const unsent = unsentSettlement(health);
  if (!hasLiveWorker(health)) return [stalled, unsent];
  return [stalled, unsent, ...health.retrainers.map((retrainer) => missedSettlement(retrainer, health))];
}

/** Changes that people asked for and that no workflow has heard. */
function unsentSettlement({ unsent = [] }: ProcessHealth): Settlement {
  const targets = [...new Set(unsent.map(({ target }) => target))];
  return {
    scope: { kinds: ["undelivered change"], model: null },
    wanted: targets.map((target) => unsentAlert(target, unsent.filter((one) => one.target === target))),
    closedWhy: "it was sent",
  };
}

function unsentAlert(target: string, messages: readonly Unsent[]): WantedAlert {
  const [{ createdAt, lastError }] = messages;
  const isGivenUp = messages.some(({ givenUp }) => givenUp);
  const state = isGivenUp ? "was refused and is given up" : "is not sent yet";
  return {
    key: `undelivered/${target}`,
    kind: "undelivered change",
    model: null,
    severity: "critical",
    title: `${target}: a change asked for at ${createdAt.slice(0, 16)}Z ${state}${
      lastError ? `: ${lastError}` : ""
    }. See whether Temporal answers (GET /readyz)${isGivenUp ? ", then ask again" : ""}`,
    detail: { messages: messages.length, lastError, since: createdAt },
  };
}

function stalledSettlement(health: ProcessHealth): Settlement {
  const { retrainers, workers, nowMs, sinceMs } = health;
  const scope = { kinds: ["stalled worker"] as const, model: null };
  if (hasLiveWorker(health)) {
    return { scope, wanted: unservedAlerts(health), closedWhy: "a worker is there again" };
  }
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

/** Workers are there, and none of them takes a kind of work. */
function unservedAlerts({ workers, nowMs, sinceMs }: ProcessHealth): WantedAlert[] {
  if (nowMs - sinceMs <= STALLED_AFTER_MS) return [];
  const live = workers.filter(({ seenAt }) => nowMs - Date.parse(seenAt) <= STALLED_AFTER_MS);
  return QUEUE_KINDS.filter((kind) => !live.some(({ queues }) => queues.includes(kind))).map((kind) => ({
    key: `stalled worker/${kind}`,
    kind: "stalled worker",
    model: null,
    severity: "critical",
    title: `No worker takes ${kind} work: it waits. Start one (perennial worker --queues ${kind})`,
    detail: { workers: live.map(({ name, queues }) => ({ name, queues })) },
  }));
}

/** When a retrainer was sent something that it has not written down since; null: it has. */
function silentSince(
  { model, updatedAt }: RetrainerState,
  { lastSent, nowMs }: ProcessHealth,
): string | null {
  const sentAt = lastSent?.get(`retrainer/${model}`);
  if (sentAt === undefined || sentAt <= updatedAt) return null;
  return nowMs - Date.parse(sentAt) > SILENT_AFTER_MS ? sentAt : null;
}

function silentAlert(
  { model }: RetrainerState,
  { sentAt, nowMs }: { sentAt: string; nowMs: number },
): WantedAlert {
  return {
    key: `silent retrainer/${model}`,
    kind: "missed check",
    model,
    severity: "critical",
    title:
      `${model}: its retrainer has written nothing down for ${
        minutes(nowMs - Date.parse(sentAt))
      }, though it ` +
      `was told something then and a worker lives: nothing is checked or trained. ` +
      `See what retrainer/${model} waits for in Temporal's pages`,
    detail: { sentAt },
  };
}

function missedSettlement(retrainer: RetrainerState, health: ProcessHealth): Settlement {
  const { model, active, nextCheckAt, runningCycle } = retrainer;
  const { nowMs, sinceMs } = health;
  const sentAt = silentSince(retrainer, health);
  if (sentAt !== null && nowMs - sinceMs > SILENT_AFTER_MS) {
    const wanted = [silentAlert(retrainer, { sentAt, nowMs })];
    return { scope: { kinds: ["missed check"], model }, wanted, closedWhy: "the retrainer writes again" };
  }
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
      severity: "critical",
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
