import { z } from "zod";
import { DAY_MS } from "../core/time.ts";
import type { RetrainingConfig } from "../config/retraining.ts";
import { Strategy } from "../rollout/plan.ts";

/** The ways to keep a model that a replay compares. */
export const POLICIES = ["frozen", "always", "threshold", "perennial"] as const;
export type Policy = typeof POLICIES[number];

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

/**
 * The cut-offs of a replay, ms since the epoch: those whose outcomes the data hold.
 * @param lastEventMs the newest event; its day counts as complete
 */
export function replayCutoffs(protocol: ReplayProtocol, lastEventMs: number): number[] {
  const { first, last, stepDays, horizonDays } = protocol;
  const endMs = Math.min(Date.parse(last), lastEventMs + DAY_MS - horizonDays * DAY_MS);
  const count = Math.floor((endMs - Date.parse(first)) / (stepDays * DAY_MS)) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Date.parse(first) + i * stepDays * DAY_MS);
}

/** The cut-offs at which policies are scored: those before which `minTrain` cut-offs had complete outcomes. */
export function testCutoffs(protocol: ReplayProtocol, cutoffs: readonly number[]): number[] {
  const { horizonDays, minTrain } = protocol;
  const labelled = (at: number) => cutoffs.filter((c) => c + horizonDays * DAY_MS <= at).length;
  return cutoffs.filter((at) => labelled(at) >= minTrain);
}

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
