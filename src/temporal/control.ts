import type { QueueKind } from "../config/queues.ts";
import type { HandRollout } from "../../activities/rollout/mod.ts";
export type { HandRollout };

/** The person who asked for a change, and why; `requestId` makes it count once. */
export interface Change {
  requestId: string;
  by: string;
  why: string;
}

/** What waits on a task queue, and who asks for it. */
export interface QueueState {
  /** its name in Temporal */
  name: string;
  queue: QueueKind;
  tasks: "workflow" | "activity";
  /** tasks that wait for a worker */
  waiting: number;
  /** workers that asked for tasks within the last minutes */
  pollers: number;
}

/** The commands to a retrainer. */
export interface Control {
  /** Turns automatic checks on; starts the retrainer workflow if there is none. */
  start(model: string, change: Change): Promise<void>;
  /** Turns automatic checks off. `finish`: a running cycle ends by itself; `cancel`: it is cancelled cleanly. */
  stop(model: string, change: Change & { running: "finish" | "cancel" }): Promise<void>;
  /** Runs a cycle now: it skips the trigger, never the validation. Works while stopped. */
  force(model: string, change: Change): Promise<void>;
  /** Has a retrainer check at once, if it is active; the trigger decides, as at its next hour. */
  checkSoon(model: string, change: Change): Promise<void>;
  /** Tells a retrainer that its configuration changed, so that its next check moves. */
  configure(model: string): Promise<void>;
  /** Begins a rollout that a person asked for; its workflow goes on until it has ended. */
  beginRollout(wanted: HandRollout): Promise<void>;
  /** Looks at a rollout as of a moment, and says what that came to. @throws {NotFoundError} it does not run */
  lookAtRollout(
    id: string,
    look: { asOf: string; traffic: boolean },
  ): Promise<{ ended: boolean; text: string }>;
  /** Tells a rollout that something happened to it. One that has ended is left alone. */
  wakeRollout(id: string): Promise<void>;
  /** Tells a cycle that a person decided about its version. */
  decided(cycleId: string): Promise<void>;
  /** Begins a backtest that was written down; one that runs already is left as it is. */
  startBacktest(id: string): Promise<void>;
  /** Cancels a backtest. @returns false: its workflow is not there any more */
  cancelBacktest(id: string): Promise<boolean>;
  /** Begins what a person asked for by their rights; a request that is under way is left as it is. */
  startPrivacyRequest(asked: { request: string; kind: "erasure" | "objection" }): Promise<void>;
  /** Whether the Temporal server answers. */
  reachable(): Promise<boolean>;
  /** How much waits in the task queue. @throws the server does not answer */
  queues(): Promise<QueueState[]>;
}
