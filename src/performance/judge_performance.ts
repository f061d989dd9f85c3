import { DAY_MS } from "../core/time.ts";
import type { PerformanceReport } from "./report.ts";
import { classReports } from "./classes.ts";
import { calibrationBins } from "./calibration_bins.ts";
import { estimate } from "./estimate.ts";
import { type PerformanceEvidence, RECENT_MIN } from "./performance_evidence.ts";
import { type Excess, excesses } from "./excess.ts";
import { forecast } from "./forecast.ts";
import { asLoss, measure } from "./measure.ts";
import { joinedRows, rowsAt, shoppersOf } from "./rows.ts";
import { SEGMENT_NAMES } from "./segments.ts";
import { tInterval } from "../stats/clustered.ts";
import { type Judgement, reportText } from "./report_text.ts";

/** Fewer rows or shoppers than this, now or at deployment, are no ground for an answer. */
const ROWS_MIN = 50;
const SHOPPERS_MIN = 30;
/** With so many known outcomes of its own, a version's estimates need no validation rows. */
const KNOWN_ENOUGH = 200;

/** Judges a serving version. A pure function: the same evidence gives the same report (decision 0011). */
export function judgePerformance(evidence: PerformanceEvidence): PerformanceReport {
  const {
    model,
    version,
    asOf,
    kind,
    loss,
    metrics,
    alpha,
    confidence,
    atDeployment,
    validated,
    met,
    waiting,
  } = evidence;
  const cap = evidence.cap ?? undefined;
  const places = recentPlaces(evidence);
  const rows = rowsAt(met, places);
  const measured = rows.outcome.length === 0 ? null : {
    from: new Date(Math.min(...places.map((i) => met.asOfMs[i]))).toISOString(),
    to: new Date(Math.max(...places.map((i) => met.asOfMs[i]))).toISOString(),
    rows: rows.outcome.length,
    metrics: measure(metrics, rows, { cap, confidence, atDeployment }),
    segments: segmentsOf(evidence, places),
    calibration: calibrationBins(kind, rows, confidence),
  };
  const known = rows.outcome.length >= KNOWN_ENOUGH || !validated ? rows : joinedRows(rows, validated);
  const judgement = judge(evidence, rows);
  const estimated = estimate(kind, metrics, {
    known,
    waiting,
    cap,
    confidence,
    atDeployment,
    scored: evidence.scored,
  });
  const report = {
    model,
    version,
    asOf,
    alpha,
    confidence,
    loss,
    answer: judgement.answer,
    margin: evidence.margin * asLoss(loss, atDeployment[loss] ?? 0),
    measured,
    ...evidence.served && { served: servedOf(evidence, evidence.served) },
    ...evidence.classes && { classes: classReports(evidence, rows) },
    waiting: waiting.total,
    outcomesNext: waiting.outcomesNext,
    estimated,
    scored: evidence.scored,
    forecast: forecastOf(evidence, measured),
    streams: evidence.streams,
  };
  return { ...report, text: reportText(report, judgement, { kept: met.outcome.length, total: met.total }) };
}

/** Places of the predictions made within one horizon before the newest that met its outcome; of all, where those are few. */
function recentPlaces({ met, horizonDays }: PerformanceEvidence): number[] {
  const all = met.asOfMs.map((_, i) => i);
  const fromMs = Math.max(...met.asOfMs) - horizonDays * DAY_MS;
  const recent = all.filter((i) => met.asOfMs[i] > fromMs);
  return recent.length >= RECENT_MIN ? recent : all;
}

/** What served, whichever version it was: a version that was replaced before its outcomes came still tells how the model does. */
function servedOf(
  { metrics, cap, confidence }: PerformanceEvidence,
  served: NonNullable<PerformanceEvidence["served"]>,
): NonNullable<PerformanceReport["served"]> {
  return {
    versions: [...new Set(served.version)].sort((a, b) => a - b),
    from: new Date(Math.min(...served.asOfMs)).toISOString(),
    to: new Date(Math.max(...served.asOfMs)).toISOString(),
    rows: served.outcome.length,
    metrics: measure(metrics, served, { cap: cap ?? undefined, confidence, atDeployment: {} }),
  };
}

