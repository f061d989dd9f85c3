import { z } from "zod";
import type { Interval as MeanInterval } from "../stats/interval.ts";

/** An end of an interval. JSON has no infinity: an end that is nowhere is `null` there, and infinite here, also when read twice. */
const end = (nowhere: number) =>
  z.preprocess((value) => value === nowhere ? null : value, z.number().nullable())
    .transform((value) => value ?? nowhere);

/** A mean with its two-sided interval over `n` rows of `clusters` shoppers. */
export const Interval = z.strictObject({
  mean: z.number(),
  low: end(-Infinity),
  high: end(Infinity),
  n: z.int(),
  clusters: z.int(),
  confidence: z.number(),
}) satisfies z.ZodType<MeanInterval>;
export type Interval = MeanInterval;

/** Everything a verdict rests on, enough to reach it again. */
export const Evidence = z.strictObject({
  gate: z.enum(["evidence", "no-harm", "threshold", "worth"]),
  loss: z.string().describe("name of the loss that was compared"),
  against: z.enum(["champion", "baseline"]),
  championLoss: z.number(),
  challengerLoss: z.number(),
  difference: Interval.describe(
    "challenger's loss minus the other's, on the same rows; below zero is better",
  ),
  rowsMin: z.int().optional().describe("fewer rows, or shoppers, than these tell nothing"),
  margin: z.number().describe("absolute rise of the loss that still counts as no worse"),
  threshold: z.number().describe("relative fall the threshold gate asks for"),
  expected: z.strictObject({ mean: z.number(), sd: z.number() }).nullable().default(null).describe(
    'the difference that was forecast before the test, for the gate "worth"; null: none was',
  ),
  stale: z.boolean(),
  staleBecause: z.string().nullable(),
  failing: z.boolean(),
  cutoffs: z.array(z.iso.datetime()),
  segments: z.array(z.strictObject({
    segment: z.string(),
    difference: Interval,
    championLoss: z.number(),
  })).default([]).describe("the same within kinds of shoppers; empty: made by a release that did not look"),
  segmentMargin: z.number().default(0).describe("rise of a segment's loss that is allowed, as a share of it"),
  own: z.strictObject({
    metric: z.string(),
    better: z.enum(["higher", "lower"]),
    difference: Interval.describe("challenger's less the other's, on the same rows"),
  }).optional().describe(
    "the quoted metric, where it is the shop's own and not the loss: shown worse, nothing is promoted",
  ),
  championMetrics: z.record(z.string(), z.number().nullable()).describe("null: these rows do not define it"),
  challengerMetrics: z.record(z.string(), z.number().nullable()),
});
export type Evidence = z.infer<typeof Evidence>;

/** The verdict of a comparison on unseen rows. */
export const Verdict = z.enum(["promote", "reject", "inconclusive"]);
export type Verdict = z.infer<typeof Verdict>;
