import { z } from "zod";
import type { RetrainingConfig } from "../config/retraining.ts";
import { Strategy } from "../rollout/plan.ts";

/** The protocol of a replay: a cut-off every `stepDays`, the population, and the horizon of outcomes. */
export const ReplayProtocol = z.strictObject({
  first: z.iso.date(),
  last: z.iso.date(),
  stepDays: z.int().min(1).max(365),
  activeDays: z.int().min(1).max(3650),
  horizonDays: z.int().min(1).max(365),
  minTrain: z.int().min(1).max(1000),
  activity: z.enum(["purchase", "any"]),
  rollout: Strategy.optional().describe("how versions come to serve; left out: as the configuration says"),
});
export type ReplayProtocol = z.infer<typeof ReplayProtocol>;

/** The protocol for the bundled data. */
export const DEMO_PROTOCOL: ReplayProtocol = {
  first: "2011-02-01",
  last: "2011-11-11",
  stepDays: 14,
  activeDays: 90,
  horizonDays: 28,
  minTrain: 3,
  activity: "purchase",
};

/** A configuration changed so that the retrainers follow the protocol, and no version that a policy serves loses its file. */
export const configFor = (config: RetrainingConfig, protocol: ReplayProtocol): RetrainingConfig => ({
  ...config,
  first_cutoff: protocol.first,
  step_days: protocol.stepDays,
  active_days: protocol.activeDays,
  horizon_days: protocol.horizonDays,
  min_train_cutoffs: protocol.minTrain,
  activity: protocol.activity,
  backups_kept: 1000,
  ...protocol.rollout ? { rollout: protocol.rollout, ...OF_A_SMALL_SHOP } : {},
});

/** Of some hundred shoppers a twentieth proves nothing, and each is asked about once in two weeks. */
const OF_A_SMALL_SHOP = { canary_shares: [0.25, 0.5], rollout_step_shoppers: 50 };
