import { join } from "node:path";
import { forceAndWait } from "../../src/client/force_and_wait.ts";
import { readConfig } from "../../src/config/environment.ts";
import { sleep } from "../../src/core/deadline.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { connectTemporal, createTemporalClient } from "../../src/temporal/connect.ts";
import type { Bench } from "../shared/bench.ts";
import { onEnd, temporaryFolder } from "../shared/cleanup.ts";
import { type BenchService, loadShop, startBenchService } from "../shared/service.ts";
import { startLoad, type Wanted } from "./load.ts";
import { Pods } from "./pods.ts";
import { createReader } from "./readings.ts";
import { reportOf, type Sample } from "./report.ts";
import { decide, EMPTY, type Reading, type ScalerMemory } from "./scaler.ts";
import { readWorkloads, type Workload } from "./specs.ts";

/** How often a cluster's controller looks: its default is 15 s. */
const LOOK_MS = 5_000;
const SETTLE_WITHIN_MS = 8 * 60_000;
const NAMESPACE = "default";

/** Values of the chart for one small machine: little is asked for, so that little load is much. */
const VALUES = {
  secrets: { existing: "perennial" },
  artefacts: { url: "s3://perennial/bench" },
  api: {
    resources: { requests: { cpu: "150m", memory: "512Mi" } },
    autoscaling: { min: 1, max: 3, latencyMs: 1000, scaleDownSeconds: 30 },
  },
  worker: { autoscaling: { pollingSeconds: 5, scaleDownSeconds: 30 } },
  workers: {
    light: { autoscaling: { min: 1, max: 4, targetQueueSize: 4 } },
    features: { autoscaling: { min: 1, max: 2, targetQueueSize: 2 } },
    training: { autoscaling: { min: 1, max: 3, targetQueueSize: 2 } },
  },
};

interface Phase extends Wanted {
  name: string;
  seconds: number;
}

const PHASES: readonly Phase[] = [
  { name: "quiet", seconds: 20, cycles: 2, predictionsPerSecond: 5 },
  { name: "more", seconds: 30, cycles: 12, predictionsPerSecond: 40 },
  { name: "most", seconds: 80, cycles: 40, predictionsPerSecond: 150 },
];
/** Cycles go on while processes are ended. */
const AFTERWARDS: Wanted = { cycles: 3, predictionsPerSecond: 5 };
const OWN_MODELS = 38;

export const autoscaleBench: Bench = {
  name: "autoscale",
  about: "the chart's own HPA and KEDA specifications start and end real processes under a growing load",
  minutes: 40,
  async run({ say, quick }) {
    const folder = await temporaryFolder();
    const own = join(folder.path, "models");
    await writeModels(own, quick ? 2 : OWN_MODELS);
    await using bench = await startBenchService(undefined, { PERENNIAL_MODELS: own });
    await loadShop(bench);
    await forceAndWait(bench.client, { model: "churn", why: "the bench" });
    const models = (await bench.client.status()).models.map(({ model }) => model);
    const secrets = await secretsOf(bench, own, folder.path);
    await bench.service.stop(); // from here on only processes that the scalers start
    const workloads = await workloadsFor(bench.temporalAddress);
    say(`autoscale: ${workloads.map(({ name }) => name).join(", ")}; ${models.length} models`);
    const phases = quick ? PHASES.map((phase) => ({ ...phase, seconds: 10, cycles: 2 })) : PHASES;
    const sql = connect(bench.databaseUrl, { max: 10 });
    const closing = onEnd(() => sql.end({ timeout: 5 }));
    const found = await scale({ bench, sql, workloads, models, secrets, folder: folder.path, phases, say });
    const report = reportOf({ ...found, workloads, models: models.length, phases });
    await closing();
    await folder.remove();
    return { report, versions: bench.versions };
  },
};

/** Cheap models beside our own, so that many cycles can run at once. */
async function writeModels(folder: string, count: number): Promise<void> {
  await Deno.mkdir(folder);
  for (let i = 0; i < count; i++) {
    const horizonDays = 14 + i % 15;
    await Deno.writeTextFile(
      join(folder, `orders_${i}.ts`),
      `import { defineModel } from "perennial";
export default defineModel({
  name: "orders-${i}", kind: "regression", question: "On how many days?", unit: "days", horizonDays: ${horizonDays},
  primaryMetric: "poissonDeviance", loss: "poissonDeviance", metrics: ["poissonDeviance", "mae", "bias"],
  label: (future) => future.filter((day) => day.purchases > 0).length,
  network: "an exact Poisson regression",
  candidates: [{ family: "linear", name: "poisson", inputs: "log", target: "count" }],
});
`,
    );
  }
}

