/** Prints what the monitor saw. Words carry the meaning; colour only repeats it. */
import { chance, count, deviations, figure, percent, signed } from "../format/numbers.ts";
import type { Acceptance } from "../monitoring/acceptance.ts";
import type { DriftReport, FeatureShift } from "../drift/report.ts";
import type { Measured, PerformanceReport } from "../performance/report.ts";
import type { Finding } from "../quality/report.ts";
import type { Budget, DriftLooks, PerformanceLooks, QualityLooks } from "../monitoring/report.ts";
import { listed, metricName } from "../format/words.ts";
import { asOfText, day, indented, INTERVAL, minute, mood, type Paint, table, wrapped } from "./format.ts";

/** The width and the colours of the output. */
export interface Style {
  paint: Paint;
  /** characters in a line */
  columns: number;
}

/** Everything the monitor watches, on one screen. */
interface Overview {
  quality: QualityLooks;
  drift: DriftLooks;
  performance: PerformanceLooks;
}

/** Features of each model and findings that the overview shows. */
const TOP = 5;

export function overviewText({ quality, drift, performance }: Overview, style: Style): string {
  const models = drift.models.map((looks, i) => modelText(looks, performance.models[i], style));
  const whole = { ...quality, budget: { ...quality.budget, shares: [] } };
  return [head(whole, style), eventsText(quality, style, TOP), ...models].join("\n\n");
}

function modelText(
  drift: DriftLooks["models"][number],
  performance: PerformanceLooks["models"][number],
  style: Style,
): string {
  const version = drift.newest?.report.version ?? performance.newest?.report.version;
  const name = style.paint("bold", drift.model);
  return [
    version === undefined ? name : `${name}, version ${version}`,
    field("inputs", answerText(drift, style), style),
    ...drift.newest ? [indented(featureTable(drift.newest.report, style, TOP), 4)] : [],
    field("outcomes", answerText(performance, style), style),
    ...performance.newest ? performanceLines(performance.newest.report).map(fieldLine(style)) : [],
  ].join("\n");
}

function performanceLines(
  { loss, confidence, measured, served, estimated, waiting, outcomesNext }: PerformanceReport,
): [string, string][] {
  const metricsText = (metrics: readonly Measured[]) =>
    measuredText(metrics.find((m) => m.metric === loss) ?? metrics[0], confidence);
  return [
    ...measured && measured.metrics.length > 0
      ? [["measured", metricsText(measured.metrics)] as [string, string]]
      : [],
    ...!measured && served
      ? [
        [
          "before",
          `${metricsText(served.metrics)}; of version${served.versions.length > 1 ? "s" : ""} ${
            listed(served.versions.map(String))
          }`,
        ] as [string, string],
      ]
      : [],
    ...estimated && estimated.metrics.length > 0
      ? [
        ["estimate", `${metricsText(estimated.metrics)}; an estimate, not a measurement`] as [string, string],
      ]
      : [],
    ["next", nextText({ waiting, outcomesNext })],
  ];
}

function nextText({ waiting, outcomesNext }: Pick<PerformanceReport, "waiting" | "outcomesNext">): string {
  if (waiting === 0) return "no pending predictions";
  const when = outcomesNext ? `, the next are complete on ${minute(outcomesNext)} UTC` : "";
  return `${count(waiting)} predictions pending${when}`;
}

function measuredText(
  { metric, value, low, high, rows, atDeployment }: Measured,
  confidence: number,
): string {
  const interval = low === null || high === null
    ? "no interval"
    : `${coverage(confidence)} ${rangeText(low, high)}`;
  const before = atDeployment === null ? "" : `; ${figure(atDeployment)} at deployment`;
  return `${metricName(metric)} ${figure(value)} (${interval}) on ${count(rows)} predictions${before}`;
}

const coverage = (confidence: number) => `${Math.round(confidence * 100)} % interval`;

const fieldLine = (style: Style) => ([name, text]: [string, string]) => field(name, text, style);
const NAME_WIDTH = 12;

/** A name in the margin, and its text beside it. */
const field = (name: string, text: string, { paint, columns }: Style): string =>
  wrapped(`  ${paint("dim", name.padEnd(NAME_WIDTH - 4))}  ${text}`, { columns, indent: NAME_WIDTH });

