import {
  CancellationScope,
  condition,
  executeChild,
  isCancellation,
  log,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from "@temporalio/workflow";
import { childAttributes, setAttributes } from "./attributes.ts";
import { rootMessage } from "./failures.ts";
import { type CycleInput, type CycleResult, decidedSignal } from "./messages.ts";
import { type DistributedInput, distributedTraining } from "./distributed_training.ts";
import { federatedRounds } from "./federated_rounds.ts";
import { activities, localActivities, LONG_STEP, MEASUREMENT, QUICK_STEP } from "./proxies.ts";
import { requestOf } from "./requests.ts";
import { rollout as rolloutWorkflow } from "./rollout.ts";
import { MODEL, TRIGGER, VERDICT } from "./search_attributes.ts";

/** The cycle that a step belongs to. */
interface Cycle {
  cycleId: string;
  model: string;
  scope?: string;
}

/** Up to 0.4.0 a backtest named the scope in the memo alone: such a cycle must not go on with what serves. */
function scopeOf({ scope }: CycleInput): string | undefined {
  const named = workflowInfo().memo?.scope;
  return scope ?? (typeof named === "string" ? named : undefined);
}

/**
 * One cycle: judge the last deployment, look at data and model, check the trigger, snapshot, train or recalibrate, validate,
 * smoke test, approval, deploy or begin a rollout, report.
 * Ends with its outcome, or with the trigger's answer where that begins nothing. A failure is an outcome too:
 * what served goes on serving.
 */
export async function retrainingCycle(input: CycleInput): Promise<CycleResult> {
  const { model, number, trigger, asOf } = input;
  const cycleId = `retrainer/${model}/cycle/${number}`;
  const requestedBy = await requesterOf(input);
  if (requestedBy === REFUSED) {
    return { cycleId, outcome: "refused", text: "nobody who is known began this cycle" };
  }
  const scope = scopeOf(input);
  const cycle = { cycleId, model, scope };
  setAttributes([{ key: TRIGGER, value: trigger }]);
  try {
    const judgement = await activities(QUICK_STEP, "How does the last deployment do?")
      .judgeDeployment({ model, scope, asOf });
    log.info("last deployment", { model, ...judgement });
    const evidence = patched("look before the check") ? await look(cycle, asOf) : {};
    const check = await activities(LONG_STEP, "Retrain now?")
      .checkTrigger({ ...input, requestedBy, ...cycle, ...evidence });
    if (check.answer !== "retrain" && check.answer !== "recalibrate") {
      if (patched("impact")) await measureImpact(cycle, check.asOf);
      return concluded({ cycleId, outcome: check.answer, text: check.text });
    }
    const recalibrates = check.answer === "recalibrate";
    const { outcome, text, error, rollout } = await retrain(cycle, check.asOf, recalibrates);
    await CancellationScope.nonCancellable(async () => {
      await activities(QUICK_STEP, `Report: ${outcome}`).reportCycle({ ...cycle, outcome, error });
      if (rollout) await begin(rollout, model, trigger === "replay");
    });
    if (patched("impact")) await measureImpact(cycle, check.asOf);
    return concluded({ cycleId, outcome, text });
  } catch (error) {
    return await CancellationScope.nonCancellable(() => failed(cycle, error));
  }
}

const REFUSED = Symbol("refused");

/**
 * Returns in whose name a cycle runs. One that no workflow of ours began is what an unsigned signal is: an unknown caller's,
 * whatever name it gives, written down, and refused where such are.
 */
async function requesterOf({ model, requestedBy }: CycleInput): Promise<string | null | typeof REFUSED> {
  const { parent, workflowId, runId } = workflowInfo();
  if (parent !== undefined) return requestedBy;
  const { obey, by } = await localActivities("10 seconds").admitControl({
    receipt: runId,
    action: "force",
    model,
    ...requestOf({ requestId: workflowId, by: requestedBy, why: "a cycle that was begun by hand" }),
  });
  return obey ? by : REFUSED;
}

/** Looks at the events and at what serves: what the check decides on. */
async function look(
  { model, scope }: Cycle,
  asOf: string | null,
): Promise<{ asOf: string; observations: string[] }> {
  const events = await activities(LONG_STEP, "Are the data sound?").observeEvents({ scope, asOf });
  const serving = await activities(LONG_STEP, "How does what serves do?")
    .observeModel({ model, scope, asOf: events.asOf });
  log.info("looked", { model, events: events.text, serving: serving.text });
  return { asOf: events.asOf, observations: [...events.observations, ...serving.observations] };
}

/** Measures what deployments brought, as far as that is known by now. What the cycle came to stands, whatever becomes of it. */
async function measureImpact({ model, scope }: Cycle, asOf: string): Promise<void> {
  try {
    const { measured } = await activities(MEASUREMENT, "What did deployments bring?")
      .measureImpact({ model, scope, asOf });
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

async function retrain(cycle: Cycle, asOf: string, recalibrates: boolean): Promise<Retrained> {
  const { snapshotId, rows, testRows, trainRows, federated, distributed } = await activities(
    LONG_STEP,
    "Seal the labelled rows",
  )
    .takeSnapshot({ ...cycle, asOf, ...recalibrates ? { recalibrates } : {} });
  if (testRows === 0) {
    return {
      outcome: "inconclusive",
      text: "no labelled rows are newer than what the serving model was trained on",
    };
  }
  const job = { ...cycle, snapshotId };
  const { candidate, text } = await makeChallenger(job, { recalibrates, trainRows, federated, distributed });
  if (candidate === null) return { outcome: "inconclusive", text };
  const { verdict, why } = await activities(LONG_STEP, `Compare on ${testRows} unseen rows`)
    .validateChallenger(job);
  setAttributes([{ key: VERDICT, value: verdict }]);
  setCurrentDetails(`**${verdict}** (${candidate}): ${why}`);
  if (verdict !== "promote") {
    return { outcome: verdict === "reject" ? "rejected" : "inconclusive", text: why };
  }
  const again = recalibrates ? "Fit again on both halves" : `Train again on all ${rows} rows`;
  const { version } = distributed?.refits
    ? await trainOverShards(job, { ...distributed, refit: true })
    : await activities(LONG_STEP, again).refitChallenger(job);
  await activities(QUICK_STEP, `Ask version ${version} before it serves`).smokeTest(job);
  return await deploy(cycle, { version, why });
}

/** Trains or recalibrates a challenger. `candidate` null: there was not enough to recalibrate on, says `text`. */
async function makeChallenger(
  job: Cycle & { snapshotId: string },
  { recalibrates, trainRows, federated, distributed }: {
    recalibrates: boolean;
    trainRows: number;
    federated?: string;
    distributed?: Distributed;
  },
): Promise<{ candidate: string | null; text: string }> {
  if (recalibrates) {
    return await activities(LONG_STEP, `Recalibrate on half of ${trainRows} rows`).recalibrateChallenger(job);
  }
  if (federated !== undefined) return await trainInRounds(job, federated);
  if (distributed !== undefined) {
    const { candidate } = await trainOverShards(job, { ...distributed, refit: false });
    return { candidate, text: candidate };
  }
  const { candidate } = await activities(LONG_STEP, `Train on ${trainRows} rows`).trainChallenger(job);
  return { candidate, text: candidate };
}

/** Trains a challenger in federated rounds, as a workflow of its own: its history grows with them. */
async function trainInRounds(
  { cycleId, model }: Cycle,
  run: string,
): Promise<{ candidate: string; text: string }> {
  return await executeChild(federatedRounds, {
    workflowId: `${cycleId}/federated`,
    args: [{ run }],
    ...childAttributes([{ key: MODEL, value: model }]),
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${model}, federated rounds`,
  });
}

/** How the snapshot says that the cycle divides its rows. */
type Distributed = Pick<DistributedInput, "shards" | "why">;

/** Trains over shards of the rows, as a workflow of its own: within 20 hours, as no row names its files, and a sweep takes such. */
async function trainOverShards(
  job: Cycle & { snapshotId: string },
  { shards, why, refit }: Distributed & { refit: boolean },
): Promise<{ candidate: string; version: number }> {
  return await executeChild(distributedTraining, {
    workflowId: `${job.cycleId}/shards${refit ? "/refit" : ""}`,
    args: [{ ...job, shards, why, refit }],
    ...childAttributes([{ key: MODEL, value: job.model }]),
    workflowExecutionTimeout: "20 hours",
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${job.model}, ${shards} shards`,
  });
}

/** A version that may serve, and why. */
interface Proven {
  version: number;
  why: string;
}

/** Lets a proven version serve, at once or step by step, where nobody refuses it. */
async function deploy({ cycleId, scope }: Cycle, { version, why }: Proven): Promise<Retrained> {
  const { deployChallenger, beginDeployment } = activities(QUICK_STEP, `Let version ${version} serve`);
  const text = `version ${version}: ${why}`;
  const step = { cycleId, scope, why };
  if (!patched("approval and rollout")) {
    await CancellationScope.nonCancellable(() => deployChallenger(step)); // half deployed is no outcome
    return { outcome: "deployed", text };
  }
  const refusal = await approval({ cycleId, scope, version, why });
  if (refusal) return { outcome: "rejected", text: refusal, error: refusal };
  const { rollout } = await CancellationScope.nonCancellable(() => beginDeployment(step));
  return rollout ? { outcome: "rolling out", text, rollout } : { outcome: "deployed", text };
}

/** Waits for a person where the configuration wants one. @returns why the version may not serve; null: it may */
async function approval(
  { cycleId, scope, version, why }: Omit<Cycle, "model"> & Proven,
): Promise<string | null> {
  let woken = false;
  setHandler(decidedSignal, () => {
    woken = true;
  });
  const { asked } = await activities(QUICK_STEP, `May version ${version} serve?`)
    .askForApproval({ cycleId, scope, why });
  while (asked) { // it expires: readApproval sees to that
    woken = false;
    const answer = await activities(QUICK_STEP, "Did a person decide?")
      .readApproval({ cycleId, scope });
    if (answer.decision === "approved") return null;
    if (answer.decision !== null) return answer.text;
    await condition(() => woken, answer.waitMs);
  }
  return null;
}

/** The rollout goes on by itself, for days perhaps; its id makes it run once. */
async function begin(id: string, model: string, replayed: boolean): Promise<void> {
  await startChild(rolloutWorkflow, {
    workflowId: id,
    args: [{ rollout: id, replayed }],
    ...childAttributes([{ key: MODEL, value: model }]),
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: "ALLOW_DUPLICATE",
    staticSummary: `${id.replace("rollout/", "").replace("/v", ": version ")}, step by step`,
  });
}

async function failed(cycle: Cycle, error: unknown): Promise<CycleResult> {
  const outcome = isCancellation(error) ? "cancelled" : "failed";
  const text = rootMessage(error);
  await activities(QUICK_STEP, `Report: ${outcome}`).reportCycle({ ...cycle, outcome, error: text });
  return concluded({ cycleId: cycle.cycleId, outcome, text });
}

function concluded(result: CycleResult): CycleResult {
  setAttributes([{ key: VERDICT, value: result.outcome }]);
  setCurrentDetails(`**${result.outcome}**: ${result.text}`);
  log.info("cycle ended", { workflowId: workflowInfo().workflowId, ...result });
  return result;
}
