/** The SDK names Node as its platform. This keeps proving that what Perennial uses of it works under Deno. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  Client,
  type WorkflowHandleWithFirstExecutionRunId,
  WorkflowUpdateFailedError,
} from "@temporalio/client";
import {
  CancelledFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
} from "@temporalio/common";
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from "@temporalio/worker";
import { freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import * as activities from "./conformance_activities.ts";
import { add, cancellable, finish, ledger, multiply, total } from "./conformance_workflows.ts";

const logger = new DefaultLogger("ERROR");
Runtime.install({ logger, shutdownSignals: [] });
const model = defineSearchAttributeKey("PerennialModel", SearchAttributeType.KEYWORD);

interface Bench {
  client: Client;
  taskQueue: string;
  bundle: WorkflowBundleWithSourceMap;
}

let bundled: Promise<WorkflowBundleWithSourceMap> | undefined;
function bundleOnce(): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = fileURLToPath(import.meta.resolve("./conformance_workflows.ts"));
  return bundled ??= bundleWorkflowCode({ workflowsPath, logger });
}

/** Runs `fn` beside a worker with threads on a queue of its own. */
async function withWorker(fn: (bench: Bench) => Promise<void>): Promise<void> {
  const { temporalAddress: address } = await sharedInstallation();
  const bundle = await bundleOnce();
  const taskQueue = freshTaskQueue();
  const connection = await NativeConnection.connect({ address });
  try {
    const worker = await Worker.create({ connection, taskQueue, workflowBundle: bundle, activities });
    await worker.runUntil(() => fn({ client: new Client({ connection }), taskQueue, bundle }));
  } finally {
    await connection.close();
  }
}

async function startLedger(
  { client, taskQueue }: Bench,
): Promise<WorkflowHandleWithFirstExecutionRunId<typeof ledger>> {
  return await client.workflow.start(ledger, {
    taskQueue,
    workflowId: taskQueue,
    args: [{}],
    typedSearchAttributes: new TypedSearchAttributes([{ key: model, value: "churn" }]),
    staticSummary: "One of everything",
  });
}

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process

Deno.test(
  "a workflow takes signals, updates and queries, continues as new, and replays",
  options,
  () =>
    withWorker(async (bench) => {
      const first = await startLedger(bench);
      await first.signal(add, 5);
      assert.equal(await first.executeUpdate(multiply, { args: [3] }), 15);
      await assert.rejects(first.executeUpdate(multiply, { args: [0] }), WorkflowUpdateFailedError);
      assert.equal(await first.query(total), 15);
      assert.equal(await (await first.describe()).staticSummary(), "One of everything");
      await first.signal(finish);

      const second = bench.client.workflow.getHandle<typeof ledger>(first.workflowId);
      const firstRun = bench.client.workflow.getHandle(first.workflowId, first.firstExecutionRunId, {
        followRuns: false,
      });
      await assert.rejects(firstRun.result(), { name: "WorkflowExecutionContinuedAsNewError" });
      await second.signal(add, 1);
      await second.signal(finish);
      assert.deepEqual(await second.result(), {
        total: 16,
        runs: 2,
        attempt: 2,
        startedFrom: 5,
        childSquare: 256,
      });

      const history = await second.fetchHistory();
      await Worker.runReplayHistory({ workflowBundle: bench.bundle }, history, second.workflowId);
      const found = await bench.client.workflow.count(
        `PerennialModel = "churn" and TaskQueue = "${bench.taskQueue}"`,
      );
      assert.ok(found.count >= 1);
    }),
);

Deno.test(
  "a cancelled workflow cancels its running activity",
  options,
  () =>
    withWorker(async ({ client, taskQueue }) => {
      const handle = await client.workflow.start(cancellable, { taskQueue, workflowId: taskQueue });
      while ((await handle.describe()).raw.pendingActivities?.[0]?.state !== 2) {
        await new Promise((r) => setTimeout(r, 20));
      }
      await handle.cancel();
      await assert.rejects(handle.result(), (error: Error) => error.cause instanceof CancelledFailure);
    }),
);
