import type { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { listAcceptances } from "../../db/monitoring/quality_findings.ts";
import { findingsInForce } from "../../db/monitoring/findings_in_force.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import { listObservationSummaries } from "../../db/monitoring/observation_summaries.ts";
import { getObservations } from "../../db/monitoring/observations.ts";
import { type Observation } from "../../monitoring/observation.ts";
import { servingVersion } from "../../db/models/serving.ts";
import { alphaOf, SHARES, type Watched } from "../../monitoring/budget.ts";
import { DriftReport } from "../../drift/report.ts";
import type { ObservationSummary } from "../../monitoring/observation_summary.ts";
import { PerformanceReport } from "../../performance/report.ts";
import { QualityReport } from "../../quality/report.ts";
import { currentAsOf } from "../as_of.ts";
import type { Budget, DriftLooks, PerformanceLooks, QualityLooks } from "../../monitoring/report.ts";

export interface MonitoringDeps {
  sql: Sql;
  clock: Clock;
  /** every model: they divide the budget */
  models: ReadonlyMap<string, unknown>;
}

/** Selects looks. */
interface LooksQuery {
  /** most earlier looks beside the newest */
  limit: number;
  /** newest look at this moment or before it, ms since the epoch; left out: the newest of all */
  asOfMs?: number;
}

/** The newest look at the inputs of each of these models. */
export const readDrift = (
  deps: MonitoringDeps,
  query: LooksQuery & { models: readonly string[] },
): Promise<DriftLooks> =>
  readModels(
    deps,
    query,
    { kind: "drift", of: "the inputs", watched: ["features", "together"] },
    DriftReport,
  );

/** The newest look at what each of these models answered. */
export const readPerformance = (
  deps: MonitoringDeps,
  query: LooksQuery & { models: readonly string[] },
): Promise<PerformanceLooks> =>
  readModels(
    deps,
    query,
    { kind: "performance", of: "the performance", watched: ["performance", "streams"] },
    PerformanceReport,
  );

/** The newest look at the events, and what of earlier ones still matters. */
export async function readQuality(deps: MonitoringDeps, query: LooksQuery): Promise<QualityLooks> {
  const { sql, clock } = deps;
  const looks = await readLooks(sql, { kind: "quality", model: null }, query, QualityReport);
  const { config } = await currentConfig(sql);
  const waiting = () =>
    `Not evaluated yet; the monitor evaluates the events every ${config.monitor_interval_hours} h, and before each check`;
  const keys = looks.newest?.report.findings.map((f) => f.key) ?? [];
  const broken = await findingsInForce(sql, {
    asOfMs: query.asOfMs ?? await currentAsOf(sql, clock),
    means: "broken",
  });
  return {
    ...await common(deps, query, ["quality"]),
    ...looks,
    waiting: why(looks, query, waiting),
    withheld: broken.filter((f) => !keys.includes(f.key)),
    accepted: await listAcceptances(sql, keys),
  };
}

async function readModels<T extends z.ZodType>(
  deps: MonitoringDeps,
  { models, ...query }: LooksQuery & { models: readonly string[] },
  { kind, of: subject, watched }: { kind: Observation["kind"]; of: string; watched: readonly Watched[] },
  schema: T,
) {
  const ofModel = async (model: string) => {
    const looks = await readLooks(deps.sql, { kind, model }, query, schema);
    const serves = await servingVersion(deps.sql, model) !== null;
    const waiting = () =>
      serves
        ? `Not evaluated yet; the monitor evaluates ${subject} of ${model} once a day, and before each check`
        : `Not monitored yet (no version of ${model} is deployed)`;
    return { model, ...looks, waiting: why(looks, query, waiting) };
  };
  return { ...await common(deps, query, watched), models: await Promise.all(models.map(ofModel)) };
}

/** The newest look as its schema has it, and those before it in brief. */
async function readLooks<T extends z.ZodType>(
  sql: Sql,
  series: Pick<Observation, "kind" | "model">,
  { limit, asOfMs }: LooksQuery,
  schema: T,
) {
  const beforeMs = asOfMs === undefined ? undefined : asOfMs + 1;
  const [first, ...earlier] = await listObservationSummaries(sql, { ...series, beforeMs, limit: limit + 1 });
  return { newest: first ? await readReport(sql, first, schema) : null, earlier };
}

async function readReport<T extends z.ZodType>(sql: Sql, { id }: ObservationSummary, schema: T) {
  const [{ at, codeVersion, report }] = await getObservations(sql, [id]);
  return { id, at, codeVersion, report: schema.parse(report) };
}

/** Why there is nothing to show; null where there is. */
function why(
  { newest }: { newest: unknown },
  { asOfMs }: LooksQuery,
  waiting: () => string,
): string | null {
  if (newest !== null) return null;
  return asOfMs === undefined ? waiting() : `No evaluation as of ${new Date(asOfMs).toISOString()} or before`;
}

async function common(
  { sql, clock, models }: MonitoringDeps,
  { asOfMs }: LooksQuery,
  watched: readonly Watched[],
) {
  const { config } = await currentConfig(sql);
  return {
    asOf: new Date(asOfMs ?? await currentAsOf(sql, clock)).toISOString(),
    budget: budgetOf(watched, { falseAlarmDays: config.false_alarm_days, models: models.size }),
  };
}

/** Returns the false-alarm budget of looks at these inputs. */
export function budgetOf(
  watched: readonly Watched[],
  { falseAlarmDays, models }: { falseAlarmDays: number; models: number },
): Budget {
  const shares = watched.map((input) => {
    const divided = input === "quality" ? 1 : models;
    const perDay = alphaOf(input, { falseAlarmDays, asOfMs: 0, previousMs: null, models: divided });
    return { watched: input, share: SHARES[input], perDay };
  });
  return { falseAlarmDays, models, shares };
}