/** Drift in full: each model with every feature that is watched. */
export function driftText(looks: DriftLooks, style: Style): string {
  const models = looks.models.map((model) => {
    const { newest } = model;
    if (!newest) return titled(model.model, model, style, []);
    const { version, reference, current, alpha, method, rounds, together } = newest.report;
    const how = method === "permutation" ? `${count(rounds)} permutations` : "asymptotic";
    const facts = `Version ${version}; ${count(current.rows)} rows as of ${
      asOfText(current.cutoff)
    } against ${
      count(reference.rows)
    } it was trained on; ${how}; false-alarm probability of this evaluation: ${small(alpha)}`;
    const all = together
      ? `All features at once (${together.statistic}): ${
        mood(together.drifted ? "drifted" : "stable", style.paint)
      }, ${chance(together.p)}`
      : "All features at once: not compared";
    return titled(model.model, model, style, [facts, all, featureTable(newest.report, style)]);
  });
  return [head(looks, style), ...models].join("\n\n");
}

/** Data quality in full. */
export const qualityText = (looks: QualityLooks, style: Style): string =>
  [head(looks, style), eventsText(looks, style), ...earlierText(looks, style)].join("\n\n");

function eventsText(looks: QualityLooks, style: Style, most = Infinity): string {
  const inner = { ...style, columns: style.columns - 2 };
  const lines = [wrapped(answerText(looks, style), inner)];
  if (looks.newest) {
    const { findings, events, days, from } = looks.newest.report;
    const facts = `${count(events)} events since ${minute(from)}, compared with ${count(days)} days before`;
    lines.push(wrapped(facts, inner), ...findingsText(findings, looks, inner, most));
  }
  if (looks.withheld.length > 0) {
    const summary = "From earlier evaluations, not accepted: no model is trained on these rows either:";
    lines.push(wrapped(summary, inner), ...findingsText(looks.withheld, looks, inner, most));
  }
  return [style.paint("bold", "events"), ...lines.map((line) => indented(line))].join("\n");
}

