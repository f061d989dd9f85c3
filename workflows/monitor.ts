import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from "@temporalio/workflow";
import { alarmSignal, wakeSignal } from "./messages.ts";
import { activities, DELIVERY, localActivities, MONITOR_STEP } from "./proxies.ts";

const { planLooks, dueDeliveries } = localActivities("20 seconds");
const { deliver } = activities(DELIVERY);

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
    const { opened } = await activities(MONITOR_STEP, "Open and close alerts").settleAlerts();
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
  const { asOf } = await activities(MONITOR_STEP, "Are the data sound?").observeEvents({ asOf: null });
  for (const model of models) {
    const { alarm } = await activities(MONITOR_STEP, `How does what serves ${model} do?`).observeModel({
      model,
      asOf,
    });
    if (alarm !== null) await callCheck(model, alarm);
  }
  await activities(MONITOR_STEP, "Let old looks go").pruneLooks();
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
