import type { Clock } from "../../core/clock.ts";
import { ArtefactError } from "../../core/errors.ts";
import { weighedChecks } from "../../db/cycles/checks.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import { listImpacts, type StoredImpact } from "../../db/cycles/impacts.ts";
import { type Deployment, listDeployments } from "../../db/models/deployments.ts";
import { servingHistory } from "../../db/models/serving.ts";
import { type CycleRow, endedStages } from "../../db/monitoring/trends.ts";
import { profitCurve } from "../../impact/curve.ts";
import { type Economics, economicsOf } from "../../impact/economics.ts";
import { ImpactEvidence, type ImpactStage } from "../../impact/impact_evidence.ts";
import type { Impact } from "../../impact/impact.ts";
import { type Stored, type ValuedStage, valueStage } from "../../impact/stage.ts";
import { type DeployedCycle, summarise } from "../../impact/summary.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { configOf, type ModelConfig } from "../../config/retraining.ts";
import { WorthInput } from "../../retraining/worth/decide.ts";
import { cameTrue, forecastEnds, widening } from "../../retraining/worth/forecasts.ts";
import { currentAsOf } from "../as_of.ts";
import { secondsByStage } from "../../retraining/stage_seconds.ts";

export interface ImpactDeps {
  sql: Sql;
  clock: Clock;
  models: ReadonlyMap<string, ModelDefinition>;
  /** opens sealed evidence. @throws {ArtefactError} it is gone, or not what was sealed */
  open(sha256: string): Promise<unknown>;
}

const DEPLOYMENTS_MAX = 100;
const CYCLES_MAX = 10_000;

/**
 * Computes the worth of a model's retraining, by the economics in force now.
 * @param options.stating settings to put in place of those in force: what if the shop stated these?
 */
export async function readImpact(
  deps: ImpactDeps,
  { model, stating = {} }: { model: string; stating?: Partial<ModelConfig> },
): Promise<Impact> {
  const { sql, clock, models } = deps;
  const asOf = new Date(await currentAsOf(sql, clock)).toISOString();
  const [{ config }, deployments, impacts, ended, moves] = await Promise.all([
    currentConfig(sql),
    listDeployments(sql, { model, asOf, limit: DEPLOYMENTS_MAX }),
    listImpacts(sql, model),
    endedStages(sql, model, CYCLES_MAX),
    servingHistory(sql, model, CYCLES_MAX),
  ]);
  const { economics: use } = models.get(model)!;
  const ofModel = { ...configOf(config, model), ...stating };
  const economics = economicsOf(use, ofModel);
  const teller = tellerOf(deps, impacts, economics.kind === "stated" ? economics.economics : null);
  const secondsOf = new Map(ended.map((cycle) => [cycle.id, worked(cycle)]));
  const deployed: DeployedCycle[] = [];
  for (const deployment of deployments) {
    deployed.push(await valuedCycle(teller, deployment, secondsOf.get(deployment.cycleId) ?? 0));
  }
  const summary = summarise({
    model,
    asOf,
    deployed,
    found: economics,
    curve: teller.curve(),
    config: ofModel,
    currency: config.currency,
    moves: moves.reverse(),
    ended: { cycles: ended.length, seconds: [...secondsOf.values()].reduce((a, b) => a + b, 0) },
  });
  const { forecasts, widened } = await readForecasts(sql, model, asOf);
  return { ...summary, forecasts, widened };
}

/** What checks forecast of a training beside what came, as the newest check under the policy "worth" found it. */
async function readForecasts(
  sql: Sql,
  model: string,
  asOf: string,
): Promise<Pick<Impact, "forecasts" | "widened">> {
  const beforeMs = Date.parse(asOf) + 1; // the check of this very moment counts
  const [newest] = await weighedChecks(sql, model, { beforeMs, limit: 1 });
  const parsed = WorthInput.safeParse(newest?.worth);
  const met = parsed.success ? parsed.data.forecasts : [];
  return {
    widened: widening(met),
    forecasts: met.map((forecast) => {
      const { asOf: madeAt, cutoff, made, instead, mean, came } = forecast;
      const { low, high } = forecastEnds(forecast);
      return { asOf: madeAt, cutoff, made, instead, mean, low, high, came, isWithin: cameTrue(forecast) };
    }),
  };
}

/** Seconds of a cycle in which machines were at work or waited for: not those in which a person was. */
function worked({ stages }: Pick<CycleRow, "stages">): number {
  const { approve: _, ...seconds } = secondsByStage(stages);
  return Object.values(seconds).reduce((a, b) => a + b, 0);
}

/** Opens one stage after the other and keeps of each only what is told of it: evidence is large. */
interface Teller {
  tell(cycleId: string, stage: ImpactStage): Promise<ValuedStage>;
  /** of the first evidence that was opened; null: none was */
  curve(): Impact["curve"];
}

function tellerOf(deps: ImpactDeps, impacts: readonly StoredImpact[], economics: Economics | null): Teller {
  let curve: Impact["curve"] = null;
  return {
    curve: () => curve,
    async tell(cycle, stage) {
      const stored = impacts.find((impact) => impact.cycleId === cycle && impact.stage === stage);
      const opened = await openedStage(deps, stored, stage);
      if (opened.evidence && economics) {
        curve ??= { cycle, stage, points: profitCurve(opened.evidence, economics) };
      }
      return valueStage(opened, economics);
    },
  };
}

async function valuedCycle(
  teller: Teller,
  { cycleId, previous, outcome, measured: _, ...deployment }: Deployment,
  seconds: number,
): Promise<DeployedCycle> {
  const outcomes = await teller.tell(cycleId, "outcomes"); // first: a curve of real outcomes is worth more
  return {
    ...deployment,
    id: cycleId,
    against: previous,
    outcome: outcome ?? "unknown",
    seconds,
    outcomes,
    validation: await teller.tell(cycleId, "validation"),
  };
}

const PENDING: Readonly<Record<ImpactStage, string>> = {
  validation: "not measured yet; the next cycle does it",
  outcomes: "not known yet: its first horizon is not over, or no cycle has looked since",
};

async function openedStage(
  { open }: ImpactDeps,
  stored: StoredImpact | undefined,
  stage: ImpactStage,
): Promise<Stored> {
  if (!stored) return { report: null, unmeasured: PENDING[stage], evidence: null };
  const { report, unmeasured, evidenceSha256 } = stored;
  if (evidenceSha256 === null) return { report, unmeasured, evidence: null };
  try {
    return { report, unmeasured, evidence: ImpactEvidence.parse(await open(evidenceSha256)) };
  } catch (error) {
    if (!(error instanceof ArtefactError)) throw error;
    return { report, unmeasured: error.message, evidence: null };
  }
}
