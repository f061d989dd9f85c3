import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, DefaultLogger, Worker } from "@temporalio/worker";
import { readConfig } from "../../src/config/environment.ts";
import { connectTemporal } from "../../src/temporal/connect.ts";
import type { BenchService } from "../shared/service.ts";
import { overheadMs, type Timeline, timelineOf } from "./history.ts";

const TASK_QUEUE = "bench-round-trips";

/** A worker beside the service's own, for workflows whose activities do nothing. */
export interface BareWorker extends AsyncDisposable {
  /** Runs `count` activities one after another, `parallel` such workflows at once. @returns ms per activity of each */
  measure(count: number, parallel: number): Promise<number[]>;
}

export async function startBareWorker(
  { service: { client }, temporalAddress }: BenchService,
): Promise<BareWorker> {
  const connection = await connectTemporal(temporalAddress, readConfig({}));
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL("./workflows.ts", import.meta.url)),
      logger: new DefaultLogger("WARN"),
    }),
    activities: { nothing: () => Promise.resolve() },
  });
  const running = worker.run();
  let runs = 0;
  return {
    async measure(count, parallel) {
      const timelines = await Promise.all(Array.from({ length: parallel }, async (): Promise<Timeline> => {
        const workflowId = `bench-round-trips-${++runs}`;
        await client.workflow.execute("roundTrips", { workflowId, taskQueue: TASK_QUEUE, args: [count] });
        return await timelineOf(client, workflowId);
      }));
      return timelines.map((timeline) => overheadMs(timeline) / count);
    },
    async [Symbol.asyncDispose]() {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
