/** Sums up a backtest: each policy beside "never" and beside Perennial's own. */
import { z } from "zod";
import { DAY_MS } from "../core/time.ts";
import { cycleCost } from "../impact/economics.ts";
import { Money } from "../impact/money.ts";
import { isHigherBetter, type MetricValues } from "../stats/metrics.ts";
import type { ModelDefinition } from "../models/model.ts";
import { configOf } from "../config/retraining.ts";
import { type Backtest, BacktestStep } from "./backtest.ts";
import { CalendarAdvice, calendarAdvice } from "./calendar_advice.ts";
import { Difference, differenceOf } from "./difference.ts";
import { mean } from "../stats/mean.ts";
import type { Worth } from "./money.ts";
import type { PolicyName } from "./policy_spec.ts";

export const PolicyResult = z.object({
  policy: z.string(),
  moments: z.int().describe("scored so far"),
  predictions: z.int(),
  means: z.record(z.string(), z.number().nullable()).describe(
    "each moment that defines it counts the same; null: none does",
  ),
  toNever: z.record(z.string(), Difference).nullable().describe(
    "over the moments that both have; null: none",
  ),
  toPerennial: z.record(z.string(), Difference).nullable(),
  trainings: z.int(),
  recalibrations: z.int().default(0).describe(
    "how often a recalibrated version came to serve: it is no training",
  ),
  deployments: z.int().describe("how often a version came to serve everyone"),
  rolledBack: z.int().describe("how often it went back to an earlier version once outcomes were there"),
  rejected: z.int(),
  inconclusive: z.int(),
  failed: z.int(),
  trainingSeconds: z.number().describe("as if it had trained all of it by itself"),
  cost: z.number().nullable().describe("of its trainings; null: machine_hour_cost is not stated"),
  gain: Money.nullable().describe("in money, over never; null: not stated, or nothing to compare yet"),
  series: z.array(BacktestStep).describe("each moment, oldest first"),
});
export type PolicyResult = z.infer<typeof PolicyResult>;

export const ModelResult = z.object({
  model: z.string(),
  kind: z.enum(["classification", "classes", "regression"]),
  metric: z.string().describe("the metric that people quote"),
  loss: z.string().describe("the loss that models are compared by"),
  first: z.iso.datetime().nullable().describe("first and last moment scored; null: none yet"),
  last: z.iso.datetime().nullable(),
  currency: z.string(),
  missing: z.array(z.string()).describe("settings without which no sum of money can be told"),
  policies: z.array(PolicyResult),
  calendar: z.array(CalendarAdvice).default([]).describe(
    "Perennial's own policies beside calendars, trainings paid for: a cron job may do as well",
  ),
});
export type ModelResult = z.infer<typeof ModelResult>;

interface ReportInput {
  backtest: Backtest;
  model: Pick<ModelDefinition, "name" | "kind" | "primaryMetric" | "loss">;
  steps: readonly BacktestStep[];
  /** by policy */
  seconds: ReadonlyMap<string, number>;
  /** by policy: what it would have earned over never */
  worth: ReadonlyMap<string, Worth>;
}

/** One model's part. */
export function resultOf(input: ReportInput): ModelResult {
  const { backtest, model, worth } = input;
  const steps = input.steps.filter((step) => step.model === model.name);
  const scored = steps.filter(({ rows }) => rows > 0).map(({ asOf }) => asOf).sort();
  const config = configOf(backtest.config, model.name);
  return {
    model: model.name,
    kind: model.kind,
    metric: model.primaryMetric,
    loss: model.loss,
    first: scored[0] ?? null,
    last: scored[scored.length - 1] ?? null,
    currency: backtest.config.currency,
    missing: [...new Set([...worth.values()].flatMap(({ missing }) => missing))],
    policies: backtest.policies.map(({ label }) => policyResult(label, { ...input, steps })),
    calendar: calendarAdvice({
      policies: backtest.policies,
      steps,
      loss: model.loss === "accuracy" ? "logLoss" : model.loss,
      price: config.training_price,
      lag: overlapOf(backtest, config.horizon_days),
    }),
  };
}

