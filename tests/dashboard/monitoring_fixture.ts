/** What looks found at the models of a fixture, and how its events came in: made up from a seed. */
import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import { histogram } from "../../src/drift/histogram.ts";
import { sampleOf } from "../../src/drift/sample.ts";
import type { TrailPoint } from "../../src/db/monitoring/performance_trail.ts";
import type { DriftReport, FeatureShift } from "../../src/drift/report.ts";
import type { PerformanceReport } from "../../src/performance/report.ts";
import type { Finding } from "../../src/quality/report.ts";
import type { Shapes } from "../../src/monitoring/shapes.ts";
import type { ServingMove } from "../../src/registry/version.ts";
import type { DataView } from "../../src/dashboard/reads/data.ts";
import type { MonitoringView } from "../../src/dashboard/reads/monitoring.ts";
import { hoursBesideUsual } from "../../src/monitoring/usual_hours.ts";
import { budgetOf } from "../../src/app/reports/monitoring.ts";
import type { QuarantineRow } from "../../src/db/events/quarantine.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const metricOf = (model: string): string => model === "spending" ? "mse" : "accuracy";

export const FINDING: Finding = {
  key: "unit jump/price/2011-10-20",
  kind: "unit jump",
  subject: "price",
  means: "broken",
  rows: 766,
  share: 0.042,
  from: "2011-10-20T00:00:00.000Z",
  to: "2011-11-01T00:00:00.000Z",
  ongoing: true,
  firstSeen: "2011-10-21T00:00:00.000Z",
  accepted: false,
  p: 0.00002,
  text: "prices are 100 times what they were since 2011-10-20",
  evidence: { factor: 100 },
};

/** Looks every two weeks at versions 1 to 3; the first look of each has no outcomes. */
export function trailOf(model: string, fromMs: number, looks = 12): TrailPoint[] {
  const random = seededRandom(3);
  const at = model === "churn" ? 0.74 : 1_100_000;
  const half = at / 30;
  return Array.from({ length: looks }, (_, i) => {
    const version = 1 + Math.floor(i / 4);
    const value = at * (1 + 0.02 * (random() - 0.5));
    const base = { metric: metricOf(model), rows: 400 + 50 * i, shoppers: 380, atDeployment: at };
    return {
      asOf: iso(fromMs + i * 14 * DAY_MS),
      version,
      confidence: 0.9,
      waiting: 300,
      answer: i % 4 === 0 ? "cannot tell yet" : "holds",
      measured: i % 4 === 0 ? null : { ...base, value, low: value - half, high: value + half },
      estimated: { ...base, value: value * 1.01, low: value - 1.5 * half, high: value + 1.5 * half },
    };
  });
}

function performanceOf(model: string, trail: readonly TrailPoint[]): PerformanceReport {
  const last = trail.at(-1)!;
  const metrics = last.measured ? [last.measured] : [];
  return {
    model,
    version: last.version,
    asOf: last.asOf,
    alpha: 0.02,
    confidence: 0.9,
    loss: "logLoss",
    margin: 0.01,
    answer: last.answer as PerformanceReport["answer"],
    text: "log loss 0.55 on the outcomes known so far",
    measured: last.measured && {
      from: trail[0].asOf,
      to: last.asOf,
      rows: last.measured.rows,
      metrics,
      segments: [],
      calibration: [],
    },
    waiting: 300,
    outcomesNext: iso(Date.parse(last.asOf) + 3 * DAY_MS),
    estimated: {
      method: "expected from recalibrated probabilities",
      assumptions: ["No concept drift", "Seasons move it no more than before"],
      rows: 300,
      metrics: last.estimated ? [last.estimated] : [],
    },
    scored: trail.slice(0, -2).toReversed().map(({ asOf, estimated: e }, i) => ({
      asOf,
      metric: e!.metric,
      estimated: e!.value,
      low: e!.low,
      high: e!.high,
      rows: e!.rows,
      actual: i === 2 ? e!.high! * 1.02 : e!.value * 0.995,
      within: i !== 2,
    })),
    forecast: {
      metric: "logLoss",
      perDay: 0.0004,
      threshold: 0.56,
      daysLeft: 25,
      low: 12,
      high: null,
      points: 6,
    },
    streams: [
      { detector: "shiryaev-roberts", seen: 980, alarms: 0, lastAlarm: null, budgeted: true },
      { detector: "ddm", seen: 980, alarms: 1, lastAlarm: last.asOf, budgeted: false },
    ],
  };
}

