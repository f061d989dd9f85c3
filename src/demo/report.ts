import type { ReplayScore } from "../db/cycles/replays.ts";
import { mean } from "../stats/mean.ts";
import { momentsOf } from "../stats/moments.ts";
import { HIGHER_IS_BETTER, type MetricName } from "../stats/metrics.ts";
import type { ModelDefinition } from "../models/model.ts";
import { POLICIES, type Policy } from "./protocol.ts";

/** The results of one policy over all cut-offs of a replay. */
export interface PolicySummary {
  policy: Policy;
  /** cut-offs scored */
  cutoffs: number;
  /** how often what it served changed, the first included */
  deployments: number;
  /** means over the cut-offs, each cut-off counting the same */
  means: Record<string, number>;
  /** standard error over the cut-offs of the difference to `frozen`; outcome windows overlap, so it is optimistic */
  differences: Record<string, { mean: number; error: number; betterAt: number }>;
}

/** One model's part of a replay's result. */
export interface ReplaySummary {
  model: string;
  kind: ModelDefinition["kind"];
  first: string;
  last: string;
  /** rows scored over all cut-offs */
  rows: number;
  policies: PolicySummary[];
}

/** Sums up one model's scores. @returns null where none was scored */
export function summariseReplay(
  model: ModelDefinition,
  scores: readonly ReplayScore[],
): ReplaySummary | null {
  const own = scores.filter((score) => score.model === model.name);
  if (own.length === 0) return null;
  const of = (policy: Policy) => own.filter((score) => score.policy === policy);
  const frozen = of("frozen");
  return {
    model: model.name,
    kind: model.kind,
    first: own[0].cutoff,
    last: own[own.length - 1].cutoff,
    rows: of("perennial").reduce((sum, { rows }) => sum + rows, 0),
    policies: POLICIES.map((policy) => summarisePolicy(policy, of(policy), frozen)),
  };
}

function summarisePolicy(
  policy: Policy,
  scores: readonly ReplayScore[],
  frozen: readonly ReplayScore[],
): PolicySummary {
  const names = Object.keys(scores[0]?.metrics ?? {}).filter((name) => name !== "n");
  const means = Object.fromEntries(
    names.map((name) => [name, mean(scores.map(({ metrics }) => metrics[name]))]),
  );
  const differences = Object.fromEntries(names.map((name) => {
    const d = scores.map(({ metrics }, i) => metrics[name] - (frozen[i]?.metrics[name] ?? NaN));
    const better = d.filter((x) => HIGHER_IS_BETTER[name as MetricName] ? x > 0 : x < 0).length;
    return [name, { mean: mean(d), error: standardError(d), betterAt: better }];
  }));
  const served = scores.map(({ version }) => version);
  const deployments = served.filter((version, i) => version !== null && version !== served[i - 1]).length;
  return { policy, cutoffs: scores.length, deployments, means, differences };
}

function standardError(values: readonly number[]): number {
  const { n, variance } = momentsOf(values);
  return Math.sqrt(variance / n);
}

/** Columns of the table that people read, per kind of model. */
export const COLUMNS = {
  classification: [["accuracy", "accuracy"], ["auc", "AUC"], ["logLoss", "log loss"]],
  regression: [["mse", "MSE"], ["cappedMse", "capped MSE"], ["mae", "MAE"], ["r2", "R2"]],
} as const satisfies Record<ModelDefinition["kind"], readonly (readonly [string, string])[]>;

/** Every cut-off's scores per model and policy, for those who score it themselves. */
export const scoresAsJson = (
  replay: string,
  scores: readonly ReplayScore[],
  summaries: readonly ReplaySummary[],
) => ({
  replay,
  summaries,
  scores: scores.map(({ replay: _replay, cutoff, ...score }) => ({ cutoff: cutoff.slice(0, 10), ...score })),
});
