import { z } from "zod";
import { RolloutDecision } from "./decision.ts";
import { RolloutEvidence } from "./rollout_evidence.ts";
import { ArmShare, RolloutPlan } from "./plan.ts";

/**
 * `running`; `promoted`: a challenger serves everyone; `rolled back`: it did harm; `held`: it could not be told in time,
 * or a person set it aside, and nothing speaks against it; `superseded`: something else was made to serve meanwhile.
 */
export const RolloutState = z.enum(["running", "promoted", "rolled back", "held", "superseded"]);
export type RolloutState = z.infer<typeof RolloutState>;

/** A pause that a person ordered. It does not end by itself: after `until` an alert asks what is to become of it. */
export const RolloutPause = z.object({
  at: z.iso.datetime(),
  asOf: z.iso.datetime(),
  until: z.iso.datetime(),
  by: z.string(),
  why: z.string(),
});
export type RolloutPause = z.infer<typeof RolloutPause>;

/** One way of one version, or of several, to serving everyone, or back. */
export const Rollout = z.object({
  id: z.string().describe("rollout/{model}/v{version}"),
  model: z.string(),
  cycleId: z.string().describe("the cycle, or the request of a person, that began it"),
  champion: z.int().describe("version that served when it began"),
  challengers: z.array(z.int()),
  plan: RolloutPlan,
  state: RolloutState,
  step: z.int(),
  shares: z.array(ArmShare),
  asOf: z.iso.datetime().describe("moment that it began for"),
  stepAsOf: z.iso.datetime(),
  stepAt: z.iso.datetime().describe("when the step began, by the wall clock"),
  replayed: z.boolean().describe("whoever replays history says when to look; else its own timer does"),
  beganBy: z.string(),
  why: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  endedWhy: z.string().nullable(),
  paused: RolloutPause.nullable().default(null).describe("null: it is not paused"),
  pausedDays: z.number().default(0).describe("days of pauses that ended"),
});
export type Rollout = z.infer<typeof Rollout>;

/**
 * Returns how long something lasts, ms. A demo's clock stands still, and a replay's runs ahead: whichever went further
 * since then counts.
 * @param from a moment of the data, and of the wall clock   @param now likewise
 */
export const elapsedMs = (
  from: { asOf: string; at: string },
  now: { asOfMs: number; nowMs: number },
): number => Math.max(0, now.asOfMs - Date.parse(from.asOf), now.nowMs - Date.parse(from.at));

/** One look at a rollout: what it rested on, and what it decided. Deciding again from it gives the same. */
export const RolloutLook = z.object({
  rollout: z.string(),
  number: z.int(),
  asOf: z.iso.datetime(),
  step: z.int(),
  shares: z.array(ArmShare).describe("as they were when it looked"),
  evidence: RolloutEvidence,
  decision: RolloutDecision,
  codeVersion: z.string(),
  at: z.iso.datetime(),
});
export type RolloutLook = z.infer<typeof RolloutLook>;

/** The id under which a version is rolled out. */
export const rolloutId = (model: string, version: number): string => `rollout/${model}/v${version}`;

/** The id of a rollout that a person asks for: a version can be rolled out again. */
export const askedRolloutId = (model: string, version: number | "drill", requestId: string): string =>
  `rollout/${model}/${version === "drill" ? version : `v${version}`}-${requestId.slice(0, 8)}`;

/** Whether a rollout is a drill: its version was made worse on purpose. */
export const isDrill = (id: string): boolean => id.split("/")[2].startsWith("drill-");
