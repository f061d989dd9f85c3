import { ApplicationFailure, workflowInfo, type WorkflowInterceptorsFactory } from "@temporalio/workflow";

/** Fields that a workflow of this name cannot do without, and their types. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, "string" | "number">>>> = {
  backtest: { backtest: "string" },
  backtestLane: { backtest: "string", policy: "number", models: "number", moments: "number", next: "number" },
  deliverAlert: { id: "string" },
  distributedTraining: { cycleId: "string", model: "string", snapshotId: "string", shards: "number" },
  federatedRounds: { run: "string" },
  privacyRequest: { request: "string", kind: "string" },
  retrainer: { model: "string" },
  retrainingCycle: { model: "string", number: "number", trigger: "string" },
  rollout: { rollout: "string" },
};

/** Returns the first needed field that an input does not have; null: it has all of them. */
function missingField(type: string, input: unknown): string | null {
  const needed = Object.hasOwn(NEEDED, type) ? NEEDED[type] : {};
  const given = Object(input);
  return Object.keys(needed).find((field) => typeof given[field] !== needed[field]) ?? null;
}

/**
 * Ends a workflow that was begun by hand with an input that is none: its code would throw where Temporal tries a task again
 * for ever. What Perennial begins has every field, so that nothing is done differently there.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [{
    async execute(input, next) {
      const { workflowType: type } = workflowInfo();
      const field = missingField(type, input.args[0]);
      if (field !== null) {
        throw ApplicationFailure.nonRetryable(`Cannot run ${type}: its input has no "${field}"`, "NoInput");
      }
      return await next(input);
    },
  }],
});