const NAMES = ["recency_days", "orders_90", "spend_90", "basket_mean", "sessions_7", "returns_rate"];

function driftOf(model: string, asOf: string, version: number): { report: DriftReport; shapes: Shapes } {
  const random = seededRandom(5);
  const shapes: Shapes = {};
  const features = NAMES.map((feature, i): FeatureShift => {
    const move = i === 0 ? 1 : 0;
    const draw = (by: number) =>
      sampleOf(Array.from({ length: 300 }, () => Math.floor(10 * (random() + by))));
    shapes[feature] = histogram(draw(0), draw(move))!;
    return {
      feature,
      kind: "numeric",
      distances: { psi: 0.1 * (i + 1) },
      pRaw: i ? 0.4 : 1e-6,
      p: i ? 1 : 0.0001,
      wobble: i === 5 ? null : { p: i ? 0.6 : 0.001, sd: 0.1, stretches: 9 },
      drifted: i === 0,
      shift: i ? 0.05 : 1.2,
      missing: { reference: 0, current: 0 },
      importance: 0.02 / (i + 1),
      impact: (i ? 0.05 : 1.2) * 0.02 / (i + 1),
      smallest: i === 4 ? null : 0.4,
    };
  });
  return {
    shapes,
    report: {
      model,
      version,
      asOf,
      answer: "drifted",
      text: "1 of 6 features shifted beyond chance",
      alpha: 0.04,
      reference: { cutoffs: [iso(Date.parse(asOf) - 60 * DAY_MS)], rows: 300, blocks: ["a"] },
      current: { cutoff: asOf, rows: 300, block: "b" },
      past: [],
      method: "permutation",
      rounds: 999,
      seed: 1,
      features,
      together: { statistic: "MMD of ranks", value: 0.02, p: 0.001, drifted: true },
    },
  };
}

/** Of one model of the fixture; null where there is no such model. */
export function monitoringView(
  { model, models, moves, asOfMs, firstMs }: {
    model: string;
    models: readonly string[];
    moves: ServingMove[];
    firstMs: number;
    asOfMs?: number;
  },
): MonitoringView | null {
  if (!models.includes(model)) return null;
  const of = (name: string) =>
    trailOf(name, firstMs).filter((p) => Date.parse(p.asOf) <= (asOfMs ?? Infinity));
  const brief = models.map((name) => {
    const trail = of(name);
    const last = trail.at(-1)!;
    return {
      model: name,
      metric: metricOf(name),
      performance: { report: performanceOf(name, trail), waiting: null },
      drift: { report: driftOf(name, last.asOf, last.version).report, waiting: null },
    };
  });
  const trail = of(model);
  const back: ServingMove = {
    ...moves[0],
    kind: "roll back",
    version: 1,
    previous: 2,
    asOf: trail[Math.min(6, trail.length - 1)].asOf,
  };
  const mine = brief.find((one) => one.model === model)!;
  const { shapes } = driftOf(model, trail.at(-1)!.asOf, trail.at(-1)!.version);
  return {
    model,
    metric: metricOf(model),
    unit: model === "churn" ? "probability" : "shop currency",
    brief,
    shapes,
    labels: { visit_gap_5: "mean days between the last 5 visits" },
    trail,
    moves: [...moves, back],
    performance: mine.performance,
    drift: mine.drift,
    at: asOfMs === undefined ? null : iso(asOfMs),
    quality: {
      waiting: null,
      withheld: [],
      accepted: [],
      report: {
        asOf: trail.at(-1)!.asOf,
        answer: "broken",
        text: "prices jumped",
        alpha: 0.01,
        from: trail[0].asOf,
        events: 18_240,
        days: 115,
        findings: [FINDING],
      },
    },
    budget: budgetOf(["features", "together", "performance", "streams", "quality"], {
      falseAlarmDays: 30,
      models: 2,
    }),
    looks: trailOf(model, firstMs).toReversed().map(({ asOf, answer }, i) => ({
      id: `0199a1b2-0000-4000-8000-${String(i).padStart(12, "0")}`,
      asOf,
      answer,
      text: "as it was then",
    })),
  };
}

