import { DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { loadModels } from "../../src/models/mod.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { buildCutoffs, type Protocol } from "../lab/cutoffs.ts";
import { readShoppers } from "../lab/events.ts";
import type { Bench } from "../shared/bench.ts";
import { onEnd } from "../shared/cleanup.ts";
import { figure } from "../shared/figures.ts";
import type { Report, Table } from "../shared/report.ts";
import { BUNDLED } from "../shared/service.ts";
import { dealt, type Means, type Order, replay, type Shop, Trainings } from "./replay.ts";

const RUNS = 10;
const METRICS = ["accuracy", "logLoss", "mse", "cappedMse"];
const POLICIES = ["never", "calendar"] as const;

/** Replays of the demo that differ in nothing but the secret, or in nothing but the seed of training. */
interface Series {
  readonly name: string;
  readonly order: Order;
  readonly runs: readonly { readonly secret: string; readonly seed: number }[];
}

/** A series with what its replays came to, by policy and metric. */
interface Outcome {
  readonly name: string;
  readonly runs: readonly Readonly<Record<typeof POLICIES[number], Means>>[];
  /** trainings that no replay before had made */
  readonly trainings: number;
}

export const secretsBench: Bench = {
  name: "secrets",
  about: "what the secret of pseudonyms, and the seed of training, do to the results of the demo's backtest",
  minutes: 120,
  async run({ quick, say }) {
    const count = quick ? 2 : RUNS;
    const shop = await readShop(quick);
    const models = ["churn", "spending"].map((name) => shop.models.get(name)!);
    const trainer = createTrainer({ workers: 2 });
    const close = onEnd(() => trainer.close());
    const trainings = new Trainings(trainer);
    const outcomes: Outcome[] = [];
    for (const series of seriesOf(count)) {
      outcomes.push(await runSeries(trainings, { series, shop, models, say }));
    }
    await close();
    return { report: reportOf(outcomes, count), versions: {} };
  },
};

function seriesOf(count: number): Series[] {
  const secrets = Array.from(
    { length: count },
    (_, i) => ({ secret: `secret of the bench ${i + 1}`, seed: 1 }),
  );
  const seeds = secrets.map((_, i) => ({ secret: secrets[0].secret, seed: i + 1 }));
  return [
    { name: `rows by pseudonym, ${count} secrets`, order: "pseudonym", runs: secrets },
    { name: `rows by activity, ${count} secrets`, order: "activity", runs: secrets },
    { name: `rows by activity, ${count} seeds of training`, order: "activity", runs: seeds },
  ];
}

async function readShop(quick: boolean): Promise<Shop & { models: ReadonlyMap<string, ModelDefinition> }> {
  const { first, last, stepDays, activeDays, horizonDays, minTrain, activity } = DEMO_PROTOCOL;
  const protocol: Protocol = {
    firstMs: Date.parse(first),
    lastMs: Date.parse(quick ? "2011-05-10" : last),
    stepDays,
    activeDays,
    horizonDays,
    minTrain,
    activity,
  };
  const { shoppers, lastMs } = await readShoppers(BUNDLED);
  const models = await loadModels();
  return {
    shoppers,
    cutoffs: buildCutoffs(shoppers, [...models.values()], protocol, lastMs),
    protocol,
    models,
  };
}

async function runSeries(
  trainings: Trainings,
  { series: { name, order, runs }, shop, models, say }: {
    series: Series;
    shop: Shop;
    models: readonly ModelDefinition[];
    say: (line: string) => void;
  },
): Promise<Outcome> {
  const before = trainings.count;
  const found: Outcome["runs"][number][] = [];
  for (const { secret, seed } of runs) {
    const cutoffs = dealt(shop, secret, order);
    const results = await Promise.all(
      models.map((model) => replay(trainings, model, cutoffs, { protocol: shop.protocol, seed })),
    );
    found.push({
      never: Object.assign({}, ...results.map(({ never }) => never)),
      calendar: Object.assign({}, ...results.map(({ calendar }) => calendar)),
    });
    say(`secrets: ${name}, ${found.length} of ${runs.length}: ${textOf(found[found.length - 1].calendar)}`);
  }
  return { name, runs: found, trainings: trainings.count - before };
}

const textOf = (means: Means) => METRICS.map((metric) => `${metric} ${figure(means[metric])}`).join(", ");

function reportOf(outcomes: readonly Outcome[], count: number): Report {
  return {
    name: "secrets",
    title: "What the secret decides",
    method:
      `The demo's year (1,200 shoppers, 17 scored cut-offs) under \`never\` and \`calendar=28d\`, without ` +
      `database and workflows: the same features, trainings and scores. Each series changes one thing alone: the ` +
      `secret that pseudonyms are made with, or the seed of training. Cells: mean (lowest to highest; standard ` +
      `deviation) over ${count} runs.`,
    tables: POLICIES.map((policy) => tableOf(outcomes, policy)),
    notes: [
      ...outcomes.map(({ name, runs, trainings }) =>
        `${name}: ${trainings} trainings that differ from those before, ${
          new Set(runs.map((r) => JSON.stringify(r))).size
        } different results.`
      ),
      "By pseudonym is the order until 0.4.0; which rows a training holds out, and its batches, follow from the order of rows.",
    ],
    figures: outcomes,
  };
}

const tableOf = (outcomes: readonly Outcome[], policy: typeof POLICIES[number]): Table => ({
  title: policy === "never" ? "never" : "calendar=28d",
  head: ["", ...METRICS],
  rows: outcomes.map(({ name, runs }) => [
    name,
    ...METRICS.map((metric) => cellOf(runs.map((run) => run[policy][metric]))),
  ]),
});

function cellOf(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${figure(mean)} (${figure(low)} to ${figure(high)}; ${figure(deviation)})`;
}
