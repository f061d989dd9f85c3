import type { Sql } from "../../db/connect.ts";
import { metPredictions } from "../../db/monitoring/outcomes.ts";
import { servingChanges } from "../../db/models/serving.ts";
import { getVersion } from "../../db/models/versions.ts";
import { rowLosses } from "../../stats/metrics.ts";
import type { ModelDefinition } from "../../models/model.ts";
import type { ModelConfig } from "../../config/retraining.ts";
import { makePlan } from "../../rollout/make_plan.ts";
import { momentsOf } from "../../stats/moments.ts";
import { isStandard, type RolloutPlan, type Strategy } from "../../rollout/plan.ts";
import { ownStrategyNamed } from "../../rollout/strategies/mod.ts";
import { lastKnownGood } from "./moves.ts";
import type { ModelVersion } from "../../registry/version.ts";

/** The versions to roll out beside each other. */
export interface RolloutPlanRequest {
  model: ModelDefinition;
  config: ModelConfig;
  strategy: Strategy;
  champion: ModelVersion;
  challenger: ModelVersion;
  asOf: string;
  /** a drill: its version is never promoted */
  drill?: boolean;
}

/**
 * Returns the strategy of a rollout that a person asks for: as they say, else as configured, but never at once.
 * @throws {InvalidInputError} no file of the operator's defines it
 */
export function strategyFor({ rollout }: ModelConfig, requested?: Strategy): Strategy {
  const strategy = requested ?? (rollout === "immediate" ? "canary" : rollout);
  if (!isStandard(strategy)) ownStrategyNamed(strategy);
  return strategy;
}

/** The plan that a rollout would go by if it began now: what it needs can be told beforehand. */
export async function planRollout(sql: Sql, planRequest: RolloutPlanRequest): Promise<RolloutPlan> {
  const { model, config, strategy, champion, challenger } = planRequest;
  const others = strategy === "bandit" ? await earlierGood(sql, planRequest) : [];
  return makePlan(config, strategy, {
    champion: champion.version,
    challengers: [challenger.version, ...others],
    championLoss: champion.manifest.metrics[model.loss] ?? 0,
    lossDeviation: await lossDeviation(sql, planRequest),
    margin: config.margin ?? model.margin,
    mayPromote: !planRequest.drill,
  });
}

/** Outcomes of the champion that are read to see how much its loss differs between shoppers. */
const OUTCOMES_MAX = 5000;
const OUTCOMES_MIN = 100;

async function lossDeviation(
  sql: Sql,
  { model, champion, asOf }: RolloutPlanRequest,
): Promise<number | null> {
  const ofVersion = { model: model.name, version: champion.version, asOfMs: Date.parse(asOf) };
  const { rows } = await metPredictions(sql, { ...ofVersion, limit: OUTCOMES_MAX });
  if (rows.length < OUTCOMES_MIN) return null;
  const cap = champion.manifest.targetCap ?? Infinity;
  const [outcome, prediction] = [
    rows.map((r) => r.outcome),
    rows.flatMap((r) => r.probabilities ?? r.prediction),
  ];
  const losses = rowLosses(model.loss, outcome, prediction, { cap });
  return Math.sqrt(momentsOf(losses).variance);
}

/** Earlier versions that a bandit may choose from, the newest known good one first. */
async function earlierGood(
  sql: Sql,
  { model, config, champion, challenger }: RolloutPlanRequest,
): Promise<number[]> {
  const history = await servingChanges(sql, model.name);
  const served = [...new Set(history.flatMap(({ version, previous }) => [version, previous ?? version]))];
  const versions = await Promise.all(served.map((version) => getVersion(sql, model.name, version)));
  const intact = versions.filter((v) => v.damagedAt === null && v.artefactRemovedAt === null);
  const taken = new Set([champion.version, challenger.version]);
  const earlier: number[] = [];
  while (earlier.length < config.bandit_versions) {
    const usable = (version: number) => !taken.has(version) && intact.some((v) => v.version === version);
    const next = lastKnownGood(history, usable);
    if (next === null) break;
    taken.add(next);
    earlier.push(next);
  }
  return earlier;
}
