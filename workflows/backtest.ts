import {
  CancellationScope,
  continueAsNew,
  executeChild,
  isCancellation,
  log,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import type { PolicyRunId, StepId, StepPlace } from "../activities/backtest/mod.ts";
import type { Step } from "../src/backtest/step.ts";
import { childAttributes } from "./attributes.ts";
import { rootMessage, TEXT_MAX } from "./failures.ts";
import { activities, LONG_STEP } from "./proxies.ts";
import { retrainingCycle } from "./retraining_cycle.ts";

/** Moments in one workflow run of a policy, each some forty events of history a model. */
const MOMENTS_A_RUN = 25;

/**
 * Replays history under several policies, each in a registry of its own, as many at a time as the machine has room for.
 * Ends with how it ended; what each policy did is in the database, step by step.
 */
export async function backtest({ backtest: id }: { backtest: string }): Promise<string> {
  try {
    const open = await activities(LONG_STEP, "What is asked for?").openBacktest({ backtest: id });
    if (open.ended) return "ended already";
    const waiting = Array.from({ length: open.policies }, (_, policy) => policy);
    const walk = async () => {
      for (let policy = waiting.shift(); policy !== undefined; policy = waiting.shift()) {
        await runPolicy({ ...open, backtest: id, policy, next: 0 });
      }
    };
    await allSettled(Array.from({ length: open.lanes }, walk));
    return await close(id, false);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => close(id, true));
  }
}

/** Waits for all of it, before anything is forgotten. @throws what the first one threw that failed */
async function allSettled(work: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === "rejected") throw end.reason;
}

async function close(id: string, cancelled: boolean): Promise<string> {
  const { state, text } = await activities(LONG_STEP, "Forget the registries").closeBacktest({
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
      ...childAttributes([]),
      staticSummary: `Policy ${policy + 1} of backtest ${id}`,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    const ended = { state: "failed" as const, text: rootMessage(error) };
    await activities(LONG_STEP, "A policy failed").closeLane({ backtest: id, policy, ...ended });
  }
}

interface PolicyRunInput extends PolicyRunId {
  /** how many there are */
  models: number;
  moments: number;
  /** place of the next moment: carried over when the workflow continues as new */
  next: number;
}

/** Walks one policy through the moments, oldest first. Within a moment model by model where looks at the events are shared. */
export async function backtestLane(input: PolicyRunInput): Promise<void> {
  const { backtest: id, policy, models, moments, next } = input;
  const { label, ended, sideBySide } = await activities(LONG_STEP, "A registry of its own")
    .openLane({ backtest: id, policy });
  if (ended) return;
  for (let moment = next; moment < moments; moment++) {
    if (moment - next >= MOMENTS_A_RUN || workflowInfo().continueAsNewSuggested) {
      return await continueAsNew<typeof backtestLane>({ ...input, next: moment });
    }
    setCurrentDetails(`${label}: ${moment} of ${moments} moments`);
    const steps = Array.from({ length: models }, (_, model) => ({ backtest: id, policy, model, moment }));
    if (sideBySide) await allSettled(steps.map(step));
    else for (const at of steps) await step(at);
  }
  const text = `${moments} moments`;
  await activities(LONG_STEP, "Forget its registry").closeLane({
    backtest: id,
    policy,
    state: "finished",
    text,
  });
}

async function step(stepId: StepId): Promise<void> {
  const place = await activities(LONG_STEP, "Where are we?").planStep(stepId);
  if (place.done) return;
  const observations = place.looks ? await look(place) : [];
  const decision = await activities(LONG_STEP, `${place.label}: retrain now?`)
    .decideStep({ ...stepId, observations });
  const end = await carryOut(stepId, place, decision);
  const { run, why } = decision;
  await activities(LONG_STEP, "Score what serves")
    .recordStep({ ...stepId, run, why: why.slice(0, TEXT_MAX), ...end });
}

/** How a step ended. */
interface StepEnd {
  outcome: string | null;
  /** of the cycle that was run */
  cycleId?: string;
}

/** Does what the policy decided: nothing, a training, or a cycle of its own registry or of what serves. */
async function carryOut(
  stepId: StepId,
  { scope, model, asOf, number, label }: StepPlace,
  { run, trigger }: Step,
): Promise<StepEnd> {
  if (run === "nothing") return { outcome: null };
  if (run === "train") {
    await activities(LONG_STEP, `${label}: train ${model}`).trainStep(stepId);
    return { outcome: "deployed" };
  }
  if (scope === undefined) {
    return await activities(LONG_STEP, `${model} as of ${asOf.slice(0, 10)}`).checkLive(stepId);
  }
  const { outcome, cycleId } = await executeChild(retrainingCycle, {
    workflowId: `backtest/${stepId.backtest}/${stepId.policy}/${model}/${asOf.slice(0, 10)}`,
    args: [{ model, number, trigger: trigger!, asOf, requestedBy: label, scope }],
    ...childAttributes([]),
    staticSummary: `${label}: ${model} as of ${asOf.slice(0, 10)}`,
  });
  return { outcome, cycleId };
}

/** The looks that production makes before a check. */
async function look(
  { scope, model, asOf }: Pick<StepPlace, "scope" | "model" | "asOf">,
): Promise<string[]> {
  const events = await activities(LONG_STEP, "Are the data sound?").observeEvents({ scope, asOf });
  const serving = await activities(LONG_STEP, "How does what serves do?").observeModel({
    scope,
    model,
    asOf,
  });
  return [...events.observations, ...serving.observations];
}
