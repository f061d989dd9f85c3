import type { DriftReport, FeatureShift } from "../drift/report.ts";
import type { Measured, PerformanceReport } from "../performance/report.ts";
import type { Finding, QualityReport } from "../quality/report.ts";
import { count, figure, metricName, percent } from "../format/numbers.ts";
import type { Settlement, Severity, WantedAlert } from "./alert.ts";

/** So many findings of one look are alerts of their own; the rest are one together: nobody reads thirty. */
const FINDINGS_MAX = 12;
/** A forecast is told when the threshold is so near, ... */
const WARN_DAYS = 14;
/** ... and even the late end of its interval no farther than this: else the trend may as well be none. */
const WARN_DAYS_LATEST = 28;

/** Broken data are critical while they come in; data that changed are told once; a burst that ends by itself is not. */
export function wantedFromQuality({ answer, asOf, text, findings }: QualityReport): Settlement {
  const alerting = findings.filter(({ means, accepted }) => means !== "passing" && !accepted);
  const alone = alerting.slice(0, FINDINGS_MAX).map((finding) => findingAlert(finding, asOf));
  const others = alerting.slice(FINDINGS_MAX);
  return {
    scope: { kinds: answer === "cannot tell yet" ? [] : ["quality"], model: null },
    wanted: others.length === 0 ? alone : [...alone, othersAlert(others, asOf)],
    closedWhy: `as of ${minute(asOf)}: ${text}`,
  };
}

/** Alerts once about what changed; louder about what is broken, while it comes in. */
const severityOf = ({ means, ongoing }: Pick<Finding, "means" | "ongoing">): Severity =>
  means !== "broken" ? "info" : ongoing ? "critical" : "warning";

function findingAlert(finding: Finding, asOf: string): WantedAlert {
  const { key, kind, subject, means, rows, share, from, ongoing, text, p, evidence } = finding;
  const summary = `${kind} (${subject}): ${text}`;
  const size = `${count(rows)} events, ${percent(share)} of those looked at`;
  const todo = means === "changed"
    ? "Nothing is broken: the next checks weigh it"
    : ongoing
    ? "Fix the data first, or accept the finding if they are right"
    : "It has stopped; its rows are kept from training until they are sent again or accepted";
  return {
    key: `quality/${key}`,
    kind: "quality",
    model: null,
    severity: severityOf(finding),
    title: `${summary}. ${size}. ${todo}`,
    detail: { asOf, finding: key, means, rows, share, from, ongoing, p, ...evidence },
  };
}

function othersAlert(others: readonly Finding[], asOf: string): WantedAlert {
  const names = others.map(({ kind, subject }) => `${kind} (${subject})`);
  const severities = others.map(severityOf);
  return {
    key: "quality/others",
    kind: "quality",
    model: null,
    severity: (["critical", "warning"] as const).find((grave) => severities.includes(grave)) ?? "info",
    title: `${others.length} more findings in the data, ${
      names[0]
    } among them. See all: GET /monitoring/quality`,
    detail: { asOf, findings: names },
  };
}

/** Drift is a warning: inputs may move without harm. "cannot tell yet" closes nothing. */
export function wantedFromDrift(report: DriftReport): Settlement {
  const { model, asOf, answer, text } = report;
  return {
    scope: { kinds: answer === "cannot tell yet" ? [] : ["drift"], model },
    wanted: answer === "drifted" ? [driftAlert(report)] : [],
    closedWhy: `as of ${minute(asOf)}: ${text}`,
  };
}

