import { sleep } from "../src/core/deadline.ts";
import type { Cycle } from "../src/retraining/cycle.ts";
import type { Bench } from "./shared/bench.ts";
import { range, spread } from "./shared/figures.ts";
import { runScript, SCRIPT, type ScriptRun } from "./cycle_script.ts";
import { treeSeconds } from "./shared/processor.ts";
import { pythonWithPeers } from "./shared/python.ts";
import type { Report, Table } from "./shared/report.ts";
import { loadShop, startBenchService } from "./shared/service.ts";

const DEADLINE_MS = 5 * 60_000;
const LOOK_EVERY_MS = 100;

/** How many installations are forced, and in how many of them the script runs, too. */
const RUNS = 20;
const SCRIPT_RUNS = 4;
const MEDIAN_AIM_S = 5;
const WORST_AIM_S = 8;

/** One fresh installation, forced once: seconds from the request. */
interface Forced {
  /** of the processor, of the service with its Postgres and Temporal; null: the system does not tell */
  workedS: number | null;
  /** until every model's first version serves */
  deployedS: number;
  /** until every cycle has ended */
  endedS: number;
  models: {
    model: string;
    outcome: string;
    rows: number;
    deployedS: number;
    stages: { stage: string; seconds: number }[];
  }[];
}

export const forceBench: Bench = {
  name: "force",
  about: "seconds from force to deployed on a fresh installation with the bundled data, both models at once",
  minutes: 25,
  async run({ say, quick }) {
    const python = await pythonWithPeers(say, SCRIPT);
    const runs: Forced[] = [];
    const scripts: ScriptRun[] = [];
    const versions: Record<string, string> = {};
    for (let i = 1; i <= (quick ? 1 : RUNS); i++) {
      say(`force: fresh installation ${i}`);
      await using bench = await startBenchService();
      await loadShop(bench);
      runs.push(await forceOnce(bench));
      Object.assign(versions, bench.versions);
      if (i > SCRIPT_RUNS) continue;
      const { versions: ofScript, ...script } = await runScript(python, bench);
      scripts.push(script);
      Object.assign(versions, ofScript);
    }
    return { report: reportOf(runs, scripts), versions };
  },
};

/** Forces every model through the HTTP API, as `perennial force` does, and waits until their cycles have ended. */
async function forceOnce(
  { client, service: { sql } }: Awaited<ReturnType<typeof startBenchService>>,
): Promise<Forced> {
  const workedBefore = await treeSeconds();
  const startedAt = Date.now(); // the database, which times the stages, reads the same machine's clock
  const { models } = await client.force({ why: "the bench" });
  const cycles = await endedCycles(client, models.length, startedAt + DEADLINE_MS);
  const workedAfter = await treeSeconds();
  const moves = await sql`select model, at from serving_history where kind = 'deploy'`;
  const since = (iso: string) => (Date.parse(iso) - startedAt) / 1000;
  const deployed = new Map(moves.map(({ model, at }) => [model as string, since(at)]));
  const missing = models.filter((model) => !deployed.has(model));
  if (missing.length > 0) {
    throw new Error(
      `Not deployed: ${
        cycles.map(({ model, outcome, error }) => `${model} ${outcome} ${error ?? ""}`).join("; ")
      }`,
    );
  }
  return {
    workedS: workedBefore === null || workedAfter === null ? null : workedAfter - workedBefore,
    deployedS: Math.max(...deployed.values()),
    endedS: Math.max(...cycles.map(({ endedAt }) => since(endedAt!))),
    models: cycles.map((cycle) => ({
      model: cycle.model,
      outcome: cycle.outcome ?? "",
      rows: cycle.evidence?.difference.n ?? 0,
      deployedS: deployed.get(cycle.model)!,
      stages: stagesOf(cycle, startedAt),
    })),
  };
}

async function endedCycles(
  client: Awaited<ReturnType<typeof startBenchService>>["client"],
  count: number,
  deadline: number,
): Promise<Cycle[]> {
  while (Date.now() < deadline) {
    const { cycles } = await client.history({ limit: 10 });
    if (cycles.length === count && cycles.every(({ endedAt }) => endedAt !== null)) {
      return await Promise.all(cycles.map(({ id }) => client.cycle(id)));
    }
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`The forced cycles did not end within ${DEADLINE_MS / 60_000} minutes`);
}

