import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/mod.ts";
import { alarmSignal, wakeSignal } from "./messages.ts";

const { planLooks, dueDeliveries } = proxyLocalActivities<Activities>({
  startToCloseTimeout: "20 seconds",
  retry: { maximumAttempts: 6, maximumInterval: "5 seconds" },
});
const activity = <K extends keyof Activities>(name: K, summary: string): Activities[K] =>
  proxyActivities<Activities>({
    startToCloseTimeout: "1 hour",
    heartbeatTimeout: "15 seconds",
    summary,
    retry: { maximumAttempts: 3, maximumInterval: "1 minute" },
  })[name];
/** A receiver may be down over a weekend: the delivery itself gives up after three days. */
const { deliver } = proxyActivities<Activities>({
  startToCloseTimeout: "1 minute",
  heartbeatTimeout: "15 seconds",
  retry: { maximumAttempts: 160, initialInterval: "5 seconds", maximumInterval: "30 minutes" },
});

const RETRY_MS = 60_000;
/** Deliveries that are begun at once. */
const DELIVERIES_MAX = 50;

/**
 * Looks at the events every hour and at each model once a day, opens and closes alerts, and has them delivered. One per
 * installation; lives for ever by continuing as new. A look that fails is told and tried again at the next turn.
 */
export async function monitor(): Promise<void> {
  let woken = false;
  setHandler(wakeSignal, () => {
    woken = true;
  });
  while (!workflowInfo().continueAsNewSuggested) {
    woken = false;
    const waitMs = await turn();
    await condition(() => woken, waitMs);
  }
  await continueAsNew<typeof monitor>();
}

/** One turn. @returns ms until the next is due */
async function turn(): Promise<number> {
  try {
    const { events, models, waitMs } = await planLooks();
    if (events || models.length > 0) await look(models);
    const { opened } = await activity("settleAlerts", "Open and close alerts")();
    for (const id of await dueDeliveries({ limit: DELIVERIES_MAX })) await begin(id);
    setCurrentDetails(`${opened} alerts are open`);
    return waitMs;
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error("the monitor could not look; trying again soon", { error });
    return RETRY_MS;
  }
}

async function look(models: readonly string[]): Promise<void> {
  const { asOf } = await activity("observeEvents", "Are the data sound?")({ asOf: null });
  for (const model of models) {
    const { alarm } = await activity("observeModel", `How does what serves ${model} do?`)({ model, asOf });
    if (alarm !== null) await callCheck(model, alarm);
  }
  await activity("pruneLooks", "Let old looks go")();
}

/** Something turned for the worse: the retrainer checks at once instead of at its next hour. */
async function callCheck(model: string, why: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(`retrainer/${model}`).signal(alarmSignal, { by: "the monitor", why });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn("no retrainer heard the alarm", { model, error });
  }
}

/** Each delivery is a workflow of its own: it may take hours, and its id makes it happen once. */
async function begin(id: string): Promise<void> {
  try {
    await startChild(deliverAlert, {
      workflowId: `delivery/${id}`,
      args: [{ id }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: "ALLOW_DUPLICATE_FAILED_ONLY",
      staticSummary: "Tells about an alert",
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    if ((error as Error).name !== "WorkflowExecutionAlreadyStartedError") throw error; // on its way already
  }
}

/** Tells one receiver about one alert; tries again until it is told or given up. */
export async function deliverAlert({ id }: { id: string }): Promise<void> {
  await deliver({ id });
}
