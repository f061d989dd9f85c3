import type { Backtest, BacktestStep } from "../backtest/backtest.ts";
import { LABELS, REPLAY_POLICIES, type ReplayPolicy, replayScores } from "../backtest/replay.ts";
import { type ModelResult, type PolicyResult, resultOf } from "../backtest/report.ts";
import type { ModelDefinition } from "../models/model.ts";

/** The results of one policy over all cut-offs of a replay. */
export interface PolicySummary {
  policy: ReplayPolicy;
  /** cut-offs scored */
  cutoffs: number;
  /** versions that came to serve, the first included; a return to an earlier one is none */
  deployments: number;
  /** means over the cut-offs, each cut-off counting the same */
  means: PolicyResult["means"];
  /** standard error over the cut-offs of the difference to `frozen`; outcome windows overlap, so it is optimistic */
  differences: Record<string, { mean: number; error: number; betterAt: number }>;
}

/** One model's part of a replay's result. */
export interface ReplaySummary {
  model: string;
  kind: ModelDefinition["kind"];
  /** the metric that people quote */
  metric: string;
  first: string;
  last: string;
  /** rows scored over all cut-offs */
  rows: number;
  policies: PolicySummary[];
}

/** Sums up one model's steps. @returns null where none was scored */
export function summariseReplay(
  backtest: Backtest,
  model: ModelDefinition,
  steps: readonly BacktestStep[],
): ReplaySummary | null {
  const result = resultOf({ backtest, model, steps, seconds: new Map(), worth: new Map() });
  const { first, last, kind, metric } = result;
  if (first === null || last === null) return null;
  const rows = resultNamed(result, "perennial").predictions;
  const policies = REPLAY_POLICIES.map((policy) => summarisePolicy(policy, resultNamed(result, policy)));
  return { model: model.name, kind, metric, first, last, rows, policies };
}

const resultNamed = ({ policies }: ModelResult, name: ReplayPolicy): PolicyResult =>
  policies.find(({ policy }) => policy === LABELS[name])!;

function summarisePolicy(
  policy: ReplayPolicy,
  { moments, means, toNever, series }: PolicyResult,
): PolicySummary {
  const served = series.filter(({ rows, version }) => rows > 0 && version !== null);
  const deployments = new Set(served.map(({ version }) => version)).size;
  const differences = Object.entries(toNever ?? {})
    .map(([metric, { mean, error, betterAt }]) => [metric, { mean, error, betterAt }] as const);
  return { policy, cutoffs: moments, deployments, means, differences: Object.fromEntries(differences) };
}

/** Every cut-off's scores per model and policy, for those who score it themselves. */
export const scoresAsJson = (
  replay: string,
  steps: readonly BacktestStep[],
  summaries: readonly ReplaySummary[],
) => ({
  replay,
  summaries,
  scores: replayScores(steps).map(({ cutoff, rows, metrics, ...score }) => ({
    cutoff: cutoff.slice(0, 10),
    ...score,
    rows,
    metrics: { n: rows, ...metrics },
  })),
});
