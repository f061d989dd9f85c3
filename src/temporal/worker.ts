import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ActivityInterceptorsFactory,
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Worker,
} from "@temporalio/worker";
import { createActivities, type WorkerDeps } from "../../activities/mod.ts";
import { sha256 } from "../core/hash.ts";
import type { PayloadKeys } from "../security/payload_keys.ts";
import { dataConverterOf, FAILURE_CONVERTER } from "./payload_codec.ts";
import { TRACE_SINKS } from "./activity_interceptor.ts";

const WORKFLOWS = new URL("../../workflows/", import.meta.url);

/** A worker for the workflows and activities of retraining. It polls once `run()` is called. */
export async function createWorker(
  { connection, namespace, taskQueue, cache, keys, deps, watch }: {
    connection: NativeConnection;
    namespace: string;
    taskQueue: string;
    cache: string;
    /** of payloads */
    keys: PayloadKeys | null;
    deps: WorkerDeps;
    /** hears of each activity */
    watch: ActivityInterceptorsFactory;
  },
): Promise<Worker> {
  return await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { codePath: await bundledWorkflows(cache, { failures: failuresOf(keys) }) },
    dataConverter: dataConverterOf(keys, { isPatient: true }),
    activities: createActivities(deps),
    interceptors: { activity: [watch] },
    sinks: TRACE_SINKS,
    shutdownGraceTime: "300 ms", // then activities are cancelled: a training ends at its next turn, and goes on elsewhere
    shutdownForceTime: "5 seconds",
    maxHeartbeatThrottleInterval: "1 second",
    defaultHeartbeatThrottleInterval: "1 second",
    maxConcurrentActivityTaskExecutions: 20,
  });
}

/** How the words of failures are written: for everybody to read, or where the codec reaches them. */
type Failures = "plain" | "encoded";

const failuresOf = (keys: PayloadKeys | null): Failures => (keys?.keyId ? "encoded" : "plain");

/** The bundled workflow code, kept under the hash of its sources: bundling takes seconds, reading none. */
export async function bundledWorkflows(
  cache: string,
  { failures = "plain" }: { failures?: Failures } = {},
): Promise<string> {
  const folder = join(cache, "workflows");
  const path = join(folder, `${await sourceHash()}${failures === "encoded" ? "-encoded" : ""}.js`);
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
    workflowInterceptorModules: [fileURLToPath(new URL("trace_interceptors.ts", WORKFLOWS))],
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
