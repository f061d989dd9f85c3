import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ActivityInterceptorsFactory,
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from "@temporalio/worker";
import { createActivities, type WorkerDeps } from "../../activities/mod.ts";
import type { ByQueue, QueueKind } from "../config/queues.ts";
import { sha256 } from "../core/hash.ts";
import type { PayloadKeys } from "../security/payload_keys.ts";
import { queueOf } from "../../workflows/queues.ts";
import { dataConverterOf, FAILURE_CONVERTER } from "./payload_codec.ts";
import { type Build, versionedBy } from "./versioning.ts";
import { TRACE_SINKS } from "./activity_interceptor.ts";

const WORKFLOWS = new URL("../../workflows/", import.meta.url);

/** Which kinds of work a worker takes, and how much of each. */
export interface WorkerQueues {
  kinds: readonly QueueKind[];
  atOnce: ByQueue;
  /** over all workers */
  perSecond: Partial<ByQueue>;
  pollers: Partial<ByQueue>;
  cachedWorkflows?: number;
}

/**
 * Workers for the activities of retraining, one for each kind of work; that of light work runs workflows too, and whatever
 * an older release left on its queue. They poll once `run()` is called.
 */
export async function createWorkers(
  { taskQueue, cache, keys, deps, watch, queues, build, ...place }: {
    connection: NativeConnection;
    namespace: string;
    taskQueue: string;
    cache: string;
    /** of payloads */
    keys: PayloadKeys | null;
    deps: WorkerDeps;
    /** hears of each activity */
    watch: ActivityInterceptorsFactory;
    queues: WorkerQueues;
    /** null: the workers have no version */
    build: Build | null;
  },
): Promise<Worker[]> {
  const common: Omit<WorkerOptions, "taskQueue"> = {
    ...place,
    dataConverter: dataConverterOf(keys, { isPatient: true }),
    activities: createActivities(deps),
    workerDeploymentOptions: build === null ? undefined : versionedBy(build),
    interceptors: { activity: [watch] },
    shutdownGraceTime: "300 ms", // then activities are cancelled: a training ends at its next turn, and goes on elsewhere
    shutdownForceTime: "5 seconds",
    maxHeartbeatThrottleInterval: "1 second",
    defaultHeartbeatThrottleInterval: "1 second",
  };
  return await Promise.all(queues.kinds.map(async (kind) => {
    const workflows = kind === "light" ? await workflowOptions({ cache, keys, queues }) : {};
    return await Worker.create({
      ...common,
      ...workflows,
      taskQueue: queueOf(taskQueue, kind),
      maxConcurrentActivityTaskExecutions: queues.atOnce[kind],
      maxTaskQueueActivitiesPerSecond: queues.perSecond[kind],
      maxConcurrentActivityTaskPolls: queues.pollers[kind],
    });
  }));
}

const workflowOptions = async (
  { cache, keys, queues }: { cache: string; keys: PayloadKeys | null; queues: WorkerQueues },
) => ({
  workflowBundle: { codePath: await bundledWorkflows(cache, { failures: failuresOf(keys) }) },
  sinks: TRACE_SINKS,
  maxCachedWorkflows: queues.cachedWorkflows,
});

/** How the words of failures are written: for everybody to read, or where the codec reaches them. */
type Failures = "plain" | "encoded";

const failuresOf = (keys: PayloadKeys | null): Failures => (keys?.keyId ? "encoded" : "plain");

/**
 * The bundled workflow code, kept under the hash of its sources: bundling takes seconds, reading none.
 * @param options.queues whether activities go to the queue of their kind of work, or all to that of the workflow
 */
export async function bundledWorkflows(
  cache: string,
  { failures = "plain", queues = "by kind" }: { failures?: Failures; queues?: "by kind" | "one" } = {},
): Promise<string> {
  const folder = join(cache, "workflows");
  const path = join(
    folder,
    `${await sourceHash()}${failures === "encoded" ? "-encoded" : ""}${queues === "one" ? "-one" : ""}.js`,
  );
  try {
    await readFile(path);
    return path;
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL("mod.ts", WORKFLOWS)),
    payloadConverterPath: fileURLToPath(new URL("payload_converter.ts", WORKFLOWS)),
    failureConverterPath: failures === "encoded" ? FAILURE_CONVERTER : undefined,
    workflowInterceptorModules: [
      "input_interceptors.ts",
      "trace_interceptors.ts",
      ...queues === "one" ? [] : ["queue_interceptors.ts"],
    ]
      .map((name) => fileURLToPath(new URL(name, WORKFLOWS))),
    logger: new DefaultLogger("WARN"),
  });
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, code);
  await rename(draft, path);
  return path;
}

async function sourceHash(): Promise<string> {
  const files = (await readdir(WORKFLOWS)).filter((name) => name.endsWith(".ts")).sort();
  const lock = await readFile(new URL("../../deno.json", import.meta.url), "utf8");
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, WORKFLOWS), "utf8")));
  return sha256([lock, ...sources].join("\0")).slice(0, 32);
}
