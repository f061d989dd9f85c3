import { analysedCycles } from "../../db/cycles/analysed_cycles.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import { listImpacts } from "../../db/cycles/impacts.ts";
import type { Impact } from "../../impact/impact.ts";
import type { ImpactReport } from "../../impact/report.ts";
import { configOf } from "../../config/retraining.ts";
import {
  type AnalysedCycle,
  analysedCycle,
  type Frequency,
  frequencyOf,
  relativeChange,
  type Spread,
  spread,
  type Together,
  together,
} from "../../app/reports/analysis.ts";
import { type ImpactDeps, readImpact } from "../../app/reports/impact.ts";

/** The state of a model's retraining, in brief. */
export interface AnalysisBrief {
  model: string;
  /** what is compared */
  loss: string;
  cycles: number;
  deployed: number;
  /** days between trainings */
  days: Spread | null;
  /** what deployments changed on outcomes that came true since; null: none are known */
  since: Together | null;
}

/** All that the analysis page shows of one model. */
export interface AnalysisView {
  model: string;
  loss: string;
  /** of every model: the headline */
  brief: AnalysisBrief[];
  /** the newest ones that ended, oldest first */
  cycles: AnalysedCycle[];
  frequency: Frequency;
  /** mean change at the gate of all challengers, and of those that were deployed */
  gate: { all: Together | null; deployed: Together | null };
  /** seconds from what called for a version to its serving everyone */
  toDeployment: Spread | null;
  seconds: Spread | null;
  impact: Impact;
}

/** More cannot be told apart in a chart. */
const CYCLES_SHOWN = 200;

/** Reads what a model's retraining came to. @returns null, where there is no such model */
export async function readAnalysis(
  deps: ImpactDeps,
  { model }: { model: string },
): Promise<AnalysisView | null> {
  const { sql, models } = deps;
  if (!models.has(model)) return null;
  const [read, impact] = await Promise.all([
    Promise.all([...models.keys()].map(async (name) => ({ name, cycles: await cyclesOf(deps, name) }))),
    readImpact(deps, { model }),
  ]);
  const brief = await Promise.all(read.map(async ({ name, cycles }) => {
    const reports = (await listImpacts(sql, name)).filter((i) => i.stage === "outcomes" && i.against !== null)
      .flatMap(({ report }) => report ?? []);
    return briefOf({ model: name, loss: models.get(name)!.loss, cycles, reports });
  }));
  const { cycles } = read.find(({ name }) => name === model)!;
  return { ...viewOf({ model, loss: models.get(model)!.loss, cycles, impact }), brief };
}

async function cyclesOf({ sql }: ImpactDeps, model: string): Promise<AnalysedCycle[]> {
  const [{ config }, rows] = await Promise.all([
    currentConfig(sql),
    analysedCycles(sql, model, CYCLES_SHOWN),
  ]);
  const costs = configOf(config, model);
  return rows.map((row) => analysedCycle(row, costs)).toReversed();
}

const isDeployed = ({ outcome }: Pick<AnalysedCycle, "outcome">) =>
  outcome === "deployed" || outcome === "rolled back";

/** A model in brief. @param reports what was measured of its deployments on outcomes that came true */
export function briefOf(
  { model, loss, cycles, reports }: {
    model: string;
    loss: string;
    cycles: readonly AnalysedCycle[];
    reports: readonly ImpactReport[];
  },
): AnalysisBrief {
  return {
    model,
    loss,
    cycles: cycles.length,
    deployed: cycles.filter(isDeployed).length,
    days: frequencyOf(cycles).days,
    since: together(
      reports.map(({ difference, before }) => relativeChange({ difference, championLoss: before })),
    ),
  };
}

/** Makes the view of a model from its cycles, oldest first. */
export function viewOf(
  { model, loss, cycles, impact }: Pick<AnalysisView, "model" | "loss" | "cycles" | "impact">,
): Omit<AnalysisView, "brief"> {
  const changes = (cycles: readonly AnalysedCycle[]) =>
    together(cycles.flatMap(({ change }) => change ?? []));
  const waits = cycles.filter(isDeployed).flatMap(({ calledAt, deployedAt }) =>
    deployedAt === null ? [] : [(Date.parse(deployedAt) - Date.parse(calledAt)) / 1000]
  );
  return {
    model,
    loss,
    cycles,
    impact,
    frequency: frequencyOf(cycles),
    gate: { all: changes(cycles), deployed: changes(cycles.filter(isDeployed)) },
    toDeployment: spread(waits),
    seconds: spread(cycles.map(({ secondsTotal }) => secondsTotal)),
  };
}
