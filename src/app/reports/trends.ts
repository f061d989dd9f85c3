import { z } from "zod";
import { HOUR_MS } from "../../core/time.ts";
import type { Sql } from "../../db/connect.ts";
import { listObservations } from "../../db/monitoring/observations.ts";
import {
  type AlarmedCheck,
  alarmedChecks,
  type CycleRow,
  endedCycles,
  firstOfRun,
  firstStreamAlarm,
} from "../../db/monitoring/trends.ts";
import { type Measured, PerformanceReport } from "../../performance/report.ts";
import { QualityReport } from "../../quality/report.ts";
import { Evidence } from "../../validation/verdict.ts";
import { secondsByStage } from "../../retraining/stage_seconds.ts";

/** The quoted metric of a serving version at one look. */
const LookPoint = z.strictObject({
  asOf: z.iso.datetime(),
  version: z.int(),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  rows: z.int(),
  estimated: z.boolean().describe("true: an estimate, no outcome was known yet"),
});

/** The gain and the cost of one cycle. */
const CyclePoint = z.strictObject({
  cycle: z.string(),
  number: z.int(),
  asOf: z.iso.datetime(),
  trigger: z.string(),
  outcome: z.string(),
  value: z.number().nullable().describe(
    "the challenger's metric on rows it had not seen; null: not validated",
  ),
  validationRows: z.int(),
  improvement: z.strictObject({
    relative: z.number().describe(
      "fall of the loss against what served, as a share of it; below zero is a rise",
    ),
    low: z.number().nullable(),
    high: z.number().nullable(),
    loss: z.string(),
    against: z.enum(["champion", "baseline"]),
  }).nullable(),
  seconds: z.record(z.string(), z.number()).describe("by stage, waiting for workers included"),
  secondsTotal: z.number(),
  rows: z.int().nullable().describe("labelled rows of its snapshot"),
});

/** From when something was wrong to the check that answered. */
const Detection = z.strictObject({
  check: z.string(),
  answer: z.string(),
  cause: z.enum(["quality", "drift", "performance"]),
  since: z.iso.datetime().describe(
    "first affected event; of drift and performance the first look or stream that spoke: when it truly began is not known",
  ),
  answered: z.iso.datetime(),
  hours: z.number(),
});

/** The history of a model's metric, cycles and detections. Lists are oldest first. */
export const Trends = z.strictObject({
  model: z.string(),
  metric: z.string().nullable().describe("the model's primary metric; null: it was not measured yet"),
  looks: z.array(LookPoint),
  cycles: z.array(CyclePoint),
  frequency: z.strictObject({
    cycles: z.int(),
    deployed: z.int(),
    days: z.number().describe("from the first of these cycles to the last, by the moments they hold for"),
    daysBetween: z.number().nullable().describe("mean; null: fewer than two cycles"),
    daysBetweenDeployments: z.number().nullable(),
  }),
  detections: z.array(Detection),
});
export type Trends = z.infer<typeof Trends>;

const LIMIT = 500;

/**
 * Reads how a model has fared: its newest 500 looks, cycles and answered alarms.
 * @param metric the one that people quote of this model
 */
export async function readTrends(
  sql: Sql,
  { model, metric }: { model: string; metric: string },
): Promise<Trends> {
  const [looks, cycles, checks] = await Promise.all([
    listObservations(sql, { kind: "performance", model, limit: LIMIT }),
    endedCycles(sql, model, LIMIT),
    alarmedChecks(sql, model, LIMIT),
  ]);
  const reports = looks.map(({ report }) => PerformanceReport.parse(report)).reverse();
  const points = [...cycles].reverse().map((row) => cyclePoint(row, metric));
  const detections = await Promise.all(
    checks.flatMap((check) => check.looks.map((look) => detection(sql, model, check, look))),
  );
  return {
    model,
    metric: isMeasured(metric, { reports, cycles }) ? metric : null,
    looks: reports.flatMap((report) => lookPoint(report, metric)),
    cycles: points,
    frequency: frequencyOf(points),
    detections: detections.filter((detection) => detection !== null).reverse(),
  };
}

