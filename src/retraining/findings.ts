import { z } from "zod";
import { Interval } from "../validation/verdict.ts";
import { Trigger } from "./check.ts";
import { DriftReport, FeatureShift } from "../drift/report.ts";
import { PerformanceReport } from "../performance/report.ts";
import { Finding, QualityReport } from "../quality/report.ts";
import { Learnable } from "./learnable.ts";
import { WorthInput } from "./worth/decide.ts";

const Trouble = Finding.pick({
  key: true,
  kind: true,
  subject: true,
  rows: true,
  from: true,
  to: true,
  text: true,
});
export type Trouble = z.infer<typeof Trouble>;

/** The findings of a check: all it decides on, so that the same findings give the same answer. */
export const Findings = z.strictObject({
  trigger: Trigger,
  asOf: z.iso.datetime(),
  newSamples: z.int(),
  newSamplesMin: z.int(),
  cutoffs: z.int().describe("labelled cut-offs in the history"),
  cutoffsMin: z.int(),
  unseenRows: z.int().describe("labelled rows newer than anything the champion was trained on"),
  unseenRowsMin: z.int(),
  newestLabelled: z.iso.datetime().nullable().describe("the newest cut-off whose outcomes are complete"),
  nextLabelled: z.iso.datetime().nullable().describe(
    "when the outcomes of the cut-off after it are complete",
  ),
  newCutoffs: z.int().describe("cut-offs labelled since the last training that came to a verdict"),
  routineCutoffs: z.int().describe("so many of them call for a routine training; 0: none does"),
  champion: z.strictObject({
    version: z.int(),
    ageDays: z.number().describe("days since its newest training outcome"),
    staleAfterDays: z.number(),
    rows: z.int().describe("rows it was trained on"),
    rowsNow: z.int().describe("rows labelled now"),
    staleGrowth: z.number(),
    validatedLoss: z.number().describe("its loss on the rows it was validated on"),
    lossNow: Interval.nullable().describe("its loss on labelled rows it has not seen; null: too few to say"),
    margin: z.number(),
  }).nullable(),
  quality: z.strictObject({
    answer: QualityReport.shape.answer,
    broken: z.array(Trouble).describe("not accepted by a person"),
    changed: z.array(Trouble),
    passing: z.array(Trouble),
  }).nullable().describe("null: nobody looked at the events"),
  drift: z.strictObject({
    answer: DriftReport.shape.answer,
    text: z.string(),
    since: z.iso.datetime().nullable().describe("first of the looks that found drift without a break"),
    top: z.array(FeatureShift.pick({ feature: true, shift: true, p: true, importance: true, smallest: true }))
      .describe("the features that matter most, drifted ones first"),
  }).nullable(),
  rollout: z.strictObject({
    id: z.string(),
    version: z.int(),
    strategy: z.string(),
    since: z.iso.datetime().describe("as of"),
  }).nullable().default(null).describe("the rollout that runs; null: none does"),
  worth: WorthInput.nullable().default(null).describe(
    "what each version lost on each labelled cut-off, and the price of a training; null: not weighed",
  ),
  learnable: Learnable.nullable().default(null).describe(
    "what the labelled rows hold to learn from; null: made by a release that did not look",
  ),
  outcomes: z.strictObject({
    answer: PerformanceReport.shape.answer,
    text: z.string(),
    rows: z.int(),
  }).nullable().describe("what predictions that met their outcomes say"),
});
export type Findings = z.infer<typeof Findings>;
