import { executeChild, isCancellation, ParentClosePolicy } from "@temporalio/workflow";
import { childAttributes } from "./attributes.ts";
import { rootMessage } from "./failures.ts";
import type { CycleInput, CycleResult } from "./messages.ts";
import { retrainingCycle } from "./retraining_cycle.ts";
import { MODEL, TRIGGER } from "./search_attributes.ts";

/** Runs one cycle as a child and returns how it ended, also where the cycle could not say so itself. */
export async function runCycleAsChild(cycleId: string, input: CycleInput): Promise<CycleResult> {
  try {
    return await startCycle(cycleId, input);
  } catch (error) {
    const outcome = isCancellation(error) ? "cancelled" : "failed";
    return { cycleId, outcome, text: rootMessage(error) };
  }
}

/** A child's own runs follow one another under the cycle's id. */
function startCycle(cycleId: string, input: CycleInput): Promise<CycleResult> {
  const { model, number, trigger, asOf, requestedBy } = input;
  return executeChild(retrainingCycle, {
    workflowId: cycleId,
    args: [input],
    ...childAttributes([{ key: MODEL, value: model }, { key: TRIGGER, value: trigger }], {
      trigger,
      asOf: asOf ?? "now",
      requestedBy: requestedBy ?? "the timer",
    }),
    staticSummary: `${model}, cycle ${number} (${trigger}${asOf ? ` as of ${asOf.slice(0, 10)}` : ""})`,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    workflowRunTimeout: "400 days", // a person may be waited for; its activities have bounds of their own
  });
}
