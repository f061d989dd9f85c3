/** Reports and findings as a look and a check store them, for tests of what is told about them. */
import type { Sql } from "../../src/db/connect.ts";
import { saveObservation } from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import type { DriftReport, FeatureShift } from "../../src/drift/report.ts";
import type { Findings } from "../../src/retraining/findings.ts";
import type { PerformanceReport } from "../../src/performance/report.ts";
import type { Finding, QualityReport } from "../../src/quality/report.ts";

const AS_OF = "2011-09-01T00:00:00.000Z";
const A_MONTH_AGO = "2011-08-01T00:00:00.000Z";

export const aShift = (over: Partial<FeatureShift> = {}): FeatureShift => ({
  feature: "spend_trend_horizon",
  kind: "numeric",
  distances: { ks: 0.21, wasserstein: null },
  pRaw: 0.00001,
  p: 0.0006,
  wobble: { p: 0.0004, sd: 0.02, stretches: 9 },
  drifted: true,
  shift: 0.421,
  missing: { reference: 0.01, current: 0.012 },
  importance: 0.123,
  impact: 0.0518,
  smallest: 0.308,
  ...over,
});

export const aDriftReport = (over: Partial<DriftReport> = {}): DriftReport => ({
  model: "churn",
  version: 4,
  asOf: AS_OF,
  answer: "drifted",
  text: "1 of 2 features shifted beyond chance, first of them spend_trend_horizon (+0.42 sd, p < 0.001)",
  reference: { cutoffs: [A_MONTH_AGO], rows: 3611, blocks: ["a".repeat(64)] },
  current: { cutoff: AS_OF, rows: 1204, block: "b".repeat(64) },
  past: [],
  alpha: 0.0058,
  method: "permutation",
  rounds: 9999,
  seed: 1,
  features: [
    aShift(),
    aShift({
      feature: "category",
      kind: "categorical",
      p: 0.412,
      drifted: false,
      shift: null,
      importance: null,
      impact: null,
      smallest: 0.064,
    }),
  ],
  together: { statistic: "energy", value: 0.012, p: 0.31, drifted: false },
  ...over,
});

export const aFinding = (over: Partial<Finding> = {}): Finding => ({
  key: "unit jump/price/2011-08-30",
  kind: "unit jump",
  subject: "price",
  means: "broken",
  rows: 1312,
  share: 0.083,
  from: "2011-08-30T12:00:00.000Z",
  to: AS_OF,
  ongoing: true,
  firstSeen: AS_OF,
  accepted: false,
  p: 0.00002,
  evidence: { factor: 100 },
  text: "Prices are 100 times what they were",
  ...over,
});

export const aQualityReport = (over: Partial<QualityReport> = {}): QualityReport => ({
  asOf: AS_OF,
  answer: "broken",
  text: "1 finding: fix the data first",
  alpha: 0.0067,
  from: "2011-08-25T00:00:00.000Z",
  events: 15_807,
  days: 56,
  findings: [aFinding()],
  ...over,
});

export const aPerformanceReport = (over: Partial<PerformanceReport> = {}): PerformanceReport => ({
  model: "churn",
  version: 4,
  asOf: AS_OF,
  answer: "holds",
  alpha: 0.0042,
  confidence: 0.9,
  text: "Version 4 does as when it was validated, within chance",
  loss: "logLoss",
  margin: 0.0108,
  measured: {
    from: "2011-06-01T00:00:00.000Z",
    to: A_MONTH_AGO,
    rows: 1204,
    metrics: [aMeasure("accuracy", 0.7123), aMeasure("logLoss", 0.5412)],
    segments: [{
      segment: "one purchase",
      rows: 311,
      metrics: [{ ...aMeasure("logLoss", 0.61), rows: 311 }],
    }],
    calibration: [
      {
        low: 0.2,
        high: 0.4,
        rows: 240,
        predicted: 0.31,
        observed: 0.33,
        observedLow: 0.27,
        observedHigh: 0.39,
      },
    ],
  },
  waiting: 902,
  outcomesNext: "2011-09-12T00:00:00.000Z",
  estimated: {
    method: "CBPE",
    assumptions: ["probabilities stay calibrated"],
    rows: 902,
    metrics: [{ ...aMeasure("logLoss", 0.5501), rows: 902 }],
  },
  scored: [{
    asOf: A_MONTH_AGO,
    metric: "logLoss",
    estimated: 0.548,
    low: 0.52,
    high: 0.57,
    actual: 0.5412,
    rows: 1204,
    within: true,
  }],
  forecast: {
    metric: "logLoss",
    perDay: 0.0011,
    threshold: 0.5508,
    daysLeft: 9,
    low: 5,
    high: null,
    points: 8,
  },
  streams: [{ detector: "adwin", seen: 1204, alarms: 0, lastAlarm: null, budgeted: false }],
  ...over,
});

const aMeasure = (metric: string, value: number) => ({
  metric,
  value,
  low: value - 0.02,
  high: value + 0.02,
  rows: 1204,
  shoppers: 1100,
  atDeployment: 0.54,
});

/** What a check found when the three reports above were its looks. */
export const someFindings = (over: Partial<Findings> = {}): Findings => ({
  rollout: null,
  worth: null,
  learnable: null,
  trigger: "interval",
  asOf: AS_OF,
  newSamples: 900,
  newSamplesMin: 100,
  cutoffs: 9,
  cutoffsMin: 3,
  unseenRows: 500,
  unseenRowsMin: 100,
  newestLabelled: A_MONTH_AGO,
  nextLabelled: "2011-09-12T00:00:00.000Z",
  newCutoffs: 0,
  routineCutoffs: 1,
  champion: {
    version: 4,
    ageDays: 31,
    staleAfterDays: 84,
    rows: 3611,
    rowsNow: 4000,
    staleGrowth: 1.3,
    validatedLoss: 0.54,
    lossNow: null,
    margin: 0.0108,
  },
  quality: { answer: "broken", broken: [troubleOf(aFinding())], changed: [], passing: [] },
  drift: { answer: "drifted", text: aDriftReport().text, since: AS_OF, top: [] },
  outcomes: { answer: "holds", text: aPerformanceReport().text, rows: 1204 },
  ...over,
});

const troubleOf = ({ key, kind, subject, rows, from, to, text }: Finding) => ({
  key,
  kind,
  subject,
  rows,
  from,
  to,
  text,
});

/** Stores a look with one of these reports. */
export const addLook = (
  sql: Sql,
  kind: Observation["kind"],
  report: DriftReport | QualityReport | PerformanceReport,
  over: Partial<Observation> = {},
): Promise<Observation> =>
  saveObservation(sql, {
    id: crypto.randomUUID(),
    kind,
    model: "model" in report ? report.model : null,
    key: crypto.randomUUID(),
    asOf: report.asOf,
    answer: report.answer,
    report: { ...report },
    evidenceSha256: "e".repeat(64),
    codeVersion: "c1",
    ...over,
  });
