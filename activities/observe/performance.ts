import { DAY_MS } from "../../src/core/time.ts";
import { listObservations } from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import {
  metPredictions,
  type OfVersion,
  servedPredictions,
  waitingPredictions,
} from "../../src/db/monitoring/outcomes.ts";
import { streamSummaries } from "../../src/db/monitoring/streams.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { STREAM_READERS } from "../../src/drift/stream/mod.ts";
import { shopperNumber } from "../../src/features/blocks.ts";
import type { MetricName } from "../../src/stats/metrics.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { PerformanceReport } from "../../src/performance/report.ts";
import {
  type PerformanceEvidence,
  RECENT_MIN,
  ROWS_MAX,
} from "../../src/performance/performance_evidence.ts";
import { judgePerformance } from "../../src/performance/judge_performance.ts";
import { asLoss, metricOf } from "../../src/performance/measure.ts";
import { guessOf, type ModelVersion } from "../../src/registry/version.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { alphasOf } from "./observation_key.ts";
import { observeOnce } from "./observe_once.ts";
import { validatedOn } from "./validated.ts";

/** Validation rows that a look compares with. */
const VALIDATED_MAX = 5000;
/** Earlier looks that are read, and estimates that are told beside what came true. */
const PAST_MAX = 400;
const SCORED_MAX = 60;
/** Earlier looks whose estimates one look scores; the next goes on. */
const SCORED_AT_ONCE = 10;

/** Judges how well a version does, by its predictions that met their outcomes and an estimate of the others, once per key. */
export async function observePerformance(
  deps: ActivityDeps,
  { model: name, version, key, asOfMs }: { model: string; version: number; key: string; asOfMs: number },
): Promise<Observation> {
  const id = { kind: "performance", model: name, key: `${key}/version ${version}` } as const;
  return await observeOnce(deps, id, {
    gather: async () => await gather(deps, { version: await getVersion(deps.sql, name, version), asOfMs }),
    judge: judgePerformance,
  });
}

async function gather(
  deps: ActivityDeps,
  { version, asOfMs }: { version: ModelVersion; asOfMs: number },
): Promise<PerformanceEvidence> {
  const { sql } = deps;
  const { model: name, version: number, manifest } = version;
  const { model, config } = await modelAndConfig(deps, name);
  const ofVersion: OfVersion = { model: name, version: number, asOfMs };
  const [validated, met, waiting, streams, earlier, [alpha]] = await Promise.all([
    validatedRows(deps, version),
    metPredictions(sql, { ...ofVersion, limit: ROWS_MAX }),
    waitingPredictions(sql, { ...ofVersion, limit: ROWS_MAX }),
    streamSummaries(sql, { ...ofVersion, madeByMs: asOfMs - config.horizon_days * DAY_MS }),
    earlierReports(deps, name, asOfMs),
    alphasOf(deps, { kind: "performance", model: name, watched: ["performance"], asOfMs }),
  ]);
  const served = met.total >= RECENT_MIN ? [] : await servedPredictions(sql, {
    model: name,
    asOfMs,
    horizonDays: config.horizon_days,
    limit: ROWS_MAX,
  });
  return {
    model: name,
    version: number,
    asOf: new Date(asOfMs).toISOString(),
    kind: model.kind,
    ...model.classes && { classes: model.classes },
    loss: model.loss,
    metrics: metricsOf(model),
    margin: config.margin ?? model.margin,
    cap: manifest.targetCap,
    baseline: guessOf(manifest),
    horizonDays: config.horizon_days,
    alpha,
    confidence: config.confidence,
    atDeployment: manifest.metrics,
    validated,
    met: {
      ...columns(met.rows),
      outcome: met.rows.map((row) => row.outcome),
      asOfMs: met.rows.map((row) => row.asOfMs),
      segment: met.rows.map((row) => row.segment ?? ""),
      total: met.total,
    },
    ...served.some((row) => row.version !== number) && {
      served: {
        ...columns(served),
        outcome: served.map((row) => row.outcome),
        asOfMs: served.map((row) => row.asOfMs),
        version: served.map((row) => row.version),
      },
    },
    waiting: { ...columns(waiting.rows), total: waiting.total, outcomesNext: waiting.outcomesNext },
    past: pastLosses(earlier, number, model.loss),
    scored: await scoredEstimates(deps, { model: name, config, earlier, asOfMs }),
    streams: streams.map((stream) => ({ ...stream, budgeted: isBudgeted(stream.detector) })),
  };
}