/** What the pods get beside the chart's variables: addresses and secrets of this machine. */
async function secretsOf(
  { databaseUrl, temporalAddress, home, apiKey }: BenchService,
  models: string,
  folder: string,
): Promise<{ env: Record<string, string>; apiKey: string }> {
  const artefacts = join(folder, "artefacts");
  await Deno.rename(join(home, "artefacts"), artefacts);
  await Deno.symlink(artefacts, join(home, "artefacts"));
  const env = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    PERENNIAL_API_KEY: apiKey,
    PERENNIAL_SECRET: (await Deno.readTextFile(join(home, "secret"))).trim(),
    PERENNIAL_SIGNING_KEY: await Deno.readTextFile(join(home, "signing-key")),
    PERENNIAL_ARTEFACTS: join(home, "artefacts"),
    PERENNIAL_CACHE: cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() }),
    PERENNIAL_MODELS: models,
  };
  return { env, apiKey };
}

/** The Deployments of the chart that have a scaler. */
const workloadsFor = (address: string): Promise<Workload[]> =>
  readWorkloads({ ...VALUES, temporal: { address, namespace: NAMESPACE } });

interface Scene {
  bench: BenchService;
  sql: Database;
  workloads: readonly Workload[];
  models: readonly string[];
  secrets: { env: Record<string, string>; apiKey: string };
  folder: string;
  phases: readonly Phase[];
  say: (line: string) => void;
}

/** Runs the phases, and then waits until every Deployment is at its least and no cycle is open. */
async function scale({ bench, sql, workloads, models, secrets, folder, phases, say }: Scene) {
  const connection = await connectTemporal(bench.temporalAddress, readConfig({}));
  const client = createTemporalClient(connection, { namespace: NAMESPACE, keys: null, workflow: [] });
  const scaled = workloads.map((workload) => {
    const pods = new Pods(workload, { folder, env: secrets.env });
    const read = createReader(pods, { client, namespace: NAMESPACE, apiKey: secrets.apiKey });
    return { pods, read, spec: workload.spec, memory: EMPTY as ScalerMemory };
  });
  const [api] = scaled.filter(({ pods }) => pods.workload.args[0] === "api");
  for (const { pods, spec } of scaled) await pods.scaleTo(spec.min);
  while (scaled.some(({ pods }) => pods.ready().length === 0)) await sleep(500);
  const before = new Set((await sql<{ id: string }[]>`select id from cycles`).map(({ id }) => id));
  let phase: { name: string } & Wanted = phases[0];
  const load = startLoad({
    models,
    apis: () => api.pods.ready(),
    apiKey: secrets.apiKey,
    sql,
    wanted: () => phase,
  });
  const samples: Sample[] = [];
  const begunMs = performance.now();

  async function look(): Promise<void> {
    const readings: Record<string, Reading[]> = {};
    for (const one of scaled) {
      const { pods, read, spec } = one;
      readings[spec.name] = await Promise.all(spec.metrics.map(read));
      const nowMs = performance.now();
      const decision = decide(spec, {
        current: pods.count,
        readings: readings[spec.name],
        memory: one.memory,
        nowMs,
      });
      one.memory = decision.memory;
      await pods.scaleTo(decision.replicas);
    }
    const seconds = Math.round((performance.now() - begunMs) / 1000);
    const replicas = Object.fromEntries(scaled.map(({ pods, spec }) => [spec.name, pods.count]));
    const ready = Object.fromEntries(scaled.map(({ pods, spec }) => [spec.name, pods.ready().length]));
    samples.push({ seconds, phase: phase.name, underWay: load.counts.underWay, readings, replicas, ready });
    say(`autoscale: ${JSON.stringify(samples.at(-1))}`);
    await sleep(LOOK_MS);
  }

  for (const next of phases) {
    phase = next;
    const endMs = performance.now() + next.seconds * 1000;
    while (performance.now() < endMs) await look();
  }
  phase = { name: "falling", ...AFTERWARDS };
  const settleMs = performance.now() + SETTLE_WITHIN_MS;
  const isSettled = () => scaled.every(({ pods, spec }) => pods.count === spec.min);
  do await look(); while (!isSettled() && performance.now() < settleMs);
  const settled = isSettled();
  phase = { name: "done", cycles: 0, predictionsPerSecond: 0 };
  await load.end();
  const all = await sql<
    { id: string; outcome: string | null; trigger: string }[]
  >`select id, outcome, trigger from cycles`;
  const cycles = all.filter(({ id }) => !before.has(id));
  const again = await attempts(client, cycles.map(({ id }) => id));
  for (const { pods } of scaled) await pods.stop();
  await connection.close();
  return {
    samples,
    settled,
    counts: load.counts,
    cycles,
    again,
    exits: scaled.flatMap(({ pods }) => pods.exits),
  };
}

/** Counts the activities of cycles that a worker left undone and another one did. */
async function attempts(
  client: ReturnType<typeof createTemporalClient>,
  ids: readonly string[],
): Promise<number> {
  let again = 0;
  for (const id of ids) {
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    again += (events ?? []).filter((event) =>
      (event.activityTaskStartedEventAttributes?.attempt ?? 1) > 1
    ).length;
  }
  return again;
}
