import { DEMO_PROTOCOL, replayCutoffs, testCutoffs } from "../../src/demo/protocol.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { checkAsOf } from "../../src/temporal/control_client.ts";
import type { Bench } from "../shared/bench.ts";
import { range, spread } from "../shared/figures.ts";
import type { Report } from "../shared/report.ts";
import { type BenchService, loadShop, startBenchService } from "../shared/service.ts";
import { startBareWorker } from "./bare.ts";
import { overheadMs, type Timeline, timelineOf } from "./history.ts";

/** One cycle, and what asking for it took around it. */
interface CycleRun extends Timeline {
  model: string;
  cutoff: string;
  outcome: string;
  /** ms from asking the retrainer to its answer, without the cycle itself */
  aroundMs: number;
}

interface Bare {
  alone: number[];
  inPairs: number[];
}

export const overheadBench: Bench = {
  name: "overhead",
  about: "what a cycle takes beyond its activities, both models at once, beside bare activity round trips",
  minutes: 12,
  async run({ say, quick }) {
    await using bench = await startBenchService();
    await loadShop(bench);
    await using bare = await startBareWorker(bench);
    const trips: Bare = { alone: [], inPairs: [] };
    const measureBare = async () => {
      trips.alone.push(...await bare.measure(10, 1));
      trips.inPairs.push(...await bare.measure(10, 2));
    };
    await bare.measure(3, 1); // warms up: not counted
    const cycles: CycleRun[] = [];
    for (const cutoffMs of await someCutoffs(bench, quick ? 1 : 6)) {
      const cutoff = new Date(cutoffMs).toISOString();
      say(`overhead: both models' cycles as of ${cutoff.slice(0, 10)}`);
      await measureBare();
      cycles.push(
        ...await Promise.all([...bench.service.models.keys()].map((model) => runCycle(bench, model, cutoff))),
      );
    }
    return { report: reportOf(cycles, trips), versions: bench.versions };
  },
};

/** Test cut-offs, spread over the replay: later ones bring longer activities, which must not matter. */
async function someCutoffs({ service: { sql } }: BenchService, count: number): Promise<number[]> {
  const { lastMs } = (await eventSpan(sql))!;
  const cutoffs = testCutoffs(DEMO_PROTOCOL, replayCutoffs(DEMO_PROTOCOL, lastMs));
  return cutoffs.filter((_, i) => i % 3 === 0).slice(0, count);
}

async function runCycle(
  { service: { client } }: BenchService,
  model: string,
  cutoff: string,
): Promise<CycleRun> {
  const started = performance.now();
  const { cycleId, outcome } = await checkAsOf(client, model, cutoff);
  const waitedMs = performance.now() - started;
  const timeline = await timelineOf(client, cycleId);
  return { ...timeline, model, cutoff: cutoff.slice(0, 10), outcome, aroundMs: waitedMs - timeline.totalMs };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const ms = (value: number) => `${value.toFixed(0)} ms`;

function reportOf(cycles: readonly CycleRun[], { alone, inPairs }: Bare): Report {
  const counted = cycles.filter(({ retried }) => retried === 0);
  const overhead = spread(counted.map(overheadMs));
  const perActivity = spread(counted.map((cycle) => overheadMs(cycle) / cycle.activities));
  const queued = spread(counted.map(({ queuedMs, activities }) => queuedMs / activities));
  const around = spread(counted.map(({ aroundMs }) => aroundMs));
  const [one, pair] = [spread(alone), spread(inPairs)];
  return {
    name: "overhead",
    title: "Orchestration: what a cycle takes beyond its activities",
    method:
      "Read from Temporal's histories: from a cycle's start to its close, less the time between each activity's start " +
      "and end. Both models' retrainers run a cycle at once, as of the same cut-off of the bundled shop. Beside it, in the " +
      "same installation and run, workflows of ten activities that do nothing, one after another: alone, and two at once.",
    tables: [
      {
        title: "Beyond the activities",
        head: ["", "median", "lowest", "highest"],
        rows: [
          row("a whole cycle (aim: under 1 s)", overhead),
          row("of a cycle, per activity", perActivity),
          row("of that, waiting for the worker to take it", queued),
          row("a bare round trip, alone", one),
          row("a bare round trip, two workflows at once", pair),
          row("around a cycle: from asking the retrainer to its answer, less the cycle", around),
        ],
      },
      {
        title: "Each cycle",
        head: ["cycle", "as of", "outcome", "activities", "took", "in activities", "beyond", "per activity"],
        rows: cycles.map((cycle) => [
          cycle.workflowId,
          cycle.cutoff,
          cycle.outcome,
          String(cycle.activities),
          seconds(cycle.totalMs),
          seconds(cycle.activitiesMs),
          cycle.retried > 0 ? `${ms(overheadMs(cycle))} (${cycle.retried} retried)` : ms(overheadMs(cycle)),
          ms(overheadMs(cycle) / cycle.activities),
        ]),
      },
    ],
    notes: [
      `A cycle spends ${(perActivity.median / one.median).toFixed(2)} bare round trips per activity ` +
      `(${(perActivity.median / pair.median).toFixed(2)} of those measured two at once): ` +
      `${range(overhead, ms)} in ${counted.length} cycles; the aim, under 1 s, ${
        overhead.max < 1000
          ? "holds for each"
          : overhead.median < 1000
          ? "holds for the median, not for each"
          : "does NOT hold"
      }.`,
      "While one model trains, its two worker threads compete with the orchestration of the other for the cores.",
    ],
    figures: { cycles, bareAloneMs: alone, barePairsMs: inPairs, overhead, perActivity, queued, around },
  };
}

const row = (
  name: string,
  { median, min, max }: ReturnType<typeof spread>,
) => [name, ms(median), ms(min), ms(max)];
