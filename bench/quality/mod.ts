import { fileURLToPath } from "node:url";
import { DEMO_PROTOCOL, POLICIES } from "../../src/demo/protocol.ts";
import type { Bench } from "../shared/bench.ts";
import { figure } from "../shared/figures.ts";
import { pythonWithPeers } from "../shared/python.ts";
import type { Report, Table } from "../shared/report.ts";
import { BUNDLED } from "../shared/service.ts";
import { type QualityRun, runQuality } from "./run.ts";
import { METRIC_NAMES, type ModelName, MODELS, peerMeans, policyMeans, targetsOf } from "./targets.ts";

const WHOLE = fileURLToPath(new URL("../../data/online_retail.csv.gz", import.meta.url));

/** Metrics shown at every cut-off; the others are in the JSON. */
const SHOWN: Record<ModelName, readonly string[]> = {
  churn: ["accuracy", "logLoss"],
  spending: ["mse", "cappedMse"],
};

export const qualityBench: Bench = {
  name: "quality",
  about:
    "the replay's four policies beside logistic regression, ridge and LightGBM; --whole: on the whole data set too",
  minutes: 20,
  minutesWhole: 120,
  async run({ say, whole, quick }) {
    const python = await pythonWithPeers(say);
    const sets = [{ name: "the bundled 1,200 customers", path: BUNDLED }];
    if (whole) sets.push({ name: "the whole data set", path: WHOLE });
    const runs: { name: string; run: QualityRun }[] = [];
    const protocol = quick ? { ...DEMO_PROTOCOL, last: "2011-04-26" } : DEMO_PROTOCOL;
    for (const { name, path } of sets) {
      const minutes = path === WHOLE ? 100 : 15;
      runs.push({ name, run: await runQuality({ path, protocol, python, minutes, say }) });
    }
    return { report: reportOf(runs), versions: runs[0].run.peers.versions };
  },
};

function reportOf(runs: readonly { name: string; run: QualityRun }[]): Report {
  return {
    name: "quality",
    title: "Model quality: what was served, beside common tools",
    method:
      "Protocol: cut-offs every 14 days, from 2011-02-01; shoppers who bought in the last 90 days; outcomes of " +
      "the next 28; a model learns only from cut-offs whose outcomes were complete; the first test follows three of them. Perennial's scores come from a real demo run through the production workflows; bench/peers.py scores its " +
      "served predictions again from the raw file, and trains the peers on the same cut-offs and outcomes, with features of " +
      "their own and nothing tuned: logistic regression (C 0.1) and ridge (alpha 1000) on logs and raw features, LightGBM " +
      "(150 trees of 15 leaves), each retrained at every cut-off. Capped: outcome and prediction at the training 99th percentile.",
    tables: runs.flatMap(({ name, run }) => tablesOf(name, run)),
    notes: [
      "Means over cut-offs, each counting the same. Outcome windows overlap, so neighbouring cut-offs are not independent.",
      ...runs.map(({ name, run }) =>
        `Demo run on ${name}: ${run.demoSeconds.toFixed(0)} s with all four policies; the peers ${
          run.peers.seconds.toFixed(0)
        } s.`
      ),
    ],
    figures: runs.map(({ name, run }) => ({
      set: name,
      targets: targetsOf(run),
      demo: run.demo,
      peers: run.peers,
    })),
  };
}

function tablesOf(set: string, run: QualityRun): Table[] {
  const targets: Table = {
    title: `What was asked for, on ${set}`,
    head: ["", "found", "holds"],
    rows: targetsOf(run).map(({ what, found, holds }) => [what, found, holds ? "yes" : "NO"]),
  };
  const models = Object.keys(MODELS) as ModelName[];
  const means = models.map((model) => meansTable(set, model, run));
  return [
    targets,
    ...means,
    ...models.flatMap((model) => SHOWN[model].map((metric) => cutoffTable(set, model, metric, run))),
  ];
}

function meansTable(set: string, model: ModelName, { demo, peers }: QualityRun): Table {
  const { metrics, naive, rivals } = MODELS[model];
  const retrained = String(peers.results.filter((one) => one.model === model).length);
  const cells = (means: Record<string, number>) => metrics.map((metric) => figure(means[metric]));
  return {
    title: `Means for ${model} on ${set}`,
    head: ["", ...metrics.map((metric) => METRIC_NAMES[metric]), "deployments"],
    rows: [
      ...POLICIES.map((policy) => {
        const { means, deployments } = policyMeans(demo, model, policy);
        return [
          `Perennial's ${policy}`.replace("Perennial's perennial", "Perennial"),
          ...cells(means),
          String(deployments),
        ];
      }),
      ...[naive, ...rivals].map((peer) => [peer, ...cells(peerMeans(peers, model, peer)), retrained]),
    ],
  };
}

function cutoffTable(set: string, model: ModelName, metric: string, { demo, peers }: QualityRun): Table {
  const { rivals } = MODELS[model];
  const results = peers.results.filter((one) => one.model === model);
  const scoreOf = (policy: string, cutoff: string) =>
    demo.scores.find((one) => one.model === model && one.policy === policy && one.cutoff === cutoff)!
      .metrics[metric];
  return {
    title: `Every cut-off: ${METRIC_NAMES[metric]} of ${model} on ${set}`,
    head: ["cut-off", "shoppers", ...POLICIES, ...rivals],
    rows: results.map(({ cutoff, rows, scores }) => [
      cutoff,
      String(rows),
      ...POLICIES.map((policy) => figure(scoreOf(policy, cutoff))),
      ...rivals.map((rival) => figure(scores[rival][metric])),
    ]),
  };
}
