import { z } from "zod";
import { RetrainingConfig } from "../config/retraining.ts";
import { PolicySpec } from "./policy_spec.ts";

/** A policy with the text that names it. */
export const LabelledPolicy = PolicySpec.extend({
  label: z.string(),
  live: z.boolean().optional()
    .describe("it runs on what serves, by the models' own retrainers; left out: in a registry of its own"),
});
export type LabelledPolicy = z.infer<typeof LabelledPolicy>;

/** A backtest as it was asked for: never changed. */
export const Backtest = z.object({
  id: z.string(),
  models: z.array(z.string()),
  policies: z.array(LabelledPolicy),
  moments: z.array(z.iso.datetime()).describe("at which each policy is asked, oldest first"),
  scoredFrom: z.record(z.string(), z.iso.datetime()).describe("by model: the first moment that is scored"),
  config: RetrainingConfig.describe("what every policy starts from"),
  by: z.string(),
  why: z.string(),
  createdAt: z.iso.datetime(),
});
export type Backtest = z.infer<typeof Backtest>;

export const BacktestState = z.enum(["running", "finished", "failed", "cancelled", "lost"]);
export type BacktestState = z.infer<typeof BacktestState>;

/** One step of a policy: a model at a moment. */
export const BacktestStep = z.object({
  policy: z.string().describe("its label"),
  model: z.string(),
  asOf: z.iso.datetime(),
  run: z.enum(["nothing", "cycle", "train"]),
  why: z.string(),
  outcome: z.string().nullable().describe("of the cycle, or its check's answer; null: none was run"),
  trained: z.boolean(),
  version: z.int().nullable().describe("the policy's own number of what serves; null: the naive guess"),
  rows: z.int().describe("0: not scored"),
  metrics: z.record(z.string(), z.number().nullable()).nullable(),
});
export type BacktestStep = z.infer<typeof BacktestStep>;

/** The end of a policy, or of the whole backtest. */
export const BacktestEnd = z.object({
  policy: z.string().describe("its label; empty: the whole"),
  state: BacktestState.exclude(["running"]),
  text: z.string(),
  at: z.iso.datetime(),
});
export type BacktestEnd = z.infer<typeof BacktestEnd>;
