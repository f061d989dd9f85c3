import { missingModelKey, type WantedAlert } from "../src/alerts/alert.ts";
import type { Log } from "../src/core/log.ts";
import { settleAlerts } from "../src/app/alerts/settle.ts";
import { type ModelSet, modelsWithoutFile } from "../src/app/registry/model_set.ts";
import { createVersionFiles } from "../src/app/registry/version_files.ts";
import { ArtefactError, messageOf } from "../src/core/errors.ts";
import { DAY_MS, MINUTE_MS } from "../src/core/time.ts";
import { openAlert } from "../src/db/alerts/alerts.ts";
import { endBacktest, lostBacktests, runningBacktests } from "../src/db/backtests/backtests.ts";
import { lastCheckMs } from "../src/db/cycles/checks.ts";
import { openCycles, settleGone, unconcludedRollouts } from "../src/db/cycles/cycles.ts";
import { disobeyed, ensureDesired } from "../src/db/cycles/retrainers.ts";
import { endFederatedRun } from "../src/db/federated/runs.ts";
import { doubtedVersions, servingVersions } from "../src/db/models/versions.ts";
import {
  getPrivacyRequest,
  openPrivacyRequests,
  type PrivacyRequest,
} from "../src/db/people/privacy_requests.ts";
import { lastLookNumber, listRollouts } from "../src/db/rollouts/rollouts.ts";
import { withdrawApproval } from "./approve.ts";
import type { ActivityDeps } from "./deps.ts";
import { failedKey } from "./report.ts";
import { concludeRollout } from "./rollout/conclude.ts";

/** What Temporal knows of a workflow. "unknown": there is none of this id, as after its store was lost. */
export type WorkflowState =
  | "running"
  | "completed"
  | "failed"
  | "cancelled"
  | "terminated"
  | "timed out"
  | "unknown";

/** A retrainer as it begins: by what people asked for, and when its model was checked last. */
export interface RetrainerStart {
  model: string;
  active: boolean;
  lastCheckMs?: number;
}

/** The workflows of an installation: what is running, and how to begin it again. */
export interface WorkflowControl {
  stateOf(workflowId: string): Promise<WorkflowState>;
  ensureRetrainer(retrainer: RetrainerStart): Promise<void>;
  /** Has a retrainer do what people asked for before. */
  setActive(model: string, active: boolean): Promise<void>;
  ensureMonitor(): Promise<void>;
  ensureRollout(rollout: { id: string; model: string; replayed: boolean; looks: number }): Promise<void>;
  ensureBacktest(id: string): Promise<void>;
  ensurePrivacyRequest(asked: { request: string; kind: PrivacyRequest["kind"] }): Promise<void>;
}

export interface ReconcileDeps extends ActivityDeps {
  workflows: WorkflowControl;
  modelSet: ModelSet;
  /** what a retrainer that starts for the first time does; also whether the monitor looks by itself */
  active: boolean;
  log: Log;
}

/** The result of one comparison of what should run with what does. */
export interface Reconciled {
  /** what was put right */
  mended: string[];
  /** what could not be */
  troubles: string[];
}

export const createReconcileActivities = (deps: ReconcileDeps) => ({
  /** Compares what people asked for, rows and workflows; mends what can be mended, and opens alerts about the rest. */
  reconcile: (): Promise<Reconciled> => reconcile(deps),
});

/** A workflow takes a moment to do what it was told. */
const OBEYS_WITHIN_MS = MINUTE_MS;
/** A rollout is concluded right after it has ended. */
const CONCLUDES_WITHIN_MS = 5 * MINUTE_MS;
const BACKTEST_TOLD_MS = 7 * DAY_MS;

