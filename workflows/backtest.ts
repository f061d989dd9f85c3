import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  executeChild,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities, BacktestActivities } from "../activities/mod.ts";
import type { PolicyRunId, StepId } from "../activities/backtest/mod.ts";
import { retrainingCycle } from "./retraining_cycle.ts";

/** Moments in one workflow run of a policy, each some forty events of history a model. */
const MOMENTS_A_RUN = 25;
/** longest text of a failure that is kept */
const TEXT_MAX = 500;

type All = Activities & BacktestActivities;
const activity = <K extends keyof All>(name: K, summary: string): All[K] =>
  proxyActivities<All>({
    startToCloseTimeout: "2 hours",
    heartbeatTimeout: "15 seconds",
    retry: { maximumAttempts: 10, maximumInterval: "30 seconds" },
    // nothing may go on in a registry that is about to be forgotten
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary,
  })[name];

/**
 * Replays history under several policies, each in a registry of its own, as many at a time as the machine has room for.
 * Ends with how it ended; what each policy did is in the database, step by step.
 */
export async function backtest({ backtest: id }: { backtest: string }): Promise<string> {
  try {
    const open = await activity("openBacktest", "What is asked for?")({ backtest: id });
    if (open.ended) return "ended already";
    const waiting = Array.from({ length: open.policies }, (_, policy) => policy);
    const walk = async () => {
      for (let policy = waiting.shift(); policy !== undefined; policy = waiting.shift()) {
        await runPolicy({ ...open, backtest: id, policy, next: 0 });
      }
    };
    const walked = await Promise.allSettled(Array.from({ length: open.lanes }, walk)); // all, before anything is forgotten
    for (const run of walked) if (run.status === "rejected") throw run.reason;
    return await close(id, false);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => close(id, true));
  }
}

async function close(id: string, cancelled: boolean): Promise<string> {
  const { state, text } = await activity("closeBacktest", "Forget the registries")({
    backtest: id,
    cancelled,
  });
  setCurrentDetails(`**${state}**: ${text}`);
  log.info("backtest ended", { id, state, text });
  return state;
}

/** One policy; that it fails is a result, and no reason to end the others. */
async function runPolicy(input: PolicyRunInput): Promise<void> {
  const { backtest: id, policy } = input;
  try {
    await executeChild(backtestLane, {
      workflowId: `backtest/${id}/${policy}`,
      args: [input],
      staticSummary: `Policy ${policy + 1} of backtest ${id}`,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    const ended = { state: "failed" as const, text: rootMessage(error).slice(0, TEXT_MAX) };
    await activity("closeLane", "A policy failed")({ backtest: id, policy, ...ended });
  }
}

export interface PolicyRunInput extends PolicyRunId {
  /** how many there are */
  models: number;
  moments: number;
  /** place of the next moment: carried over when the workflow continues as new */
  next: number;
}

/** Walks one policy through the moments, oldest first. Within a moment model by model: looks at the events are shared. */
export async function backtestLane(input: PolicyRunInput): Promise<void> {
  const { backtest: id, policy, models, moments, next } = input;
  const { label, ended } = await activity("openLane", "A registry of its own")({ backtest: id, policy });
  if (ended) return;
  for (let moment = next; moment < moments; moment++) {
    if (moment - next >= MOMENTS_A_RUN || workflowInfo().continueAsNewSuggested) {
      return await continueAsNew<typeof backtestLane>({ ...input, next: moment });
    }
    setCurrentDetails(`${label}: ${moment} of ${moments} moments`);
    for (let model = 0; model < models; model++) await step({ backtest: id, policy, model, moment });
  }
  const text = `${moments} moments`;
  await activity("closeLane", "Forget its registry")({ backtest: id, policy, state: "finished", text });
}

async function step(at: StepId): Promise<void> {
  const { done, looks, scope, label, model, asOf, number } = await activity("planStep", "Where are we?")(at);
  if (done) return;
  const observations = looks ? await look({ scope, model, asOf }) : [];
  const { run, trigger, why } = await activity("decideStep", `${label}: retrain now?`)({
    ...at,
    observations,
  });
  let outcome: string | null = null;
  if (run === "cycle") {
    const cycle = await executeChild(retrainingCycle, {
      workflowId: `backtest/${at.backtest}/${at.policy}/${model}/${asOf.slice(0, 10)}`,
      args: [{ model, number, trigger: trigger!, asOf, requestedBy: label }],
      memo: { scope },
      staticSummary: `${label}: ${model} as of ${asOf.slice(0, 10)}`,
    });
    outcome = cycle.outcome;
  } else if (run === "train") {
    await activity("trainStep", `${label}: train ${model}`)(at);
    outcome = "deployed";
  }
  await activity("recordStep", "Score what serves")({ ...at, run, why: why.slice(0, TEXT_MAX), outcome });
}

/** The looks that production makes before a check. */
async function look(at: { scope: string; model: string; asOf: string }): Promise<string[]> {
  const events = await activity("observeEvents", "Are the data sound?")(at as never);
  const serving = await activity("observeModel", "How does what serves do?")(at);
  return [...events.observations, ...serving.observations];
}

/** The message of the failure that began it. */
function rootMessage(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof ApplicationFailure || cause instanceof Error ? cause.message : String(cause);
}
