/** The views of monitoring: the newest report of each kind, and a trail of the looks before it. */
import { z } from "zod";
import { Acceptance } from "./acceptance.ts";
import { SHARES, type Watched } from "./budget.ts";
import { DriftReport } from "../drift/report.ts";
import { ObservationSummary } from "./observation_summary.ts";
import { PerformanceReport } from "../performance/report.ts";
import { Finding, QualityReport } from "../quality/report.ts";

/** The part of the false-alarm budget that some looks spend. */
export const Budget = z.object({
  falseAlarmDays: z.number().describe("days between two false alarms, on average, over everything watched"),
  models: z.int().describe("models that divide what is not the events'"),
  shares: z.array(z.object({
    watched: z.enum(Object.keys(SHARES) as [Watched, ...Watched[]]),
    share: z.number().describe("of the whole budget, over all models"),
    perDay: z.number().describe("chance of a false alarm that looks of one day may spend, at one model"),
  })),
});
export type Budget = z.infer<typeof Budget>;

const looks = <T extends z.ZodType>(report: T) =>
  z.object({
    newest: z.object({ id: z.uuid(), at: z.iso.datetime(), codeVersion: z.string(), report }).nullable(),
    waiting: z.string().nullable().describe("why there is no look yet, and when the first one comes"),
    earlier: z.array(ObservationSummary).describe("newest first"),
  });
const common = z.object({ asOf: z.iso.datetime(), budget: Budget });
const ofModels = <T extends z.ZodType>(report: T) =>
  common.extend({ models: z.array(looks(report).extend({ model: z.string() })) });

/** Whether the inputs of the models shifted. */
export const DriftLooks = ofModels(DriftReport);
export type DriftLooks = z.infer<typeof DriftLooks>;

/** Whether the models still do what they did. */
export const PerformanceLooks = ofModels(PerformanceReport);
export type PerformanceLooks = z.infer<typeof PerformanceLooks>;

/** Whether the events are as they should be. */
export const QualityLooks = common.extend({
  ...looks(QualityReport).shape,
  withheld: z.array(Finding).describe(
    "broken data that earlier looks found and nobody accepted: no model is trained on their rows either",
  ),
  accepted: z.array(Acceptance).describe(
    "findings of the newest look that a person accepted, before it or since",
  ),
});
export type QualityLooks = z.infer<typeof QualityLooks>;