function driftAlert(
  { model, version, asOf, features, together, current, reference, alpha }: DriftReport,
): WantedAlert {
  const drifted = features.filter((f) => f.drifted);
  const subject = drifted.length > 0
    ? `${drifted.length} of ${features.length} features moved, ${shiftText(drifted[0])} before all`
    : `the features moved together (${together?.statistic}, p ${
      probability(together?.p ?? NaN)
    }), none alone`;
  const rows = `${count(current.rows)} shoppers now against ${count(reference.rows)} rows then`;
  return {
    key: `drift/${model}/${version}`,
    kind: "drift",
    model,
    severity: "warning",
    title: `${model}: shoppers are not those that version ${version} was trained on: ${subject}; ${rows}. ` +
      "The next check weighs it; nothing to do unless the answers get worse",
    detail: {
      asOf,
      version,
      alpha,
      rows: current.rows,
      referenceRows: reference.rows,
      features: drifted.slice(0, 10).map(({ feature, shift, p, impact }) => ({ feature, shift, p, impact })),
      together,
    },
  };
}

const shiftText = ({ feature, shift, p }: FeatureShift) =>
  `${feature}${shift === null ? "" : ` (${signed(shift)} standard deviations)`} at p ${probability(p)}`;

/** A version that does worse than it did, and one that will if the trend goes on. */
export function wantedFromPerformance(report: PerformanceReport): Settlement {
  const { model, asOf, answer, text, forecast } = report;
  const fell = answer === "fell";
  const nears = !fell && forecast !== null && isNear(forecast);
  return {
    scope: {
      kinds: [
        ...answer === "cannot tell yet" ? [] : ["degradation"] as const,
        ...forecast === null && !fell ? [] : ["predictive"] as const, // too few points say nothing; having fallen does
      ],
      model,
    },
    wanted: [...fell ? [degradationAlert(report)] : [], ...nears ? [forecastAlert(report, forecast)] : []],
    closedWhy: `as of ${minute(asOf)}: ${text}`,
  };
}

function degradationAlert(
  { model, version, asOf, loss, text, measured, margin, alpha }: PerformanceReport,
): WantedAlert {
  const now = measured?.metrics.find(({ metric }) => metric === loss);
  return {
    key: `degradation/${model}/${version}`,
    kind: "degradation",
    model,
    severity: "critical",
    title:
      `${model}: version ${version} does worse than when it was deployed: ${now ? lossText(now) : text}. ` +
      `A check follows at once; if it does not retrain, GET /retraining/checks says why, and: perennial force ${model}`,
    detail: { asOf, version, loss, margin, alpha, measured: now ?? null, text },
  };
}

function lossText({ metric, value, low, high, rows, shoppers, atDeployment }: Measured): string {
  const interval = low === null || high === null ? "" : ` (${figure(low)} to ${figure(high)})`;
  const before = atDeployment === null ? "" : `, then ${figure(atDeployment)}`;
  return `${metricName(metric)} ${figure(value)}${interval}${before}, on ${count(rows)} rows of ${
    count(shoppers)
  } shoppers`;
}

type Forecast = NonNullable<PerformanceReport["forecast"]>;
/** The day is near, and the interval knows it: its late end is no "perhaps never". */
const isNear = ({ daysLeft, high }: Forecast) =>
  daysLeft !== null && daysLeft <= WARN_DAYS && high !== null && high <= WARN_DAYS_LATEST;

/** An information: a forecast is no finding, and no share of the false-alarm budget is kept for it. */
function forecastAlert(
  { model, version, asOf, confidence }: PerformanceReport,
  forecast: Forecast,
): WantedAlert {
  const { metric, daysLeft, low, high, threshold, points } = forecast;
  return {
    key: `predictive/${model}/${version}`,
    kind: "predictive",
    model,
    severity: "info",
    title:
      `${model}: at this trend the ${metricName(metric)} of version ${version} crosses ${
        figure(threshold)
      } in ` +
      `${daysLeft} days (${low ?? 0} to ${high}, ${
        percent(confidence)
      } interval of a line through ${points} looks). ` +
      `Nothing has fallen yet; perennial force ${model} retrains before it does`,
    detail: { asOf, version, ...forecast, confidence },
  };
}

const signed = (value: number) => `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(2)}`;
const probability = (p: number) => p < 0.0001 ? "< 0.0001" : p.toPrecision(2);
const minute = (iso: string) => `${iso.slice(0, 16).replace("T", " ")} UTC`;
