import type { Acceptance } from "../../monitoring/acceptance.ts";
import { listObservationSummaries } from "../../db/monitoring/observation_summaries.ts";
import { shapesOf } from "../../db/monitoring/observations.ts";
import { performanceTrail, type TrailPoint } from "../../db/monitoring/performance_trail.ts";
import { servingHistory } from "../../db/models/serving.ts";
import { FEATURES } from "../../features/definition.ts";
import { featuresOf } from "../../features/set.ts";
import type { DriftReport } from "../../drift/report.ts";
import type { ObservationSummary } from "../../monitoring/observation_summary.ts";
import type { PerformanceReport } from "../../performance/report.ts";
import type { Finding, QualityReport } from "../../quality/report.ts";
import type { ModelDefinition } from "../../models/model.ts";
import type { Shapes } from "../../monitoring/shapes.ts";
import type { ServingMove } from "../../registry/version.ts";
import type { Budget } from "../../monitoring/report.ts";
import {
  type MonitoringDeps,
  readDrift,
  readPerformance,
  readQuality,
} from "../../app/reports/monitoring.ts";
import { currentAsOf } from "../../app/as_of.ts";
import { targetUnit } from "../../app/features/spending_unit.ts";
import { getVersion } from "../../db/models/versions.ts";
import type { DashboardDeps } from "../deps.ts";

/** One look as it is shown; `report` null: there is none, and `waiting` says why. */
interface Shown<T> {
  report: T | null;
  waiting: string | null;
}

/** The newest look of each kind at a model, in brief. */
export interface InBrief {
  model: string;
  /** the metric people quote */
  metric: string;
  performance: Shown<PerformanceReport>;
  drift: Shown<DriftReport>;
}

/** All that the monitoring page shows of one model at one look. */
export interface MonitoringView {
  model: string;
  /** the metric people quote */
  metric: string;
  unit: string;
  /** of every model, as of the same moment: the headline */
  brief: InBrief[];
  performance: Shown<PerformanceReport>;
  drift: Shown<DriftReport>;
  /** what the look at the inputs compared; null: it is older than the keeping of shapes */
  shapes: Shapes | null;
  /** labels of the features that not every model has, by name */
  labels: Readonly<Record<string, string>>;
  quality: Shown<QualityReport> & { withheld: Finding[]; accepted: Acceptance[] };
  budget: Budget;
  /** oldest first */
  trail: TrailPoint[];
  /** oldest first */
  moves: ServingMove[];
  /** at what the model answered, newest first */
  looks: ObservationSummary[];
  /** the moment that was asked for; null: the newest */
  at: string | null;
}

/** Reads for the pages about monitoring. */
export interface MonitoringReads {
  /** what looks found about a model; `asOfMs`: as of the look then. Null: there is no such model */
  monitoring(query: { model: string; asOfMs?: number }): Promise<MonitoringView | null>;
}

/** Answers them from Postgres. */
export const monitoringReads = (deps: DashboardDeps): MonitoringReads => ({
  monitoring: (query) => readMonitoringView(deps, query),
});

/** What the newest version predicts in; what one trained as of now would, where none serves or says. */
async function unitOf(
  { sql, clock }: Pick<MonitoringDeps, "sql" | "clock">,
  definition: { unit: string },
  { model, version, asOfMs }: { model: string; version?: number; asOfMs?: number },
): Promise<string> {
  const manifest = version === undefined ? undefined : (await getVersion(sql, model, version)).manifest;
  return manifest?.unit ??
    await targetUnit(sql, definition, { asOfMs: asOfMs ?? await currentAsOf(sql, clock) });
}

/** Labels of the features that not every model has. */
const labelsOf = (model: Pick<ModelDefinition, "features" | "ownFeatures">) =>
  Object.fromEntries(
    featuresOf(model).meanings.slice(FEATURES.length).map(({ name, means }) => [name, means]),
  );

const LOOKS_SHOWN = 60;
/** Later than any look: the year 9999. */
const FAR_MS = Date.UTC(9999, 0);

/** Reads what was stored at the looks: nothing is computed again. @returns null, where there is no such model */
export async function readMonitoringView(
  deps: Omit<MonitoringDeps, "models"> & {
    models: ReadonlyMap<string, Pick<ModelDefinition, "primaryMetric" | "unit" | "features" | "ownFeatures">>;
  },
  { model, asOfMs }: { model: string; asOfMs?: number },
): Promise<MonitoringView | null> {
  const { sql, models } = deps;
  const definition = models.get(model);
  if (!definition) return null;
  const query = { limit: 0, asOfMs };
  const all = { ...query, models: [...models.keys()] };
  const metric = definition.primaryMetric;
  const untilMs = asOfMs ?? FAR_MS;
  const [drift, performance, quality, trail, moves, looks] = await Promise.all([
    readDrift(deps, all),
    readPerformance(deps, all),
    readQuality(deps, query),
    performanceTrail(sql, { model, metric, untilMs }),
    servingHistory(sql, model),
    listObservationSummaries(sql, { kind: "performance", model, limit: LOOKS_SHOWN }),
  ]);
  const brief = all.models.map((name, i) => ({
    model: name,
    metric: models.get(name)!.primaryMetric,
    performance: shown(performance.models[i]),
    drift: shown(drift.models[i]),
  }));
  const { performance: answers, drift: inputs } = brief.find((view) => view.model === model)!;
  const unit = await unitOf(deps, definition, { model, version: moves[0]?.version, asOfMs });
  const drawn = drift.models.find((view) => view.model === model)?.newest;
  const { falseAlarmDays, models: dividing, shares } = drift.budget;
  return {
    model,
    metric,
    unit,
    brief,
    performance: answers,
    drift: inputs,
    labels: labelsOf(definition),
    shapes: drawn ? await shapesOf(sql, drawn.id) : null,
    quality: { ...shown(quality), withheld: quality.withheld, accepted: quality.accepted },
    budget: {
      falseAlarmDays,
      models: dividing,
      shares: [...shares, ...performance.budget.shares, ...quality.budget.shares],
    },
    trail,
    moves: moves.filter((move) => asOfMs === undefined || Date.parse(move.asOf) <= asOfMs).toReversed(),
    looks,
    at: asOfMs === undefined ? null : new Date(asOfMs).toISOString(),
  };
}

const shown = <T>(
  { newest, waiting }: { newest: { report: T } | null; waiting: string | null },
): Shown<T> => ({
  report: newest?.report ?? null,
  waiting,
});
