import assert from "node:assert/strict";
import type { Client } from "@temporalio/client";
import { workflowControl, workflowState } from "../../src/temporal/workflow_control.ts";

/** A Temporal that knows one state of every workflow. */
const saying = (name: string) =>
  ({
    workflow: { getHandle: () => ({ describe: () => Promise.resolve({ status: { name } }) }) },
  }) as unknown as Client;

const control = { start: () => Promise.resolve(), stop: () => Promise.resolve() };

for (
  const [name, known, reconciled] of [
    ["RUNNING", "running", "running"],
    ["PAUSED", "paused", "running"],
    ["TERMINATED", "terminated", "terminated"],
    ["A_WORD_OF_TOMORROW", "running", "running"],
  ] as const
) {
  Deno.test(`workflowState() knows what ${name} means, and the reconciler begins none again that is there`, async () => {
    const client = saying(name);
    assert.equal(await workflowState(client, "retrainer/churn"), known);
    const workflows = workflowControl(client, { taskQueue: "perennial", control });
    assert.equal(await workflows.stateOf("retrainer/churn"), reconciled);
  });
}
