import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";

/** The person who asks, and why. Every part may be missing: `temporal workflow signal` sends none. */
export interface ControlRequest {
  requestId?: string;
  by?: string;
  why?: string;
  /** proof that Perennial sent it; only an activity can check it, since no key may stand in a history */
  signedAt?: string;
  signature?: string;
}

/** What a cycle is begun with. */
export interface CycleInput {
  model: string;
  number: number;
  trigger: "first" | "interval" | "force" | "alarm" | "replay";
  /** the moment the cycle holds for; null: the check decides */
  asOf: string | null;
  requestedBy: string | null;
  /** the registry of its own that a backtest's cycle works on; left out: what serves */
  scope?: string;
}

/** The result of a check or a cycle. */
export interface CycleResult {
  cycleId: string;
  /** an outcome of the cycle, or the trigger's answer where it began none */
  outcome: string;
  text: string;
}

/** The current state of a retrainer. */
export interface RetrainerStatus {
  model: string;
  active: boolean;
  runningCycle: string | null;
  nextCheckAt: string | null;
  last: CycleResult | null;
}

/** Turns automatic checks on. */
export const startSignal = defineSignal<[ControlRequest?]>("start");
/** A request to stop, and what becomes of a running cycle: it finishes unless told to cancel. */
export interface StopRequest extends ControlRequest {
  running?: "finish" | "cancel";
}
/** Turns automatic checks off. */
export const stopSignal = defineSignal<[StopRequest?]>("stop");
/** Runs a cycle now: past the trigger, never past the validation. */
export const forceSignal = defineSignal<[ControlRequest?]>("force");
/** Checks at once, because something was noticed: unlike force, the trigger still decides. Does nothing while stopped. */
export const alarmSignal = defineSignal<[ControlRequest?]>("alarm");
/** Says that the configuration changed. */
export const configureSignal = defineSignal("configure");
/** Checks as of a moment in the past and runs the cycle it calls for; answers when that has ended. */
export const checkUpdate = defineUpdate<CycleResult, [{ asOf: string }]>("check");
export const statusQuery = defineQuery<RetrainerStatus>("status");
/** Tells the monitor that there is something to deliver. */
export const wakeSignal = defineSignal("wake");

/** The result of one look at a rollout. */
export interface RolloutLooked {
  ended: boolean;
  text: string;
}
/** Looks at a rollout as of a moment; `traffic`: and asks serving about everybody as of then. */
export const rolloutLookUpdate = defineUpdate<RolloutLooked, [{ asOf: string; traffic?: boolean }]>("look");
/** Tells a cycle that a person decided about its version. */
export const decidedSignal = defineSignal("decided");
