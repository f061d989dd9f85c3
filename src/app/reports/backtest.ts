import { z } from "zod";
import { DAY_MS } from "../../core/time.ts";
import { BacktestState } from "../../backtest/backtest.ts";
import { BacktestEnd, LabelledPolicy } from "../../backtest/backtest.ts";
import { type Predicted, type Worth, worthOf } from "../../backtest/money.ts";
import { labelOfKind, ModelResult, resultOf } from "../../backtest/report.ts";
import { ArtefactError, NotFoundError } from "../../core/errors.ts";
import {
  type BacktestRow,
  listBacktests,
  listEnds,
  listSteps,
  type SavedStep,
  trainingSeconds,
} from "../../db/backtests/backtests.ts";
import type { Sql } from "../../db/connect.ts";
import { replayTrainingSeconds } from "../../db/cycles/cycles.ts";
import { scopeOf } from "../../db/backtests/scopes.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { configOf } from "../../config/retraining.ts";

/** Returns a backtest as lists show it. */
export const BacktestSummary = z.object({
  id: z.string(),
  models: z.array(z.string()),
  policies: z.array(LabelledPolicy),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  stepDays: z.number(),
  moments: z.int(),
  state: BacktestState,
  text: z.string().nullable().describe("how it ended"),
  done: z.int().describe("steps: a policy, a model, a moment"),
  steps: z.int().describe("all of them"),
  by: z.string(),
  why: z.string(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
export type BacktestSummary = z.infer<typeof BacktestSummary>;

/** One backtest with what it found so far. */
export const BacktestDetail = BacktestSummary.extend({
  ends: z.array(BacktestEnd).describe("how policies ended so far"),
  results: z.array(ModelResult),
  notes: z.array(z.string()).describe("what this cannot say"),
});
export type BacktestDetail = z.infer<typeof BacktestDetail>;

const NOTES = [
  "Intervals are 95 % over moments, and allow for outcome windows that overlap; over few moments they can still be too narrow.",
  "In a backtest a version that passes serves everyone at once: approvals and rollouts take time that is not replayed.",
  "The events are those known today; some may have arrived after the moment that they are replayed for.",
];

export function summaryOf(row: BacktestRow): BacktestSummary {
  const { id, models, policies, moments, state, text, done, by, why, createdAt, endedAt } = row;
  return {
    id,
    models,
    policies,
    text,
    done,
    by,
    why,
    createdAt,
    endedAt,
    state: state satisfies BacktestState,
    from: moments[0],
    to: moments[moments.length - 1],
    stepDays: stepDaysOf(moments),
    moments: moments.length,
    steps: policies.length * models.length * moments.length,
  };
}

const stepDaysOf = ([first, second]: readonly string[]) => (Date.parse(second) - Date.parse(first)) / DAY_MS;

/**
 * Reads the results of a backtest so far. @param open opens sealed predictions @throws {NotFoundError} there is none of
 * this id
 */
export async function readBacktest(
  { sql, models, open }: {
    sql: Sql;
    models: ReadonlyMap<string, ModelDefinition>;
    open: (sha256: string) => Promise<unknown>;
  },
  id: string,
): Promise<BacktestDetail> {
  const [row] = await listBacktests(sql, { id });
  if (!row) throw new NotFoundError("backtest", id);
  const [steps, ends] = await Promise.all([listSteps(sql, { backtest: id }), listEnds(sql, id)]);
  const spent = await secondsSpent(sql, row);
  const results: ModelResult[] = [];
  for (const name of row.models) {
    const model = models.get(name);
    if (!model) continue; // its file is gone since
    const seconds = spent.filter((use) => use.model === name).map((use) =>
      [use.policy, use.seconds] as const
    );
    const worth = await worthByPolicy(row, model, { steps, open });
    const publicSteps = steps.map(({ predictionsSha256: _, ...step }) => step);
    results.push(resultOf({ backtest: row, model, steps: publicSteps, seconds: new Map(seconds), worth }));
  }
  const live = row.policies.filter((policy) => policy.live).map(liveNote);
  const notes = [...live, ...NOTES];
  return { ...summaryOf(row), ends: ends.filter(({ policy }) => policy !== ""), results, notes };
}

const liveNote = ({ label }: LabelledPolicy) =>
  `"${label}" is what served: its cycles, versions and predictions are the installation's own.`;

/** Seconds of training by policy and model. */
async function secondsSpent(
  sql: Sql,
  { id, policies, moments }: BacktestRow,
): Promise<{ policy: string; model: string; seconds: number }[]> {
  const scopes = policies.map((_, index) => scopeOf(id, index));
  const [uses, live] = await Promise.all([trainingSeconds(sql, scopes), replayTrainingSeconds(sql, moments)]);
  const inScopes = uses.map((use) => ({ ...use, policy: policies[scopes.indexOf(use.scope)].label }));
  const onLive = policies.filter((policy) => policy.live).flatMap(({ label: policy }) =>
    [...live].map(([model, seconds]) => ({ policy, model, seconds }))
  );
  return [...inScopes, ...onLive];
}

/** Computes the earnings of each policy over never; opens nothing where no economics are stated. */
async function worthByPolicy(
  row: BacktestRow,
  model: ModelDefinition,
  { steps, open }: { steps: readonly SavedStep[]; open: (sha256: string) => Promise<unknown> },
): Promise<Map<string, Worth>> {
  const config = configOf(row.config, model.name);
  const stepDays = stepDaysOf(row.moments);
  const none = worthOf(model, config, { before: [], after: [], stepDays });
  if (none.gain === null) return new Map(row.policies.map(({ label }) => [label, none]));
  const never = labelOfKind(row, "never");
  const predictionsOf = async (label: string) => {
    const ownSteps = steps.filter((s) => s.policy === label && s.model === model.name);
    return (await Promise.all(ownSteps.map((step) => predictedAt(step, open)))).flatMap((p) => p ?? []);
  };
  const before = never === null ? [] : await predictionsOf(never);
  const worth = new Map<string, Worth>();
  for (const { label } of row.policies) {
    if (label === never || before.length === 0) continue;
    worth.set(label, worthOf(model, config, { before, after: await predictionsOf(label), stepDays }));
  }
  return worth;
}

const Sealed = z.object({
  shopper: z.array(z.number()),
  outcome: z.array(z.number()),
  prediction: z.array(z.number()),
});

async function predictedAt(
  { asOf, predictionsSha256 }: SavedStep,
  open: (sha256: string) => Promise<unknown>,
): Promise<Predicted | null> {
  if (predictionsSha256 === null) return null;
  try {
    return { asOf, ...Sealed.parse(await open(predictionsSha256)) };
  } catch (error) {
    if (error instanceof ArtefactError) return null; // a moment less
    throw error;
  }
}
