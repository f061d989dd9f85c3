import { figure } from "../shared/figures.ts";
import type { DemoScores, PeerScores, QualityRun } from "./run.ts";

/** One figure that was asked for, and whether it holds. */
export interface Target {
  readonly what: string;
  readonly found: string;
  readonly holds: boolean;
}

/** The metrics of a model that are compared, and the two trained peers that count as its rivals. */
export const MODELS = {
  churn: { metrics: ["accuracy", "auc", "logLoss"], rivals: ["logistic", "LightGBM"], naive: "majority" },
  spending: { metrics: ["mse", "cappedMse", "mae", "r2"], rivals: ["ridge", "LightGBM"], naive: "mean" },
} as const;
export type ModelName = keyof typeof MODELS;
export const METRIC_NAMES: Record<string, string> = {
  accuracy: "accuracy",
  auc: "AUC",
  logLoss: "log loss",
  mse: "MSE",
  cappedMse: "capped MSE",
  mae: "MAE",
  r2: "R2",
};
const HIGHER_IS_BETTER = new Set(["accuracy", "auc", "r2"]);

export type Means = Record<string, number>;

export const policyMeans = ({ summaries }: DemoScores, model: ModelName, policy: string) =>
  summaries.find((one) => one.model === model)!.policies.find((one) => one.policy === policy)!;

/** Means of a peer over the cut-offs, each counting the same. */
export function peerMeans({ results }: PeerScores, model: ModelName, peer: string): Means {
  const own = results.filter((one) => one.model === model).map((one) => one.scores[peer]);
  return Object.fromEntries(
    Object.keys(own[0]).map((key) => [key, own.reduce((sum, scores) => sum + scores[key], 0) / own.length]),
  );
}

/** Every figure the issue asks for on one data set. */
export function targetsOf(run: QualityRun): Target[] {
  const worst = largestDifference(run);
  return [
    {
      what: "population and outcomes as peers.py has them; same scores from --predictions and the raw file",
      found: run.peers.problems.length > 0
        ? run.peers.problems.join("; ")
        : `largest relative difference ${worst.toExponential(1)}`,
      holds: run.peers.problems.length === 0 && worst < 1e-6,
    },
    ...besidePeers(run),
    ...againstFrozen(run),
    ...againstAlways(run),
  ];
}

/** How far apart the demo's own scores and the independent ones lie, at worst; relative. */
export function largestDifference({ demo, peers }: QualityRun): number {
  const differences = peers.results.flatMap(({ cutoff, model, rows, scores }) => {
    const own = demo.scores.find((one) =>
      one.policy === "perennial" && one.model === model && one.cutoff === cutoff
    );
    if (!own || own.rows !== rows) return [Infinity];
    return Object.entries(scores.perennial).map(([key, value]) =>
      Math.abs(value - own.metrics[key]) / Math.max(1e-9, Math.abs(value))
    );
  });
  const scored = demo.scores.filter(({ policy }) => policy === "perennial").length;
  return scored === peers.results.length ? Math.max(...differences) : Infinity;
}

interface Margin {
  model: ModelName;
  metric: string;
  /** how much worse than the better rival is allowed; of `relative`, as a share */
  margin: number;
  relative?: boolean;
}

const MARGINS: readonly Margin[] = [
  { model: "churn", metric: "accuracy", margin: 0.005 },
  { model: "churn", metric: "logLoss", margin: 0.01 },
  { model: "spending", metric: "mse", margin: 0.03, relative: true },
  { model: "spending", metric: "cappedMse", margin: 0.03, relative: true },
];

function besidePeers(run: QualityRun): Target[] {
  return MARGINS.flatMap(({ model, metric, margin, relative }) => {
    const { rivals } = MODELS[model];
    const name = METRIC_NAMES[metric];
    const ours = policyMeans(run.demo, model, "perennial").means[metric];
    const theirs = rivals.map((rival) => peerMeans(run.peers, model, rival)[metric]);
    const best = HIGHER_IS_BETTER.has(metric) ? Math.max(...theirs) : Math.min(...theirs);
    const loss = HIGHER_IS_BETTER.has(metric) ? best - ours : ours - best; // how much worse than the better one
    const found = `${figure(ours)} against ${figure(best)} (${rivals[theirs.indexOf(best)]}); ${
      aheadAt(run, model, metric)
    }`;
    const allowed = relative ? margin * best : margin;
    const limit = relative ? `${margin * 100} %` : String(margin);
    return [
      {
        what: `${model}: ${name} within ${limit} of the better of ${rivals.join(" and ")}`,
        found,
        holds: loss <= allowed,
      },
      { what: `${model}: ${name} ahead of both (the aim)`, found: figure(ours - best), holds: loss < 0 },
    ];
  });
}

function aheadAt({ demo, peers }: QualityRun, model: ModelName, metric: string): string {
  const results = peers.results.filter((one) => one.model === model);
  const ahead = results.filter(({ cutoff, scores }) => {
    const own = demo.scores.find((s) =>
      s.policy === "perennial" && s.model === model && s.cutoff === cutoff
    )!.metrics[metric];
    const theirs = MODELS[model].rivals.map((rival) => scores[rival][metric]);
    return HIGHER_IS_BETTER.has(metric) ? own > Math.max(...theirs) : own < Math.min(...theirs);
  });
  return `ahead of both at ${ahead.length} of ${results.length} cut-offs`;
}

function againstFrozen({ demo }: QualityRun): Target[] {
  return (Object.keys(MODELS) as ModelName[]).flatMap((model) =>
    MODELS[model].metrics.map((metric) => {
      const ours = policyMeans(demo, model, "perennial").means[metric];
      const frozen = policyMeans(demo, model, "frozen").means[metric];
      const holds = HIGHER_IS_BETTER.has(metric) ? ours > frozen : ours < frozen;
      const found = `${figure(ours)} against ${figure(frozen)}`;
      return { what: `${model}: ${METRIC_NAMES[metric]} served beats the frozen first model`, found, holds };
    })
  );
}

function againstAlways({ demo }: QualityRun): Target[] {
  const [ours, always] = ["perennial", "always"].map((policy) =>
    policyMeans(demo, "churn", policy).means.accuracy
  );
  const accuracy = {
    what: "churn: accuracy served within 0.003 of always retraining",
    found: `${figure(ours)} against ${figure(always)}`,
    holds: always - ours <= 0.003,
  };
  const deployments = (Object.keys(MODELS) as ModelName[]).map((model) => {
    const [own, all] = ["perennial", "always"].map((policy) => policyMeans(demo, model, policy).deployments);
    return {
      what: `${model}: at most half the deployments of always retraining`,
      found: `${own} of ${all}`,
      holds: own <= all / 2,
    };
  });
  return [accuracy, ...deployments];
}
