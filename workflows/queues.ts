/** Which kind of work each activity is. What is not named is light. */
import type { Activities, BacktestActivities } from "../activities/mod.ts";
import type { QueueKind } from "../src/config/queues.ts";

const KINDS: Readonly<Partial<Record<keyof Activities | keyof BacktestActivities, QueueKind>>> = {
  observeEvents: "features",
  observeModel: "features",
  checkTrigger: "features",
  takeSnapshot: "features",
  validateChallenger: "features",
  measureImpact: "features",
  replayTraffic: "features",
  checkLive: "features",
  decideStep: "features",
  recordStep: "features",
  trainChallenger: "training",
  refitChallenger: "training",
  recalibrateChallenger: "training",
  chooseOnSample: "training",
  cutShard: "features",
  sumShard: "training",
  closeShardRound: "training",
  closeShardTraining: "training",
  trainStep: "training",
};

/** The kind of work of an activity. */
export const kindOf = (activity: string): QueueKind => KINDS[activity as keyof typeof KINDS] ?? "light";

/** The task queue of a kind of work. @param base that of workflows, and of light work */
export const queueOf = (base: string, kind: QueueKind): string => kind === "light" ? base : `${base}-${kind}`;