/** Puts right what was lost: also called at start-up, before anything else is done. Safe to repeat and to run twice. */
export async function reconcile(deps: ReconcileDeps): Promise<Reconciled> {
  const pass = new Pass(deps);
  await deps.modelSet.refresh();
  for (const model of deps.models.keys()) {
    await pass.try(`retrainer/${model}`, () => keepRetrainer(deps, model));
  }
  if (deps.active) await pass.try("monitor", () => keepMonitor(deps));
  for (const { model, active } of await disobeyed(deps.sql, deps.clock() - OBEYS_WITHIN_MS)) {
    await pass.try(`retrainer/${model}`, () => obey(deps, model, active));
  }
  for (const cycle of await openCycles(deps.sql)) await pass.try(cycle.id, () => keepCycle(deps, cycle));
  for (const rollout of await listRollouts(deps.sql, { state: "running" })) {
    await pass.try(rollout.id, () => keepRollout(deps, rollout));
  }
  for (const id of await unconcludedRollouts(deps.sql, deps.clock() - CONCLUDES_WITHIN_MS)) {
    await pass.try(id, () => concludeRollout(deps, id).then(() => `${id} was concluded`));
  }
  for (const id of await runningBacktests(deps.sql)) {
    await pass.try(`backtest/${id}`, () => keepBacktest(deps, id));
  }
  for (const request of await openPrivacyRequests(deps.sql)) {
    await pass.try(`privacy/${request}`, () => keepPrivacyRequest(deps, request));
  }
  await checkVersions(deps);
  return await pass.end();
}

/** One comparison: what it mended and what it could not, one thing not keeping the others. */
class Pass {
  readonly #mended: string[] = [];
  readonly #troubles: WantedAlert[] = [];
  constructor(readonly deps: ReconcileDeps) {}

  /** @param mend what it put right in one sentence; null: nothing was wrong */
  async try(id: string, mend: () => Promise<string | null>): Promise<void> {
    try {
      const mended = await mend();
      if (mended === null) return;
      this.deps.log(`Reconciled: ${mended}`);
      this.#mended.push(mended);
    } catch (error) {
      this.#troubles.push(troubleAlert(id, error));
    }
  }

