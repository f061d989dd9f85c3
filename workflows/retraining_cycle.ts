import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/mod.ts";
import { type CycleResult, decidedSignal } from "./messages.ts";
import { rollout as rolloutWorkflow } from "./rollout.ts";
import { MODEL, TRIGGER, VERDICT } from "./search_attributes.ts";

export interface CycleInput {
  model: string;
  number: number;
  trigger: "first" | "interval" | "force" | "alarm" | "replay";
  /** the moment the cycle holds for; null: the check decides */
  asOf: string | null;
  requestedBy: string | null;
}

const quick = {
  startToCloseTimeout: "2 minutes",
  heartbeatTimeout: "15 seconds",
  retry: { maximumAttempts: 10, maximumInterval: "30 seconds" },
  // A cancelled cycle ends after its activity, not before: nothing may go on in the name of a cycle that has ended.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;
const measuring = { ...quick, startToCloseTimeout: "10 minutes", retry: { maximumAttempts: 3 } } as const;
const long = { ...quick, startToCloseTimeout: "2 hours" } as const;

const activity = <K extends keyof Activities>(name: K, options: object, summary: string): Activities[K] => {
  const ask = proxyActivities<Activities>({ ...options, summary } as never)[name] as (
    input: object,
  ) => unknown;
  const scope = scopeOfRun();
  return (scope === undefined ? ask : (input: object) => ask({ ...input, scope })) as Activities[K];
};

/** A backtest's cycle works on the registry of its own that its memo names; one without works on what serves. */
const scopeOfRun = () => workflowInfo().memo?.scope as string | undefined;

/**
 * One cycle: judge the last deployment, look at data and model, check the trigger, snapshot, train, validate, smoke test, approval,
 * deploy or begin a rollout, report.
 * Ends with its outcome, or with the trigger's answer where that is not "retrain". A failure is an outcome too:
 * what served goes on serving.
 */
export async function retrainingCycle(input: CycleInput): Promise<CycleResult> {
  const { model, number, trigger, asOf } = input;
  const cycleId = `retrainer/${model}/cycle/${number}`;
  upsertSearchAttributes([{ key: TRIGGER, value: trigger }]);
  try {
    const judged = await activity("judgeDeployment", quick, "How does the last deployment do?")({
      model,
      asOf,
    });
    log.info("last deployment", { model, ...judged });
    const looked = patched("look before the check") ? await look(model, asOf) : {};
    const check = await activity("checkTrigger", long, "Retrain now?")({ ...input, cycleId, ...looked });
    if (check.answer !== "retrain") {
      if (patched("impact")) await tellImpact(model, check.asOf);
      return concluded({ cycleId, outcome: check.answer, text: check.text });
    }
    const { outcome, text, error, rollout } = await retrain({ cycleId, model, asOf: check.asOf });
    await CancellationScope.nonCancellable(async () => {
      await activity("reportCycle", quick, `Report: ${outcome}`)({ cycleId, model, outcome, error });
      if (rollout) await begin(rollout, model, trigger === "replay");
    });
    if (patched("impact")) await tellImpact(model, check.asOf);
    return concluded({ cycleId, outcome, text });
  } catch (error) {
    return await CancellationScope.nonCancellable(() => failed(cycleId, model, error));
  }
}

/** Looks at the events and at what serves: what the check decides on. */
async function look(model: string, asOf: string | null): Promise<{ asOf: string; observations: string[] }> {
  const events = await activity("observeEvents", long, "Are the data sound?")({ asOf });
  const serving = await activity("observeModel", long, "How does what serves do?")({
    model,
    asOf: events.asOf,
  });
  log.info("looked", { model, events: events.text, serving: serving.text });
  return { asOf: events.asOf, observations: [...events.observations, ...serving.observations] };
}

/** Measures what deployments brought, as far as that is known by now. What the cycle came to stands, whatever becomes of it. */
async function tellImpact(model: string, asOf: string): Promise<void> {
  try {
    const { measured } = await activity("measureImpact", measuring, "What did deployments bring?")({
      model,
      asOf,
    });
    log.info("impact", { model, measured });
  } catch (error) {
    log.warn("impact was not measured; the next cycle does it", { model, error: rootMessage(error) });
  }
}

interface Retrained {
  outcome: "deployed" | "rolling out" | "rejected" | "inconclusive";
  text: string;
  /** why a validated version was not deployed */
  error?: string;
  /** id of the rollout that begins */
  rollout?: string;
}

async function retrain(
  { cycleId, model, asOf }: { cycleId: string; model: string; asOf: string },
): Promise<Retrained> {
  const snapshot = await activity("takeSnapshot", long, "Seal the labelled rows")({ cycleId, model, asOf });
  const { snapshotId, testRows, trainRows } = snapshot;
  if (testRows === 0) {
    return {
      outcome: "inconclusive",
      text: "no labelled rows are newer than what the serving model was trained on",
    };
  }
  const job = { cycleId, model, snapshotId };
  const { candidate } = await activity("trainChallenger", long, `Train on ${trainRows} rows`)(job);
  const { verdict, why } = await activity("validateChallenger", long, `Compare on ${testRows} unseen rows`)(
    job,
  );
  upsertSearchAttributes([{ key: VERDICT, value: verdict }]);
  setCurrentDetails(`**${verdict}** (${candidate}): ${why}`);
  if (verdict !== "promote") {
    return { outcome: verdict === "reject" ? "rejected" : "inconclusive", text: why };
  }
  const refit = await activity("refitChallenger", long, `Train again on all ${snapshot.rows} rows`)(job);
  await activity("smokeTest", quick, `Ask version ${refit.version} before it serves`)(job);
  if (!patched("approval and rollout")) {
    const deploy = activity("deployChallenger", quick, `Let version ${refit.version} serve`);
    await CancellationScope.nonCancellable(() => deploy({ cycleId, why })); // half deployed is no outcome
    return { outcome: "deployed", text: `version ${refit.version}: ${why}` };
  }
  const refused = await approval({ cycleId, why, version: refit.version });
  if (refused) return { outcome: "rejected", text: refused, error: refused };
  const deploy = activity("beginDeployment", quick, `Let version ${refit.version} serve`);
  const { rollout } = await CancellationScope.nonCancellable(() => deploy({ cycleId, why }));
  if (rollout) return { outcome: "rolling out", text: `version ${refit.version}: ${why}`, rollout };
  return { outcome: "deployed", text: `version ${refit.version}: ${why}` };
}

/** Waits for a person where the configuration wants one. @returns why the version may not serve; null: it may */
async function approval(
  { cycleId, why, version }: { cycleId: string; why: string; version: number },
): Promise<string | null> {
  let told = false;
  setHandler(decidedSignal, () => {
    told = true;
  });
  const { asked } = await activity("askForApproval", quick, `May version ${version} serve?`)({
    cycleId,
    why,
  });
  while (asked) { // it expires: readApproval sees to that
    told = false;
    const found = await activity("readApproval", quick, "Did a person decide?")({ cycleId });
    if (found.decision === "approved") return null;
    if (found.decision !== null) return found.text;
    await condition(() => told, found.waitMs);
  }
  return null;
}

/** The rollout goes on by itself, for days perhaps; its id makes it run once. */
async function begin(id: string, model: string, replayed: boolean): Promise<void> {
  await startChild(rolloutWorkflow, {
    workflowId: id,
    args: [{ rollout: id, replayed }],
    typedSearchAttributes: [{ key: MODEL, value: model }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: "ALLOW_DUPLICATE",
    staticSummary: `${id.replace("rollout/", "").replace("/v", ": version ")}, step by step`,
  });
}

async function failed(cycleId: string, model: string, error: unknown): Promise<CycleResult> {
  const outcome = isCancellation(error) ? "cancelled" : "failed";
  const text = rootMessage(error).slice(0, TEXT_MAX);
  await activity("reportCycle", quick, `Report: ${outcome}`)({ cycleId, model, outcome, error: text });
  return concluded({ cycleId, outcome, text });
}

/** What an error may add to the histories that carry it. */
const TEXT_MAX = 500;

/** The message of the failure that began it: Temporal wraps it in one for each layer. */
function rootMessage(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof ApplicationFailure || cause instanceof Error ? cause.message : String(cause);
}

function concluded(result: CycleResult): CycleResult {
  upsertSearchAttributes([{ key: VERDICT, value: result.outcome }]);
  setCurrentDetails(`**${result.outcome}**: ${result.text}`);
  log.info("cycle ended", { workflowId: workflowInfo().workflowId, ...result });
  return result;
}