/** An installation whose models nobody looked at. */
export function emptyMonitoring(model: string, models: readonly string[]): MonitoringView | null {
  if (!models.includes(model)) return null;
  const none = (name: string) => ({
    report: null,
    waiting: name === "the events"
      ? "Not evaluated yet; the monitor evaluates the events once an hour"
      : `Not monitored yet (no version of ${name} is deployed)`,
  });
  return {
    model,
    metric: metricOf(model),
    unit: "probability",
    shapes: null,
    labels: {},
    trail: [],
    moves: [],
    looks: [],
    at: null,
    brief: models.map((name) => ({
      model: name,
      metric: metricOf(name),
      performance: none(name),
      drift: none(name),
    })),
    performance: none(model),
    drift: none(model),
    quality: { ...none("the events"), withheld: [], accepted: [] },
    budget: budgetOf(["features"], { falseAlarmDays: 30, models: 2 }),
  };
}

export const REASON = "time is in the future";

/** A shop that sends its events hour by hour, for eight weeks up to a moment. */
export function dataView(asOfMs: number): DataView {
  const random = seededRandom(9);
  const today = Math.floor(asOfMs / DAY_MS);
  const brief = Array.from({ length: 60 }, (_, i) => {
    const hours = Array.from(
      { length: 24 },
      (_, h) => Math.round((20 + 15 * Math.sin(h / 4)) * (0.8 + 0.4 * random())),
    );
    const events = hours.reduce((a, b) => a + b, 0);
    return { day: today - 60 + i, hours, events, late: Math.round(events / 50), duplicates: 3 };
  });
  const now = Math.floor(asOfMs % DAY_MS / 3_600_000);
  const soFar = new Array<number>(24).fill(0).fill(28, 0, now);
  const events = soFar.reduce((a, b) => a + b, 0);
  const days = [...brief.slice(-55), { day: today, events }].flatMap(({ day, events }) =>
    [["view", 0.6], ["cart", 0.2], ["purchase", 0.15], ["return", 0.03], ["wish", 0.02]].map((
      [type, part],
    ) => ({
      day,
      type: String(type),
      events: Math.round(events * Number(part)),
    }))
  );
  return {
    asOf: iso(asOfMs),
    clock: "wall",
    days,
    brief: brief.slice(-55),
    hours: hoursBesideUsual({ days: brief, today: soFar, asOfMs, shownDays: 7, weeks: 6 }),
    newest: {
      at: iso(asOfMs - 60_000),
      received: iso(asOfMs - 59_000),
      events: 1000,
      lagMiddle: 1,
      lagMost: 12.5,
    },
    repeats: [{ source: "api", events: 41, lastDay: today }],
    imports: [{
      name: "history.csv.gz",
      linesDone: 9001,
      accepted: 9000,
      duplicates: 0,
      quarantined: 1,
      updatedAt: iso(asOfMs - DAY_MS),
      finishedAt: iso(asOfMs - DAY_MS),
    }],
    reasons: [
      {
        reason: REASON,
        events: 12,
        first: iso(asOfMs - DAY_MS),
        last: iso(asOfMs),
        triedAt: null,
        replayed: 0,
      },
      { reason: "price is negative", events: 0, first: null, last: null, triedAt: null, replayed: 4 },
    ],
  };
}

export const QUARANTINED: QuarantineRow = {
  id: 7,
  eventId: "o-7",
  reason: REASON,
  field: "time",
  source: "api",
  receivedAt: "2026-03-01T00:00:00.000Z",
  body: { id: "o-7", type: "view", product: "tea-7" },
  firstReason: null,
  triedAt: null,
};

export const EMPTY_DATA: Omit<DataView, "asOf"> = {
  clock: "wall",
  days: [],
  hours: [],
  brief: [],
  repeats: [],
  imports: [],
  reasons: [],
  newest: { at: null, received: null, events: 0, lagMiddle: null, lagMost: null },
};