  async end(): Promise<Reconciled> {
    const { sql, clock, alertChannels: channels } = this.deps;
    const nowMs = clock();
    const lost = await lostBacktests(sql, nowMs - BACKTEST_TOLD_MS);
    const wanted = [...this.#troubles, ...lost.map(lostBacktestAlert)];
    const scope = { kinds: ["lost workflow"] as const, model: null };
    const closedWhy = "it runs again, or was settled";
    await settleAlerts(sql, { scope, wanted, closedWhy }, { channels, nowMs });
    const missing = await modelsWithoutFile(sql, this.deps.modelSet);
    await settleAlerts(sql, {
      scope: { kinds: ["missing model"], model: null },
      wanted: missing.map(missingAlert),
      closedWhy: "its file is back, or it was retired",
    }, { channels, nowMs });
    return { mended: this.#mended, troubles: this.#troubles.map(({ title }) => title) };
  }
}

async function keepRetrainer(
  { sql, workflows, active }: ReconcileDeps,
  model: string,
): Promise<string | null> {
  const desired = await ensureDesired(sql, model, active);
  const state = await workflows.stateOf(`retrainer/${model}`);
  if (state === "running") return null;
  const checkedMs = await lastCheckMs(sql, model);
  await workflows.ensureRetrainer({ model, active: desired, lastCheckMs: checkedMs ?? undefined });
  if (state === "unknown" && checkedMs === null) return null; // the first start of all
  return `the retrainer of ${model} was ${gone(state)}; it began again, ${desired ? "active" : "stopped"}`;
}

async function keepPrivacyRequest(
  { sql, workflows }: ReconcileDeps,
  request: string,
): Promise<string | null> {
  const state = await workflows.stateOf(`privacy/${request}`);
  if (state === "running") return null;
  const { kind } = await getPrivacyRequest(sql, request);
  await workflows.ensurePrivacyRequest({ request, kind });
  return state === "unknown" ? null : `the ${kind} ${request} was ${gone(state)}; it began again`;
}

async function keepMonitor({ workflows }: ReconcileDeps): Promise<string | null> {
  const state = await workflows.stateOf("monitor");
  if (state === "running") return null;
  await workflows.ensureMonitor();
  return state === "unknown" ? null : `the monitor was ${gone(state)}; it began again`;
}

async function obey({ workflows }: ReconcileDeps, model: string, active: boolean): Promise<string> {
  await workflows.setActive(model, active);
  return `the retrainer of ${model} was told again to ${active ? "check" : "stop"}`;
}

async function keepCycle(
  deps: ReconcileDeps,
  { id, model }: { id: string; model: string },
): Promise<string | null> {
  const { sql, clock, workflows, alertChannels: channels } = deps;
  const state = await workflows.stateOf(id);
  if (state === "running") return null;
  const why = `its workflow was ${gone(state)}`;
  const outcome = await settleGone(sql, id, why);
  if (outcome === null) return null; // it ended meanwhile, as it should
  await withdrawApproval(deps, id, outcome);
  await endFederatedRun(sql, { cycleId: id, outcome, error: why });
  if (outcome !== "lost") return `${id} was settled as ${outcome}, which it was when ${why}`;
  const title =
    `${model}: ${id} was lost: ${why}. What served goes on serving; the next check comes as planned`;
  await openAlert(sql, {
    key: failedKey(model),
    kind: "cycle failed",
    model,
    severity: "warning",
    title,
    detail: { cycleId: id, error: why },
  }, { channels, nowMs: clock() });
  return `${id} was settled as lost: ${why}`;
}

async function keepRollout(
  { sql, workflows }: ReconcileDeps,
  { id, model, replayed }: { id: string; model: string; replayed: boolean },
): Promise<string | null> {
  const state = await workflows.stateOf(id);
  if (state === "running") return null;
  await workflows.ensureRollout({ id, model, replayed, looks: await lastLookNumber(sql, id) });
  return `the workflow of ${id} was ${gone(state)}; it goes on`;
}

/** A backtest goes on after Temporal's store was lost; one that somebody ended has ended. */
async function keepBacktest({ sql, workflows }: ReconcileDeps, id: string): Promise<string | null> {
  const state = await workflows.stateOf(`backtest/${id}`);
  if (state === "running") return null;
  if (state === "unknown") {
    await workflows.ensureBacktest(id);
    return `backtest ${id} goes on`;
  }
  const text = `its workflow was ${gone(state)}; what it found until then is kept`;
  await endBacktest(sql, id, { policy: "", state: "lost", text });
  return `backtest ${id} was settled as lost: ${text}`;
}

/**
 * Reads the files that are marked as damaged, or that an alert is about: one that is good again loses both. Checks who
 * signed what serves: weights in memory go on answering, whatever becomes of their row.
 */
async function checkVersions(deps: ReconcileDeps): Promise<void> {
  const files = createVersionFiles(deps);
  const told = (error: unknown) => {
    if (!(error instanceof ArtefactError)) throw error;
  };
  for (const version of await doubtedVersions(deps.sql)) await files.read(version).catch(told);
  for (const version of await servingVersions(deps.sql)) await files.needSigned(version).catch(told);
}

const gone = (state: WorkflowState): string => state === "unknown" ? "lost with Temporal's store" : state;

function troubleAlert(id: string, error: unknown): WantedAlert {
  const why = messageOf(error);
  return {
    key: `lost workflow/${id}`,
    kind: "lost workflow",
    model: null,
    severity: "critical",
    title: `${id} does not run and cannot be begun again: ${why}. See whether Temporal answers (GET /readyz)`,
    detail: { workflow: id, reason: why },
  };
}

const lostBacktestAlert = ({ id, text }: { id: string; text: string }): WantedAlert => ({
  key: `lost workflow/backtest/${id}`,
  kind: "lost workflow",
  model: null,
  severity: "warning",
  title: `Backtest ${id} was lost: ${text}. Begin it again to have the rest`,
  detail: { backtest: id },
});

const missingAlert = (model: string): WantedAlert => ({
  key: missingModelKey(model),
  kind: "missing model",
  model: null,
  severity: "warning",
  title: `No file defines the model "${model}" any more, and its retrainer goes on. ` +
    `Put the file back, or run: perennial models retire ${model}`,
  detail: { model },
});
