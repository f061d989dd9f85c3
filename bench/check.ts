import { join } from "node:path";
import { DAY_MS } from "../src/core/time.ts";
import { eventSpan } from "../src/db/events/day_counts.ts";
import { DEMO_PROTOCOL } from "../src/demo/protocol.ts";
import { FEATURES } from "../src/features/definition.ts";
import { loadModels } from "../src/models/mod.ts";
import { checkAsOf, ensureRetrainer } from "../src/temporal/control_client.ts";
import { pythonWithMonitors } from "./false_alarms/peers.ts";
import { buildCutoffs, stack } from "./lab/cutoffs.ts";
import { readShoppers } from "./lab/events.ts";
import type { Bench } from "./shared/bench.ts";
import { temporaryFolder } from "./shared/cleanup.ts";
import { range, spread } from "./shared/figures.ts";
import { treeSeconds } from "./shared/processor.ts";
import { runPython } from "./shared/python.ts";
import type { Report } from "./shared/report.ts";
import { type BenchService, BUNDLED, loadShop, startBenchService } from "./shared/service.ts";

const MODELS = ["churn", "spending"] as const;
/** The first version is trained so many days before the data end; the days after it are looked at one by one. */
const DAYS = 40;
const CHECKS = 14;
const PEER_RUNS = 3;
const REFERENCE_CUTOFFS = 6;
const AIM_S = 2;
const RATIO_AIM = 10;

/** Seconds by the clock and of the processor, Postgres and Temporal included; null: the system does not tell. */
interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}
interface Peer {
  readonly loading: Timed;
  readonly looks: readonly Timed[];
}

export const checkBench: Bench = {
  name: "check",
  about: "seconds of a daily check of both models that trains nothing, beside Evidently and NannyML",
  minutes: 15,
  async run({ say, quick }) {
    const python = await pythonWithMonitors(say);
    await using bench = await startBenchService();
    await loadShop(bench);
    say("check: a first version of each model");
    const checks = await dailyChecks(bench, quick ? 2 : CHECKS);
    say("check: the peers");
    const peers = await lookByPeers(python, bench, quick ? 1 : PEER_RUNS);
    return {
      report: reportOf(checks, peers),
      versions: { ...bench.versions, ...peers.versions },
    };
  },
};

/** Checks both models at once, day after day, until enough of the days trained nothing. */
async function dailyChecks({ service: { sql, client, taskQueue } }: BenchService, wanted: number) {
  for (const model of MODELS) await ensureRetrainer(client, { model, taskQueue, active: false });
  const lastMs = (await eventSpan(sql))!.lastMs;
  const check = (day: number, models: readonly string[] = MODELS) => {
    const asOf = new Date(Math.floor(lastMs / DAY_MS) * DAY_MS - (DAYS - day) * DAY_MS).toISOString();
    return Promise.all(models.map((model) => checkAsOf(client, model, asOf)));
  };
  const cycles = async () => Number((await sql`select count(*) as n from cycles`)[0].n);
  await check(0);
  const both: Timed[] = [];
  const churn: Timed[] = [];
  let trainings = 0;
  await check(1); // compiles: not counted
  for (let day = 2; day < DAYS && both.length + churn.length < wanted; day++) {
    const checks = day % 2 === 0 ? both : churn;
    const before = { cycles: await cycles(), worked: await treeSeconds(), ms: performance.now() };
    await check(day, checks === both ? MODELS : ["churn"]);
    const seconds = (performance.now() - before.ms) / 1000;
    const cpuSeconds = (await treeSeconds() ?? NaN) - (before.worked ?? NaN);
    if (await cycles() === before.cycles) checks.push({ seconds, cpuSeconds });
    else trainings++;
  }
  if (both.length === 0 || churn.length === 0) {
    throw new Error("Cannot measure: daily checks began trainings");
  }
  return { both, churn, trainings };
}