function policyResult(policy: string, { backtest, model, steps, seconds, worth }: ReportInput): PolicyResult {
  const stepsOf = (label: string | null) =>
    label === null ? [] : steps.filter((step) => step.policy === label);
  const series = stepsOf(policy);
  const scored = series.filter(isScored);
  const trained = series.filter((step) => step.trained);
  const config = configOf(backtest.config, model.name);
  const ended = (outcome: string) => series.filter((step) => step.outcome === outcome).length;
  const trainingSeconds = seconds.get(policy) ?? 0;
  const lag = overlapOf(backtest, config.horizon_days);
  const against = (kind: PolicyName) => stepsOf(labelOfKind(backtest, kind)).filter(isScored);
  return {
    policy,
    series,
    trainingSeconds,
    moments: scored.length,
    predictions: scored.reduce((sum, { rows }) => sum + rows, 0),
    means: meansOf(scored),
    toNever: differences(scored, against("never"), lag),
    toPerennial: differences(scored, against("perennial"), lag),
    trainings: trained.length,
    recalibrations: series.filter(isRecalibration).length,
    deployments: ended("deployed"),
    rolledBack:
      scored.filter(({ version }, i) => version !== null && version < (scored[i - 1]?.version ?? 0)).length,
    rejected: ended("rejected"),
    inconclusive: ended("inconclusive"),
    failed: ended("failed"),
    cost: cycleCost(trainingSeconds, config, trained.length),
    gain: scored.length > 0 ? worth.get(policy)?.gain ?? null : null,
  };
}

/** A version came to serve, and none was trained. */
const isRecalibration = ({ outcome, trained }: BacktestStep) => outcome === "deployed" && !trained;

type Scored = BacktestStep & { metrics: MetricValues };
const isScored = (step: BacktestStep): step is Scored => step.rows > 0 && step.metrics !== null;

/** The first policy of a kind; of Perennial's own, the one with the configuration in force if there is one. */
export function labelOfKind({ policies }: Pick<Backtest, "policies">, kind: PolicyName): string | null {
  const matching = policies.filter(({ policy }) => policy === kind);
  return (matching.find(({ config }) => Object.keys(config).length === 0) ?? matching[0])?.label ?? null;
}

function meansOf(scored: readonly Scored[]): MetricValues {
  const names = Object.keys(scored[0]?.metrics ?? {});
  return Object.fromEntries(names.map((name) => {
    const values = scored.flatMap(({ metrics }) => metrics[name] ?? []);
    return [name, values.length > 0 ? mean(values) : null];
  }));
}

function differences(
  ours: readonly Scored[],
  theirs: readonly Scored[],
  lag: number,
): Record<string, Difference> | null {
  const other = new Map(theirs.map(({ asOf, metrics }) => [asOf, metrics]));
  const both = ours.filter(({ asOf }) => other.has(asOf));
  if (both.length === 0) return null;
  return Object.fromEntries(
    Object.keys(both[0].metrics).flatMap((name) => {
      const d = both.flatMap(({ asOf, metrics }) => differenceIn(name, metrics, other.get(asOf)!));
      if (d.length === 0) return [];
      return [[name, differenceOf(d, { lag, higherIsBetter: isHigherBetter(name) })]];
    }),
  );
}

/** One difference, or none where the outcomes of a moment do not define the metric. */
function differenceIn(name: string, ours: MetricValues, theirs: MetricValues): number[] {
  const a = ours[name] ?? null;
  const b = theirs[name] ?? null;
  return a === null || b === null ? [] : [a - b];
}

/** Counts the earlier moments whose outcomes reach into a moment's own. */
function overlapOf({ moments: [first, second] }: Backtest, horizonDays: number): number {
  const stepMs = Date.parse(second) - Date.parse(first);
  return Math.max(0, Math.ceil(horizonDays * DAY_MS / stepMs) - 1);
}