function isMeasured(
  metric: string,
  { reports, cycles }: { reports: readonly PerformanceReport[]; cycles: readonly CycleRow[] },
): boolean {
  const isInLook = reports.some(({ measured, estimated }) =>
    [measured, estimated].some((report) => report?.metrics.some((m) => m.metric === metric))
  );
  return isInLook ||
    cycles.some(({ evidence }) => {
      const metrics = Evidence.nullable().parse(evidence)?.challengerMetrics ?? {};
      return (metrics[metric] ?? null) !== null;
    });
}

function lookPoint(
  { asOf, version, measured, estimated }: PerformanceReport,
  name: string,
): Trends["looks"] {
  const named = (metrics: readonly Measured[] | undefined) => metrics?.find(({ metric }) => metric === name);
  const metric = named(measured?.metrics) ?? named(estimated?.metrics);
  if (!metric) return [];
  const { value, low, high, rows } = metric;
  return [{ asOf, version, value, low, high, rows, estimated: named(measured?.metrics) === undefined }];
}

function cyclePoint(
  { id, number, asOf, trigger, outcome, evidence, stages, rows }: CycleRow,
  metric: string,
): Trends["cycles"][number] {
  const parsed = Evidence.nullable().parse(evidence);
  const seconds = secondsByStage(stages);
  return {
    cycle: id,
    number,
    asOf,
    trigger,
    outcome: outcome ?? "unknown",
    seconds,
    rows,
    value: parsed?.challengerMetrics[metric] ?? null,
    validationRows: parsed?.difference.n ?? 0,
    improvement: parsed && improvementOf(parsed),
    secondsTotal: Object.values(seconds).reduce((a, b) => a + b, 0),
  };
}

function improvementOf(
  { difference, championLoss, loss, against }: Evidence,
): Trends["cycles"][number]["improvement"] {
  if (!(championLoss > 0)) return null;
  const share = (value: number) => Number.isFinite(value) ? -value / championLoss : null;
  return {
    relative: -difference.mean / championLoss,
    low: share(difference.high),
    high: share(difference.low),
    loss,
    against,
  };
}

function frequencyOf(cycles: Trends["cycles"]): Trends["frequency"] {
  const deployed = cycles.filter(({ outcome }) => outcome === "deployed" || outcome === "rolled back");
  return {
    cycles: cycles.length,
    deployed: deployed.length,
    days: daysOf(cycles),
    daysBetween: cycles.length < 2 ? null : daysOf(cycles) / (cycles.length - 1),
    daysBetweenDeployments: deployed.length < 2 ? null : daysOf(deployed) / (deployed.length - 1),
  };
}

const daysOf = (cycles: Trends["cycles"]) =>
  cycles.length < 2
    ? 0
    : (Date.parse(cycles[cycles.length - 1].asOf) - Date.parse(cycles[0].asOf)) / (24 * HOUR_MS);

async function detection(
  sql: Sql,
  model: string,
  { id, asOf, answer }: AlarmedCheck,
  look: AlarmedCheck["looks"][number],
): Promise<Trends["detections"][number] | null> {
  const cause = Detection.shape.cause.parse(look.kind);
  const since = cause === "quality" ? firstAffected(look.report) : await firstSaid(sql, model, asOf, look);
  if (since === null) return null;
  return {
    check: id,
    answer,
    cause,
    since,
    answered: asOf,
    hours: (Date.parse(asOf) - Date.parse(since)) / HOUR_MS,
  };
}

/** The first moment that an ongoing finding touches and that no person accepted. */
function firstAffected(report: Record<string, unknown>): string | null {
  const { findings } = QualityReport.parse(report);
  return findings.filter((f) => f.ongoing && !f.accepted && f.means !== "passing").map((f) => f.from)
    .sort()[0] ?? null;
}

/** The first look of the run that ends here, or the first alarm of the version's streams if that came earlier. */
async function firstSaid(
  sql: Sql,
  model: string,
  asOf: string,
  { kind, answer, report }: AlarmedCheck["looks"][number],
): Promise<string | null> {
  const look = await firstOfRun(sql, { model, kind, answer, asOf });
  if (kind !== "performance") return look;
  const alarm = await firstStreamAlarm(sql, { model, version: z.int().parse(report.version), asOf });
  return [look, alarm].filter((moment) => moment !== null).sort()[0] ?? null;
}