/** How long each station took, in order; the first one is until the cycle had decided to go ahead. */
function stagesOf({ stages }: Cycle, startedAt: number): { stage: string; seconds: number }[] {
  const marks = stages.filter(({ stage }) => stage !== "ended");
  const first = {
    stage: "force to snapshot: signal, trigger check",
    seconds: (Date.parse(marks[0].startedAt) - startedAt) / 1000,
  };
  const others = marks.map(({ stage, startedAt: from, endedAt }) => ({
    stage,
    seconds: (Date.parse(endedAt!) - Date.parse(from)) / 1000,
  }));
  return [first, ...others];
}

const held = (text: string, holds: boolean, found: string) => `${holds ? "YES" : "NO"}: ${text}: ${found}.`;

/** What the script took, by step. */
function scriptTable(scripts: readonly ScriptRun[]): Table {
  const s = (value: number) => `${value.toFixed(2)} s`;
  const row = (
    name: string,
    value: (run: ScriptRun) => number,
  ) => [name, range(spread(scripts.map(value)), s)];
  return {
    title: "The same as one script, seconds",
    head: ["", "both models"],
    rows: [
      row("from its start to both registered", ({ seconds }) => seconds),
      row("of the processor", ({ cpuSeconds }) => cpuSeconds),
      ...Object.keys(scripts[0].steps).map((step) => row(`- ${step}`, ({ steps }) => steps[step])),
    ],
  };
}

function reportOf(runs: readonly Forced[], scripts: readonly ScriptRun[]): Report {
  const s = (value: number) => `${value.toFixed(2)} s`;
  const total = spread(runs.map(({ deployedS }) => deployedS));
  const worked = runs.flatMap(({ workedS }) => workedS ?? []);
  const script = {
    total: spread(scripts.map(({ seconds }) => seconds)),
    loaded: spread(scripts.map(({ seconds, steps }) => seconds - steps.imports)),
  };
  const models = runs[0].models.map(({ model }) => model).sort();
  const of = (model: string) => runs.map((run) => run.models.find((one) => one.model === model)!);
  const stages = of(models[0])[0].stages.map(({ stage }) => stage);
  const stageCell = (model: string, stage: string) =>
    range(spread(of(model).map((run) => run.stages.find((one) => one.stage === stage)?.seconds ?? 0)), s);
  return {
    name: "force",
    title: "From force to deployed",
    method:
      "A fresh installation each time, the bundled shop imported, its clock standing where its data end, no model yet. " +
      "`POST /retraining/force` for both models at once; the time ends when the last of them serves. Stages as the cycles " +
      "note them in the database; every one is an activity of the production workflow. Beside it, on the same rows of the same " +
      "Postgres, the steps a nightly script would take: pandas makes features of the same cut-offs, scikit-learn chooses " +
      "among four penalties and a network of the same size, fits the winner on all rows, MLflow registers it in a database " +
      "of the same server. The script compares nothing with what serves, looks for no broken data, and survives no crash. " +
      "Of the processor: the service with Postgres and Temporal; the script alone.",
    tables: [
      {
        title: "Seconds, median (lowest to highest)",
        head: ["", ...models, "both"],
        rows: [
          [
            "from force to deployed",
            ...models.map((m) => range(spread(of(m).map((r) => r.deployedS)), s)),
            range(total, s),
          ],
          [
            "until the cycle has ended",
            ...models.map(() => ""),
            range(spread(runs.map(({ endedS }) => endedS)), s),
          ],
          ...worked.length === runs.length
            ? [["of the processor", ...models.map(() => ""), range(spread(worked), s)]]
            : [],
          ...stages.map((stage) => [`- ${stage}`, ...models.map((model) => stageCell(model, stage)), ""]),
        ],
      },
      scriptTable(scripts),
    ],
    notes: [
      held(
        `half of all cycles take at most ${MEDIAN_AIM_S} s, both models`,
        total.median <= MEDIAN_AIM_S,
        s(total.median),
      ),
      held(
        `the slowest of ${runs.length} takes at most ${WORST_AIM_S} s`,
        total.max <= WORST_AIM_S,
        s(total.max),
      ),
      held(
        "not slower than the script, from its start",
        total.median <= script.total.median,
        `${s(total.median)} beside ${range(script.total, s)}`,
      ),
      held(
        "not slower than the script once its libraries are loaded",
        total.median <= script.loaded.median,
        `${s(total.median)} beside ${range(script.loaded, s)}`,
      ),
      `${runs.length} fresh installations.`,
      `Rows that the first version was validated on: ${
        models.map((m) => `${m} ${of(m)[0].rows}`).join(", ")
      }.`,
    ],
    figures: { runs, total, scripts },
  };
}
