import { z } from "zod";
import { CurvePoint } from "./curve.ts";
import { Money } from "./money.ts";
import { ImpactReport } from "./report.ts";

/** The worth of the new model on some rows, beside the one it replaced. */
export const StageImpact = z.strictObject({
  report: ImpactReport.nullable().describe("null: could not be measured"),
  uplift: Money.nullable().describe(
    "of one horizon over the whole population; null: no economics, or not measured",
  ),
  before: z.number().nullable().describe("profit of one horizon with what was replaced"),
  after: z.number().nullable(),
  contacted: z.strictObject({ before: z.number(), after: z.number() }).nullable().describe(
    "shares of the shoppers",
  ),
  thresholds: z.enum(["time", "shoppers"]).nullable().describe(
    "time: proven on older rows whose outcomes were complete; shoppers: on the other half of the shoppers",
  ),
  learned: z.boolean().nullable().describe(
    "false: both contact from where a contact pays for itself; true: other rows prove a better threshold",
  ),
  population: z.int().nullable(),
  text: z.string(),
});
export type StageImpact = z.infer<typeof StageImpact>;

const Net = z.strictObject({ amount: z.number(), low: z.number().nullable(), high: z.number().nullable() });

/** A gain over time: what is known, and what is taken to go on. */
const Gain = z.strictObject({
  gain: Money.nullable(),
  net: Net.nullable().describe("less what retraining cost; null: no gain, or no cost is known"),
  roi: Net.nullable().describe("net / cost; null: as net, or it cost nothing"),
});

/** One cycle that changed what everyone gets. */
export const CycleImpact = z.strictObject({
  cycle: z.string(),
  number: z.int(),
  asOf: z.iso.datetime(),
  outcome: z.string(),
  trigger: z.string(),
  reasons: z.array(z.strictObject({ code: z.string(), text: z.string() })).describe(
    "what spoke for retraining",
  ),
  because: z.string().describe("what called for it, without what every retraining needs; else its trigger"),
  version: z.int(),
  against: z.int().nullable().describe("version it replaced; null: nothing but the naive baseline"),
  validation: StageImpact.describe("on rows that neither model had seen, before it served"),
  outcomes: StageImpact.describe("on the first horizon of outcomes after it was deployed"),
  horizonsServed: z.number(),
  seconds: z.number(),
  cost: z.number().nullable().describe("null: what an hour costs is not stated"),
  measured: Gain.describe("of the first horizon alone, as far as it served in it: its outcomes are known"),
  estimated: Gain.describe("an estimate: the uplift is taken to last as long as the version served"),
});
export type CycleImpact = z.infer<typeof CycleImpact>;

/** The worth of retraining to the shop. */
export const Impact = z.strictObject({
  model: z.string(),
  asOf: z.iso.datetime(),
  currency: z.string(),
  economics: z.strictObject({
    stated: z.boolean(),
    missing: z.array(z.string()).describe("settings without which no money can be told"),
    basis: z.enum(["profit", "captured margin"]).nullable(),
    text: z.string(),
  }),
  cycles: z.array(CycleImpact).describe("newest first"),
  total: z.strictObject({
    deployments: z.int().describe("that replaced a version"),
    measured: Gain,
    estimated: Gain,
    cycles: z.int().describe("all that ended, deployed or not"),
    seconds: z.number(),
    cost: z.number().nullable().describe("of all cycles, those that deployed nothing too"),
  }),
  byReason: z.array(z.strictObject({
    reason: z.string(),
    deployments: z.int(),
    estimated: Money.nullable(),
  })).describe("by what called for retraining"),
  curve: z.strictObject({
    cycle: z.string(),
    stage: z.string(),
    points: z.array(CurvePoint),
  }).nullable().describe("profit by share contacted, of the newest cycle that was measured"),
  forecasts: z.array(z.strictObject({
    asOf: z.iso.datetime(),
    cutoff: z.iso.datetime(),
    made: z.string(),
    instead: z.string(),
    mean: z.number(),
    low: z.number(),
    high: z.number(),
    came: z.number(),
    isWithin: z.boolean().describe("whether what came lies within nine of ten"),
  })).default([]).describe("what checks forecast of a training, beside what came; oldest first"),
  widened: z.number().default(1).describe("factor that earlier forecasts widen the next by"),
  assumptions: z.array(z.string()),
});
export type Impact = z.infer<typeof Impact>;
