/** Labels and sentences for looks. */
import { capital, listedFew, metricName } from "../../../src/format/words.ts";
import type { DriftReport, FeatureShift } from "../../../src/drift/report.ts";
import type { Measured, PerformanceReport } from "../../../src/performance/report.ts";
import type { Finding } from "../../../src/quality/report.ts";
import type { Budget } from "../../../src/monitoring/report.ts";
import type { InBrief, MonitoringView } from "../../../src/dashboard/reads/monitoring.ts";
import { count, counted, figure, percent } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { openFindings } from "../../../src/retraining/open_findings.ts";
import type { Badge } from "../../../components/labels.ts";

const badge = (glyph: Badge["glyph"], word: string, tone: Badge["tone"] = "unknown"): Badge => ({
  glyph,
  word,
  tone,
});

export const PERFORMANCE: Readonly<Record<PerformanceReport["answer"], Badge>> = {
  "holds": badge("good", "Stable", "good"),
  "fell": badge("watch", "Degraded", "watch"),
  "cannot tell yet": badge("unknown", "Not enough data"),
};

export const DRIFT: Readonly<Record<DriftReport["answer"], Badge>> = {
  "stable": badge("good", "No drift", "good"),
  "drifted": badge("watch", "Drift", "watch"),
  "cannot tell yet": badge("unknown", "Not enough data"),
};

/** "0.763, 0.737 to 0.789" */
export const withRange = ({ value, low, high }: Pick<Measured, "value" | "low" | "high">): string =>
  low === null || high === null ? figure(value) : `${figure(value)}, ${figure(low)} to ${figure(high)}`;

export const measuredOf = (report: PerformanceReport | null, metric: string): Measured | undefined =>
  report?.measured?.metrics.find((m) => m.metric === metric);

/** Sums up one model: how it does, and whether its inputs drifted. */
export function modelSentence({ model, metric, performance, drift }: InBrief): string {
  const { report, waiting } = performance;
  if (!report) return `${capital(model)}: ${lower(waiting ?? "not evaluated yet")}.`;
  const subject = `${capital(report.model)} v${report.version}`;
  return `${subject}: ${answersText(report, metric)}. Inputs: ${inputsText(drift.report)}.`;
}

/** The same in a few words, for the head of the page; models of which the same is said share a sentence. */
export function shortSentences(models: readonly InBrief[]): string[] {
  return [...Map.groupBy(models, shortText)].map(([text, group]) =>
    `${capital(listedFew(group.map(({ model }) => model)))}: ${text}.`
  );
}

/** "stable, inputs: drift in 1 of 6" */
function shortText({ metric, performance, drift }: InBrief): string {
  const { report, waiting } = performance;
  if (!report) return lower(waiting ?? "not evaluated yet");
  const does = measuredOf(report, metric) ? PERFORMANCE[report.answer].word.toLowerCase() : "no outcomes yet";
  const inputs = inputsText(drift.report);
  return `${does}, ${inputs === "no drift" ? inputs : `inputs: ${inputs}`}`;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function answersText(report: PerformanceReport, metric: string): string {
  const measured = measuredOf(report, metric);
  if (!measured) return `no outcomes yet${pendingText(report)}${servedText(report, metric)}`;
  const before = measured.atDeployment === null ? "" : `, ${figure(measured.atDeployment)} at validation`;
  const word = PERFORMANCE[report.answer].word.toLowerCase();
  return `${word}, ${metricName(metric)} ${withRange(measured)} on ${
    counted(measured.rows, "outcome")
  }${before}`;
}

/** "; v7 and v8, which served before: accuracy 0.740, 0.712 to 0.768 on 540 outcomes" */
function servedText({ served }: PerformanceReport, metric: string): string {
  const measured = served?.metrics.find((m) => m.metric === metric);
  if (!served || !measured) return "";
  const versions = served.versions.map((v) => `v${v}`);
  return `; ${listedFew(versions, "others")}, which served before: ${metricName(metric)} ${
    withRange(measured)
  } on ${counted(measured.rows, "outcome")}`;
}

/** " (674 predictions pending, first on 6 Dec 2011)" */
function pendingText({ waiting, outcomesNext }: PerformanceReport): string {
  if (waiting === 0) return "";
  const first = outcomesNext ? `, first on ${moment(outcomesNext, "day")}` : "";
  return ` (${counted(waiting, "prediction")} pending${first})`;
}

function inputsText(report: DriftReport | null): string {
  if (!report) return "not evaluated yet";
  const drifted = report.features.filter((f) => f.drifted).length;
  return {
    "stable": "no drift",
    "drifted": drifted > 0 ? `drift in ${count(drifted)} of ${count(report.features.length)}` : "drift",
    "cannot tell yet": "not enough data",
  }[report.answer];
}

/** Sums up the events, where not all is well. */
export function dataSentence({ report, accepted }: MonitoringView["quality"]): string {
  const open = openFindings(report, accepted).length;
  if (open > 0) return `Data quality: ${counted(open, "open finding")} to fix first.`;
  return report?.answer === "changed" ? "Data quality: the shop's data have changed." : "";
}

/** Explains the false-alarm budget of one look at the inputs. */
export function budgetText({ falseAlarmDays, models, shares }: Budget, report: DriftReport): string {
  const share = shares.find(({ watched }) => watched === "features")?.share ?? 0;
  return `Budget: one false alarm in ${counted(falseAlarmDays, "day")} over everything monitored. ` +
    `Inputs get ${percent(share)} of it, divided among ${counted(models, "model")}. ` +
    `False-alarm probability of this evaluation: ${percent(report.alpha)}, over all ${
      count(report.features.length)
    } features.`;
}

/** Returns the smallest shift that an evaluation without a finding would have detected. */
export function sensitivity({ drifted, smallest, wobble, kind }: FeatureShift): string {
  if (drifted) return "drift";
  if (wobble === null) return "not enough data: too little history of its normal variation";
  if (smallest === null) return "no shift of the sizes tried would be detected";
  return `a shift of ${
    kind === "numeric" ? `${smallest.toFixed(2)} sd` : `${percent(smallest)} of the rows`
  } would be detected with 80 % power`;
}

/** "p < 0.001" or "p 0.343" */
export const chance = (p: number): string => p < 0.001 ? "p < 0.001" : `p ${figure(p)}`;

const MEANS: Readonly<Record<Finding["means"], Badge>> = {
  broken: badge("watch", "Open, fix first", "watch"),
  changed: badge("watch", "Open, changed", "watch"),
  passing: badge("unknown", "Temporary"),
};

/** Returns the badge of a finding. */
export const findingBadge = (
  { means, accepted, ongoing }: Pick<Finding, "means" | "accepted" | "ongoing">,
): Badge => accepted ? badge("good", "Accepted") : ongoing ? MEANS[means] : badge("good", "Resolved");
