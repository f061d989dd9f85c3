/** The replay of history that `demo` shows: a backtest in which Perennial itself runs on what serves. */
import type { BacktestStep, LabelledPolicy } from "./backtest.ts";
import { labelOf, readPolicy } from "./policy_spec.ts";

/** The ways to keep a model that a replay compares. */
export const REPLAY_POLICIES = ["frozen", "always", "threshold", "perennial"] as const;
export type ReplayPolicy = typeof REPLAY_POLICIES[number];

/** The policy that each of them is in a backtest. */
export const LABELS: Readonly<Record<ReplayPolicy, string>> = {
  frozen: "never",
  always: "every",
  threshold: "perennial:gate=threshold",
  perennial: "perennial",
};

/** The policies of a replay. Perennial comes first: it is watched while it runs. */
export function replayPolicies(): LabelledPolicy[] {
  return REPLAY_POLICIES.toReversed().map((name) => {
    const policy = readPolicy(LABELS[name]);
    const label = labelOf(policy);
    return name === "perennial" ? { ...policy, label, live: true } : { ...policy, label };
  });
}

type BacktestMetrics = NonNullable<BacktestStep["metrics"]>;

/** How one policy did at one cut-off. `version` null: the naive baseline. */
export interface ReplayScore {
  model: string;
  policy: string;
  cutoff: string;
  version: number | null;
  rows: number;
  metrics: BacktestMetrics;
}

/** Returns the scores in the steps of a replay, in their order. */
export function replayScores(steps: readonly BacktestStep[]): ReplayScore[] {
  return steps.flatMap(({ model, policy: label, asOf: cutoff, version, rows, metrics }) => {
    const policy = REPLAY_POLICIES.find((name) => LABELS[name] === label);
    return policy === undefined || metrics === null
      ? []
      : [{ model, policy, cutoff, version, rows, metrics }];
  });
}