function segmentsOf({ met, metrics, cap, confidence }: PerformanceEvidence, places: readonly number[]) {
  const own = [...new Set(met.segment)].filter((name) => name !== "" && !SEGMENT_NAMES.includes(name)).sort();
  return [...SEGMENT_NAMES, ...own].flatMap((segment) => {
    const rows = rowsAt(met, places.filter((i) => met.segment[i] === segment));
    if (rows.outcome.length === 0) return [];
    const measured = measure(metrics, rows, { cap: cap ?? undefined, confidence, atDeployment: {} });
    return [{ segment, rows: rows.outcome.length, metrics: measured }];
  });
}

/**
 * "fell": the loss lies above each of the three expectations by more than the margin, at this look's chance of a false
 * alarm; where a detector within the budget saw the errors rise, the interval's own confidence is enough.
 * "holds": the interval of its excess over the expectation that explains it best ends below the margin.
 */
function judge(evidence: PerformanceEvidence, rows: ReturnType<typeof rowsAt>): Judgement {
  const { validated, loss, baseline, margin, alpha, confidence, streams } = evidence;
  if (!validated) return { answer: "cannot tell yet", why: "no rows to compare with", excesses: [] };
  const isEnough = [rows, validated].every((set) =>
    set.outcome.length >= ROWS_MIN && shoppersOf(set) >= SHOPPERS_MIN
  );
  if (!isEnough) return { answer: "cannot tell yet", why: "too few outcomes", excesses: [] };
  const excess = excesses(loss, rows, validated, { cap: evidence.cap ?? undefined, baseline });
  const isAbove = (coverage: number) => excess.every((e) => ends(e, coverage).low > margin * e.expected);
  if (isAbove(1 - 2 * alpha)) return { answer: "fell", why: "beyond chance", excesses: excess };
  const alarmed = streams.find(({ budgeted, lastAlarm }) => budgeted && isRecent(evidence, lastAlarm));
  if (alarmed && isAbove(confidence)) {
    return { answer: "fell", why: `an alarm of ${alarmed.detector}`, excesses: excess };
  }
  const best = excess.reduce((a, b) => b.excess < a.excess ? b : a);
  const holds = ends(best, confidence).high <= margin * best.expected;
  return { answer: holds ? "holds" : "cannot tell yet", why: best.expectedFrom, excesses: excess };
}

/** Both ends of an excess's interval, infinite where nobody can tell. */
function ends(excess: Excess, confidence: number): { low: number; high: number } {
  const { low, high } = tInterval(excess.excess, excess, confidence);
  return { low: low ?? -Infinity, high: high ?? Infinity };
}

/** Whether an alarm is about a prediction as new as those that are measured. */
function isRecent({ met, horizonDays }: PerformanceEvidence, alarm: string | null): boolean {
  return alarm !== null && Date.parse(alarm) > Math.max(...met.asOfMs) - horizonDays * DAY_MS;
}

function forecastOf(
  { past, loss, atDeployment, margin, horizonDays, asOf, confidence }: PerformanceEvidence,
  measured: PerformanceReport["measured"],
): PerformanceReport["forecast"] {
  const now = measured?.metrics.find(({ metric }) => metric === loss);
  const then = atDeployment[loss];
  if (!now || then === undefined || then === null) return null;
  const points = [...past, { asOfMs: Date.parse(asOf), loss: asLoss(loss, now.value), rows: now.rows }];
  const threshold = asLoss(loss, then) * (1 + margin);
  return forecast(points, { metric: loss, threshold, spacingDays: horizonDays, confidence });
}