function findingsText(
  findings: readonly Finding[],
  { accepted }: Pick<QualityLooks, "accepted">,
  style: Style,
  most: number,
): string[] {
  const lines = findings.slice(0, most).map((f) =>
    findingText(f, accepted.find((a) => a.key === f.key), style)
  );
  const left = findings.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more: perennial monitor quality`] : lines;
}

function findingText(finding: Finding, accepted: Acceptance | undefined, { paint, columns }: Style): string {
  const { key, kind, subject, means, rows, share, from, firstSeen, ongoing, p, text } = finding;
  const part = share < 0.001 ? "less than 0.1 %" : percent(share);
  const lines = [
    text,
    `${count(rows)} rows (${part}) from ${minute(from)}, ${ongoing ? "goes on" : "ended"}; first seen ${
      minute(firstSeen)
    }; ${p === null ? "observed directly, no test" : chance(p)}`,
    `key ${key}`,
    ...accepted ? [acceptedText(accepted)] : [],
  ];
  const title = `${mood(means, paint)}: ${kind}, ${subject}`;
  return [title, ...lines.map((line) => wrapped(`  ${line}`, { columns, indent: 2 }))].join("\n");
}

/** Prints a person's acceptance of a finding. */
export const acceptedText = ({ at, by, why }: Acceptance): string =>
  `accepted by ${by} on ${minute(at)}, so it no longer blocks training: ${why}`;

/** Performance in full. */
export function performanceText(looks: PerformanceLooks, style: Style): string {
  const models = looks.models.map((model) => {
    const report = model.newest?.report;
    return titled(model.model, model, style, report ? performanceParts(report, style) : []);
  });
  return [head(looks, style), ...models].join("\n\n");
}

/** What others measured, where the version that serves has few outcomes of its own. */
const servedParts = (
  { versions, from, to, rows, metrics }: NonNullable<PerformanceReport["served"]>,
  style: Style,
): string[] => [
  `What served before: version${versions.length > 1 ? "s" : ""} ${listed(versions.map(String))}, ${
    count(rows)
  } predictions of ${minute(from)} to ${minute(to)}`,
  metricTable(metrics, style),
];

function performanceParts(report: PerformanceReport, style: Style): string[] {
  const { version, confidence, loss, margin, measured, estimated, forecast, alpha } = report;
  return [
    `Version ${version}, judged by its ${metricName(loss)} with a margin of ${figure(margin)}; ${
      coverage(confidence)
    }s; false-alarm probability of this evaluation: ${small(alpha)}`,
    ...measured
      ? [
        `Measured on ${count(measured.rows)} predictions of ${minute(measured.from)} to ${
          minute(measured.to)
        }`,
        metricTable(measured.metrics, style),
        ...measured.segments.length > 0 ? [segmentTable(measured.segments, loss, style)] : [],
        ...measured.calibration.length > 0 ? [calibrationTable(measured.calibration, style)] : [],
      ]
      : ["No outcomes yet"],
    ...report.served ? servedParts(report.served, style) : [],
    ...report.classes ? [classTable(report.classes, style)] : [],
    nextText(report),
    ...estimated
      ? [
        `Estimated, not measured, on ${
          count(estimated.rows)
        } pending predictions (${estimated.method}). Assumptions: ${estimated.assumptions.join("; ")}`,
        metricTable(estimated.metrics, style),
      ]
      : [],
    ...report.scored.length > 0 ? [scoredTable(report.scored, style)] : [],
    ...forecast ? [forecastText(forecast)] : [],
    ...report.streams.length > 0 ? [streamTable(report.streams, style)] : [],
  ];
}

const right = (name: string) => ({ name, right: true } as const);

const metricTable = (metrics: readonly Measured[], { paint }: Style): string =>
  table(
    ["metric", right("value"), INTERVAL, right("at deployment"), right("n")],
    metrics.map((
      m,
    ) => [...measuredCells(m), m.atDeployment === null ? "-" : figure(m.atDeployment), count(m.rows)]),
    paint,
  );

const measuredCells = ({ metric, value, low, high }: Measured) => [
  metricName(metric),
  figure(value),
  rangeText(low, high),
];

type MeasuredPart = NonNullable<PerformanceReport["measured"]>;

/** Segments by the loss the answer rests on; every metric of each is in the JSON. */
const segmentTable = (segments: MeasuredPart["segments"], loss: string, { paint }: Style): string =>
  table(
    ["segment", "metric", right("value"), INTERVAL, right("n")],
    segments.flatMap(({ segment, metrics }) =>
      metrics.filter((m) => m.metric === loss).map((m) => [segment, ...measuredCells(m), count(m.rows)])
    ),
    paint,
  );

/** How often each class is predicted and comes true. */
const classTable = (classes: NonNullable<PerformanceReport["classes"]>, { paint }: Style): string =>
  table(
    [
      "class",
      right("came true"),
      right("predicted"),
      right("waiting"),
      right("at deployment"),
      right("recall"),
      right("precision"),
    ],
    classes.map(({ name, ...shares }) => [
      name,
      ...[
        shares.cameTrue,
        shares.predicted,
        shares.waiting,
        shares.atDeployment,
        shares.recall,
        shares.precision,
      ]
        .map((share) => share === null ? "-" : figure(share)),
    ]),
    paint,
  );

const calibrationTable = (bins: MeasuredPart["calibration"], { paint }: Style): string =>
  table(
    ["predicted between", right("predicted"), right("observed"), INTERVAL, right("n")],
    bins.map(({ low, high, rows, predicted, observed, observedLow, observedHigh }) => [
      rangeText(low, high),
      figure(predicted),
      figure(observed),
      rangeText(observedLow, observedHigh),
      count(rows),
    ]),
    paint,
  );

const scoredTable = (scored: PerformanceReport["scored"], { paint }: Style): string =>
  table(
    ["estimated on", "metric", right("estimate"), INTERVAL, right("actual"), right("n"), ""],
    scored.map((s) => [
      day(s.asOf),
      metricName(s.metric),
      figure(s.estimated),
      rangeText(s.low, s.high),
      figure(s.actual),
      count(s.rows),
      s.within ? "within" : "outside",
    ]),
    paint,
  );

function forecastText(
  { metric, perDay, threshold, daysLeft, low, high, points }: NonNullable<PerformanceReport["forecast"]>,
): string {
  const days = (n: number | null) => n === null ? "perhaps never" : `${Math.round(n)} days`;
  const crossing = daysLeft === null
    ? `does not cross ${figure(threshold)} like this`
    : `crosses ${figure(threshold)} in ${days(daysLeft)} (${days(low)} to ${days(high)})`;
  return `Forecast from ${count(points)} looks: ${metricName(metric)} moves by ${
    signed(perDay)
  } a day and ${crossing}`;
}

const streamTable = (streams: PerformanceReport["streams"], { paint }: Style): string =>
  table(
    ["detector", right("outcomes read"), right("alarms"), "last alarm", "used for alerts"],
    streams.map(({ detector, seen, alarms, lastAlarm, budgeted }) => [
      detector,
      count(seen),
      count(alarms),
      minute(lastAlarm),
      budgeted ? "yes" : "no, informational only",
    ]),
    paint,
  );

/** Features, the most important line first. */
function featureTable({ features, alpha }: DriftReport, { paint }: Style, most = Infinity): string {
  if (features.length === 0) return "no feature compared";
  const rows = features.slice(0, most).map((f) => [
    f.feature,
    mood(featureWord(f, alpha), paint),
    f.shift === null ? "-" : `${deviations(f.shift)} sd`,
    chance(f.p),
    f.importance === null ? "not known" : percent(f.importance, { sign: true }),
    smallestText(f),
  ]);
  return table(
    ["feature", "", right("shift"), right("p"), right("importance"), right("detects")],
    rows,
    paint,
  );
}

/** Shoppers differ, but there is too little history to know how far the feature moves by itself: nobody can tell. */
const featureWord = ({ drifted, wobble, p }: FeatureShift, alpha: number) =>
  drifted ? "drifted" : wobble || p > alpha ? "stable" : "unclear";

function smallestText({ kind, smallest }: FeatureShift): string {
  if (smallest === null) return "not known";
  return kind === "numeric" ? `${smallest.toFixed(2)} sd` : percent(smallest);
}

type Looks = Pick<DriftLooks["models"][number], "waiting" | "earlier"> & {
  newest: { report: { answer: string; asOf: string; text: string } } | null;
};

/** One model: its answer, then paragraphs and tables, then earlier evaluations. */
function titled(name: string, looks: Looks, style: Style, parts: readonly string[]): string {
  const inner = { ...style, columns: style.columns - 2 };
  const body = [answerText(looks, style), ...parts].map((part) =>
    part.includes("\n") ? part : wrapped(part, inner)
  );
  return [style.paint("bold", name), ...[...body, ...earlierText(looks, style)].map((part) => indented(part))]
    .join("\n");
}

const answerText = ({ newest, waiting }: Looks, { paint }: Style): string =>
  newest
    ? `${mood(newest.report.answer, paint)} as of ${minute(newest.report.asOf)}. ${newest.report.text}`
    : waiting ?? "";

function earlierText({ earlier }: Pick<Looks, "earlier">, { paint }: Style): string[] {
  if (earlier.length === 0) return [];
  return [
    table(
      ["earlier evaluations", "answer"],
      earlier.map((e) => [asOfText(e.asOf), mood(e.answer, paint)]),
      paint,
    ),
  ];
}

const head = ({ asOf, budget }: { asOf: string; budget: Budget }, { paint, columns }: Style): string =>
  wrapped(`As of ${minute(asOf)} UTC. ${budgetText(budget)}`, { columns }).split("\n").map((line) =>
    paint("dim", line)
  )
    .join("\n");

/** The budget, and what of it these looks spend. */
function budgetText({ falseAlarmDays, models, shares }: Budget): string {
  const each = shares.map(({ watched, share }) => `${watched} ${Math.round(share * 100)} %`).join(", ");
  const divided = shares.some((s) => s.watched !== "quality") && models > 1 ? `, over ${models} models` : "";
  const part = shares.length === 0 ? "" : `; of it ${each}${divided}`;
  return `Budget: one false alarm in ${falseAlarmDays} days over everything monitored${part}`;
}

/** A share of looks, with two digits that count. */
const small = (share: number) => share.toPrecision(2);
const rangeText = (low: number | null, high: number | null) =>
  low === null || high === null ? "no interval" : `${figure(low)} to ${figure(high)}`;
