/** Labels and sentences for looks. */
import { capital, metricName } from "../../../src/format/words.ts";
import type { DriftReport, FeatureShift } from "../../../src/drift/report.ts";
import type { Measured, PerformanceReport } from "../../../src/performance/report.ts";
import type { Finding } from "../../../src/quality/report.ts";
import type { Budget } from "../../../src/monitoring/report.ts";
import type { InBrief, MonitoringView } from "../../../src/dashboard/reads/monitoring.ts";
import { count, counted, figure, percent } from "../../../src/format/numbers.ts";
import type { Badge } from "../../../components/labels.ts";

const badge = (glyph: Badge["glyph"], word: string, tone: Badge["tone"] = "unknown"): Badge => ({
  glyph,
  word,
  tone,
});

export const PERFORMANCE: Readonly<Record<PerformanceReport["answer"], Badge>> = {
  "holds": badge("good", "Holds", "good"),
  "fell": badge("watch", "Slipped", "watch"),
  "cannot tell yet": badge("unknown", "Cannot tell yet"),
};

export const DRIFT: Readonly<Record<DriftReport["answer"], Badge>> = {
  "stable": badge("good", "As before", "good"),
  "drifted": badge("watch", "Shifted", "watch"),
  "cannot tell yet": badge("unknown", "Cannot tell yet"),
};

/** "0.763, 0.737 to 0.789" */
export const withRange = ({ value, low, high }: Pick<Measured, "value" | "low" | "high">): string =>
  low === null || high === null ? figure(value) : `${figure(value)}, ${figure(low)} to ${figure(high)}`;

export const measuredOf = (report: PerformanceReport | null, metric: string): Measured | undefined =>
  report?.measured?.metrics.find((m) => m.metric === metric);

/** Sums up one model in one sentence. */
export function modelSentence({ model, metric, performance, drift }: InBrief): string {
  const { report } = performance;
  if (!report) return `${capital(performance.waiting ?? `nobody looked at ${model} yet`)}.`;
  if (report.answer !== "cannot tell yet") {
    return `${answersText(report, metric)}; ${inputsText(drift.report)}.`;
  }
  const rows = report.measured?.rows ?? 0;
  const known = rows > 0 ? `on ${counted(rows, "outcome")}` : "without outcomes";
  const inputs = drift.report?.answer === "cannot tell yet"
    ? "nor whether its inputs shifted"
    : `while ${inputsText(drift.report)}`;
  return `Cannot tell yet how ${model} v${report.version} does, ${known}, ${inputs}.`;
}

function answersText(report: PerformanceReport, metric: string): string {
  const measured = measuredOf(report, metric);
  const numbers = measured
    ? `: ${metricName(metric)} ${withRange(measured)} on ${counted(measured.rows, "outcome")}`
    : "";
  const before = measured && measured.atDeployment !== null
    ? `, ${figure(measured.atDeployment)} when it was validated`
    : "";
  const says = report.answer === "holds" ? "holds" : "has slipped";
  return capital(`${report.model} v${report.version} ${says}${numbers}${before}`);
}

function inputsText(report: DriftReport | null): string {
  if (!report) return "nobody looked at its inputs yet";
  const shifted = report.features.filter((f) => f.drifted).length;
  return {
    "stable": "its inputs are as before",
    "drifted": `${counted(shifted, "input")} shifted beyond chance`,
    "cannot tell yet": "whether its inputs shifted cannot be told yet",
  }[report.answer];
}

/** Sums up the events, where not all is well. */
export function dataSentence({ report }: MonitoringView["quality"]): string {
  if (!report || report.answer === "sound") return "";
  return { "broken": "The data are broken.", "changed": "The shop's data changed.", "cannot tell yet": "" }[
    report.answer
  ];
}

/** Explains the false-alarm budget of one look at the inputs. */
export function budgetText({ falseAlarmDays, models, shares }: Budget, report: DriftReport): string {
  const share = shares.find(({ watched }) => watched === "features")?.share ?? 0;
  return `Over all that is watched, one false alarm in ${
    counted(falseAlarmDays, "day")
  } is allowed on average. ` +
    `Inputs have ${percent(share)} of that, divided among ${
      counted(models, "model")
    }: by the time since the look ` +
    `before, this one could spend a chance of ${percent(report.alpha)}, over all ${
      count(report.features.length)
    } features together.`;
}

/** Returns the smallest shift that a look which found none would have seen. */
export function sensitivity({ drifted, smallest, wobble, kind }: FeatureShift): string {
  if (drifted) return "shifted beyond chance";
  if (wobble === null) return "cannot tell yet: too little history of how it moves by itself";
  if (smallest === null) return "no shift that could be tried would have been seen";
  return `a shift of ${
    kind === "numeric" ? `${smallest.toFixed(2)} sd` : `${percent(smallest)} of the rows`
  } would have been seen with 80 % power`;
}

/** "p < 0.001" or "p 0.343" */
export const chance = (p: number): string => p < 0.001 ? "p < 0.001" : `p ${figure(p)}`;

const MEANS: Readonly<Record<Finding["means"], Badge>> = {
  broken: badge("watch", "Open, fix first", "watch"),
  changed: badge("watch", "Open, changed", "watch"),
  passing: badge("unknown", "Passing"),
};

/** Returns the badge of a finding. */
export const findingBadge = (
  { means, accepted, ongoing }: Pick<Finding, "means" | "accepted" | "ongoing">,
): Badge => accepted ? badge("good", "Accepted") : ongoing ? MEANS[means] : badge("good", "Over");