/** The metrics of a model, its loss among them. */
const metricsOf = ({ metrics, loss }: ModelDefinition): MetricName[] => [...new Set([...metrics, loss])];

const columns = (
  rows: readonly { prediction: number; probabilities: readonly number[] | null; userKey: string }[],
) => ({
  prediction: rows.flatMap((row) => row.probabilities ?? row.prediction),
  shopper: rows.map((row) => shopperNumber(row.userKey)),
});

const isBudgeted = (detector: string) =>
  STREAM_READERS.some(({ name, budgeted }) => name === detector && budgeted);

async function validatedRows(
  deps: ActivityDeps,
  version: ModelVersion,
): Promise<PerformanceEvidence["validated"]> {
  const validated = await validatedOn(deps, version, { rowsMax: VALIDATED_MAX });
  if (!validated) return null;
  const { artefact, rows: { features, target, user } } = validated;
  const prediction = Array.from(await deps.trainer.score(artefact, features, target.length));
  return { prediction, outcome: Array.from(target), shopper: Array.from(user) };
}

/** Returns the reports of a model's earlier looks, newest first. */
async function earlierReports(
  { sql }: ActivityDeps,
  model: string,
  beforeMs: number,
): Promise<PerformanceReport[]> {
  const looks = await listObservations(sql, { kind: "performance", model, beforeMs, limit: PAST_MAX });
  return looks.map(({ report }) => PerformanceReport.parse(report));
}

function pastLosses(
  earlier: readonly PerformanceReport[],
  version: number,
  loss: string,
): PerformanceEvidence["past"] {
  return earlier.flatMap((report) => {
    const measured = report.measured?.metrics.find(({ metric }) => metric === loss);
    if (report.version !== version || !measured) return [];
    return [{ asOfMs: Date.parse(report.asOf), loss: asLoss(loss, measured.value), rows: measured.rows }];
  });
}

/** Estimates of earlier looks, whichever version they were of, beside what came true since; each is scored once. */
async function scoredEstimates(
  deps: ActivityDeps,
  { model, config, earlier, asOfMs }: {
    model: string;
    config: ModelConfig;
    earlier: readonly PerformanceReport[];
    asOfMs: number;
  },
): Promise<PerformanceReport["scored"]> {
  const estimates = earlier[0]?.scored ?? [];
  const newestMs = estimates.length > 0 ? Date.parse(estimates[0].asOf) : -Infinity;
  const due = new Map<string, PerformanceReport>(); // looks at the same moment estimated the same
  for (const report of earlier) {
    const madeMs = Date.parse(report.asOf);
    const isComplete = madeMs + config.horizon_days * DAY_MS <= asOfMs;
    if (report.estimated && madeMs > newestMs && isComplete) {
      due.set(`${report.asOf} ${report.version}`, report);
    }
  }
  const oldest = [...due.values()].slice(-SCORED_AT_ONCE);
  const scored = await Promise.all(oldest.map((report) => scoreEstimate(deps, model, report, asOfMs)));
  return [...scored.flat(), ...estimates].slice(0, SCORED_MAX);
}

async function scoreEstimate(
  { sql }: ActivityDeps,
  model: string,
  { asOf, version, estimated }: PerformanceReport,
  asOfMs: number,
): Promise<PerformanceReport["scored"]> {
  const limit = estimated!.rows;
  const madeByMs = Date.parse(asOf);
  const { rows } = await metPredictions(sql, { model, version, asOfMs, madeByMs, limit });
  if (rows.length < limit) return []; // some of them never met their outcomes
  const { manifest } = await getVersion(sql, model, version);
  const truth = { ...columns(rows), outcome: rows.map((row) => row.outcome) };
  return estimated!.metrics.flatMap(({ metric, value: estimate, low, high }) => {
    const actual = metricOf(metric as MetricName, truth, manifest.targetCap ?? Infinity)?.value;
    if (actual === undefined) return [];
    const within = (low === null || actual >= low) && (high === null || actual <= high);
    return [{ asOf, metric, estimated: estimate, low, high, actual, rows: limit, within }];
  });
}