/** What the peers are given: features of cut-offs before, and of the newest, with predictions and outcomes of churn. */
async function lookByPeers(python: string, { client }: BenchService, runs: number) {
  const churn = (await loadModels()).get("churn")!;
  const { shoppers, lastMs } = await readShoppers(BUNDLED);
  const { first, last, ...protocol } = DEMO_PROTOCOL;
  const span = { firstMs: Date.parse(first), lastMs: Date.parse(last) };
  const cutoffs = buildCutoffs(shoppers, [churn], { ...protocol, ...span }, lastMs);
  const windows = [cutoffs.slice(-1 - REFERENCE_CUTOFFS, -1), cutoffs.slice(-1)];
  const parts: BlobPart[] = [];
  const counts: number[] = [];
  for (const window of windows) {
    const { features, target, width } = stack(window, "churn");
    const rows = Array.from(
      target,
      (_, i) => ({ features: named(features.subarray(i * width, (i + 1) * width)) }),
    );
    const { predictions } = await client.predict("churn", { rows });
    parts.push(features as BlobPart, target as BlobPart);
    parts.push(Float64Array.from(predictions, ({ prediction }) => prediction ?? NaN));
    counts.push(target.length);
  }
  const folder = await temporaryFolder();
  const path = join(folder.path, "windows.bin");
  await Deno.writeFile(path, await new Blob(parts).bytes());
  const shape = { names: FEATURES, reference: counts[0], current: counts[1] };
  const script = new URL("./check_peers.py", import.meta.url);
  const args = [path, JSON.stringify(shape), String(runs)];
  const found = await runPython<
    { tools: Record<string, Peer>; versions: Record<string, string>; columns: number }
  >(
    python,
    script,
    args,
    600_000,
  );
  await folder.remove();
  return { ...found, reference: counts[0], current: counts[1] };
}

const named = (values: Float32Array) =>
  Object.fromEntries(FEATURES.map((name, i) => [name, Number.isFinite(values[i]) ? values[i] : null]));

function reportOf(
  { both, churn, trainings }: Awaited<ReturnType<typeof dailyChecks>>,
  peers: Awaited<ReturnType<typeof lookByPeers>>,
): Report {
  const s = (value: number) => `${value.toFixed(2)} s`;
  const of = (timed: readonly Timed[], value: keyof Timed) => spread(timed.map((one) => one[value]));
  const cells = (
    timed: readonly Timed[],
  ) => [range(of(timed, "seconds"), s), range(of(timed, "cpuSeconds"), s)];
  const ours = { seconds: of(churn, "seconds").median, cpuSeconds: of(churn, "cpuSeconds").median };
  const bothS = of(both, "seconds").median;
  const tools = Object.entries(peers.tools);
  const together = (value: keyof Timed) =>
    tools.reduce((sum, [, { looks }]) => sum + of(looks, value).median, 0);
  const ratio = {
    seconds: together("seconds") / ours.seconds,
    cpuSeconds: together("cpuSeconds") / ours.cpuSeconds,
  };
  return {
    name: "check",
    title: "A daily check that trains nothing",
    method:
      "The bundled shop, a version of each model trained 40 days before its data end; then both models' retrainers, and every other day that of churn alone, check " +
      "day by day, through the production workflows: profiles of the new events and all checks of their quality, outcomes " +
      "that came true, predictions for the population, performance, drift of every feature, the trigger. Days on which a " +
      `training began are left out (${trainings}). Of the processor: the service with Postgres and Temporal. Beside it, on ` +
      `${peers.reference} rows of older cut-offs and ${peers.current} of the newest, ${peers.columns} features, with ` +
      "predictions and outcomes of churn: Evidently's presets of data drift and classification, as JSON; NannyML's " +
      "univariate drift, realised and estimated performance. The peers look at one model, get features and outcomes " +
      "ready-made, store nothing, and are loaded already.",
    tables: [{
      title: "Seconds, median (lowest to highest)",
      head: ["", "by the clock", "of the processor"],
      rows: [
        ["Perennial, both models", ...cells(both)],
        ["Perennial, churn alone", ...cells(churn)],
        ...tools.map(([name, { looks }]) => [`${name}, churn alone`, ...cells(looks)]),
        ...tools.map(([name, { loading }]) => [`${name}, to load it`, ...cells([loading])]),
      ],
    }],
    notes: [
      `${bothS < AIM_S ? "YES" : "NO"}: a check of both models takes under ${AIM_S} s: ${s(bothS)}.`,
      `${
        ratio.cpuSeconds >= RATIO_AIM ? "YES" : "NO"
      }: of churn alone, the two tools together take at least ${RATIO_AIM} times the processor: ${
        ratio.cpuSeconds.toFixed(1)
      } times, and ${ratio.seconds.toFixed(1)} times by the clock.`,
      "Not measured: a million shoppers.",
    ],
    figures: { both, churn, trainings, peers },
  };
}
