import { z } from "zod";

/** One number about a model, with its uncertainty. */
export const Measured = z.strictObject({
  metric: z.string(),
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  rows: z.int(),
  shoppers: z.int(),
  atDeployment: z.number().nullable().describe("the same metric on the rows the version was validated on"),
});
export type Measured = z.infer<typeof Measured>;

/** Predicted against observed, of the rows whose prediction lies in one bin. */
const CalibrationBin = z.strictObject({
  low: z.number(),
  high: z.number(),
  rows: z.int(),
  predicted: z.number(),
  observed: z.number(),
  observedLow: z.number(),
  observedHigh: z.number(),
});

/** The report of a look at a serving version's answers. */
export const PerformanceReport = z.strictObject({
  model: z.string(),
  version: z.int(),
  asOf: z.iso.datetime(),
  answer: z.enum(["holds", "fell", "cannot tell yet"]),
  text: z.string(),
  alpha: z.number().describe("false-alarm probability of this evaluation"),
  confidence: z.number().describe("coverage of the intervals"),
  loss: z.string().describe("the metric the answer rests on"),
  margin: z.number().describe("absolute rise of that loss that still counts as no worse"),
  measured: z.strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    rows: z.int(),
    metrics: z.array(Measured),
    segments: z.array(z.strictObject({ segment: z.string(), rows: z.int(), metrics: z.array(Measured) })),
    calibration: z.array(CalibrationBin),
  }).nullable().describe("predictions whose outcomes are known; null: none yet"),
  served: z.strictObject({
    versions: z.array(z.int()).describe("whose predictions these are, oldest first"),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    rows: z.int(),
    metrics: z.array(Measured),
  }).optional().describe(
    "the newest outcomes of whichever versions served, where the version has few of its own yet; left out: it has",
  ),
  classes: z.array(z.strictObject({
    name: z.string(),
    rows: z.int().describe("outcomes of this class"),
    cameTrue: z.number().nullable().describe("its share of the outcomes"),
    predicted: z.number().nullable().describe("share of the same rows for which it is the likeliest"),
    waiting: z.number().nullable().describe("the same of predictions that wait for their outcomes"),
    atDeployment: z.number().nullable().describe("the same of the rows the version was validated on"),
    recall: z.number().nullable().describe("null: it never came true"),
    precision: z.number().nullable().describe("null: it was never predicted"),
  })).optional().describe("of a model of several classes"),
  waiting: z.int().describe("predictions whose outcomes are not complete yet"),
  outcomesNext: z.iso.datetime().nullable().describe("when the next of them are complete"),
  estimated: z.strictObject({
    method: z.string(),
    assumptions: z.array(z.string()),
    rows: z.int(),
    metrics: z.array(Measured),
  }).nullable().describe("an estimate, not a measurement, of the predictions that wait"),
  scored: z.array(z.strictObject({
    asOf: z.iso.datetime(),
    metric: z.string(),
    estimated: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    actual: z.number(),
    rows: z.int(),
    within: z.boolean(),
  })).describe("earlier estimates beside what came true, newest first"),
  forecast: z.strictObject({
    metric: z.string(),
    perDay: z.number(),
    threshold: z.number(),
    daysLeft: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable().describe("null: perhaps never"),
    points: z.int(),
  }).nullable().describe("when the loss crosses the threshold if it goes on like this; null: too few points"),
  streams: z.array(z.strictObject({
    detector: z.string(),
    seen: z.int(),
    alarms: z.int(),
    lastAlarm: z.iso.datetime().nullable(),
    budgeted: z.boolean().describe("whether its alarms stay within the budget and count for the answer"),
  })),
});
export type PerformanceReport = z.infer<typeof PerformanceReport>;
