import { sleep } from "../src/core/deadline.ts";
import type { Cycle } from "../src/retraining/cycle.ts";
import type { Bench } from "./shared/bench.ts";
import { range, spread } from "./shared/figures.ts";
import type { Report } from "./shared/report.ts";
import { loadShop, startBenchService } from "./shared/service.ts";

const DEADLINE_MS = 5 * 60_000;
const LOOK_EVERY_MS = 100;

/** One fresh installation, forced once: seconds from the request. */
interface Forced {
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
  minutes: 15,
  async run({ say, quick }) {
    const runs: Forced[] = [];
    let versions: Record<string, string> = {};
    for (let i = 1; i <= (quick ? 1 : 5); i++) {
      say(`force: fresh installation ${i}`);
      await using bench = await startBenchService();
      versions = bench.versions;
      await loadShop(bench);
      runs.push(await forceOnce(bench));
    }
    return { report: reportOf(runs), versions };
  },
};

/** Forces every model through the HTTP API, as `perennial force` does, and waits until their cycles have ended. */
async function forceOnce(
  { client, service: { sql } }: Awaited<ReturnType<typeof startBenchService>>,
): Promise<Forced> {
  const startedAt = Date.now(); // the database, which times the stages, reads the same machine's clock
  const { models } = await client.force({ why: "the bench" });
  const cycles = await endedCycles(client, models.length, startedAt + DEADLINE_MS);
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

function reportOf(runs: readonly Forced[]): Report {
  const s = (value: number) => `${value.toFixed(2)} s`;
  const total = spread(runs.map(({ deployedS }) => deployedS));
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
      "note them in the database; every one is an activity of the production workflow.",
    tables: [
      {
        title: "Seconds, median (lowest to highest)",
        head: ["", ...models, "both"],
        rows: [
          [
            "from force to deployed (aim: under 10 s on 2 cores)",
            ...models.map((m) => range(spread(of(m).map((r) => r.deployedS)), s)),
            range(total, s),
          ],
          [
            "until the cycle has ended",
            ...models.map(() => ""),
            range(spread(runs.map(({ endedS }) => endedS)), s),
          ],
          ...stages.map((stage) => [`- ${stage}`, ...models.map((model) => stageCell(model, stage)), ""]),
        ],
      },
    ],
    notes: [
      `${runs.length} fresh installations. The aim ${
        total.max < 10
          ? "holds in each"
          : total.median < 10
          ? "holds for the median, not in each"
          : "does NOT hold"
      }.`,
      `Rows that the first version was validated on: ${
        models.map((m) => `${m} ${of(m)[0].rows}`).join(", ")
      }.`,
    ],
    figures: { runs, total },
  };
}
