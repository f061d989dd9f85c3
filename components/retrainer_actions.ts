import type { ModelStatus } from "../src/retraining/status.ts";
import type { RetrainerActionName } from "./act.tsx";

/** Returns the actions on the retraining of a model as it is now, the usual first. */
export function retrainerActions(
  { active, running }: ModelStatus,
): { action: RetrainerActionName; text: string }[] {
  const force = { action: "force" as const, text: "Run a cycle now" };
  if (!active) return [{ action: "start", text: "Start" }, force];
  const stop = { action: "stop" as const, text: "Stop" };
  return running ? [stop, { action: "stop-now", text: "Stop and cancel this cycle" }] : [force, stop];
}

/** Start, stop and force, in words and as the API takes them. */
export const RETRAINER_ACTIONS: Readonly<Record<RetrainerActionName, (model: ModelStatus) => Action>> = {
  start: (status) => ({
    ...request(status, "start"),
    question: `Start automatic retraining of ${status.model}?`,
    will: [
      "A check runs at once, then at each interval; it retrains when a check calls for it. A check may also roll back a version that does worse than its predecessor.",
      `Until a better version is validated, ${servingNow(status)}.`,
    ],
    button: `Start ${status.model}`,
    done: `Automatic retraining of ${status.model} is starting: a check runs first.`,
  }),
  stop: (status) => ({
    ...request(status, "stop"),
    question: `Stop automatic retraining of ${status.model}?`,
    will: [
      status.running
        ? "The running cycle finishes and may deploy; after that nothing is checked or trained."
        : "Nothing is checked or trained until it is started again.",
      `Predictions continue: ${servingNow(status)}.`,
    ],
    button: `Stop ${status.model}`,
    done: `Automatic retraining of ${status.model} is stopped.`,
    body: { model: status.model, running: "finish" },
  }),
  "stop-now": (status) => ({
    ...request(status, "stop"),
    question: `Stop automatic retraining of ${status.model} and cancel its cycle?`,
    will: [
      "The running cycle is cancelled after its current step and deploys nothing; a deployment in progress completes.",
      `Nothing is checked or trained until it is started again. Predictions continue: ${servingNow(status)}.`,
    ],
    button: `Stop ${status.model} and cancel its cycle`,
    done: `Automatic retraining of ${status.model} is stopping, and its cycle is being cancelled.`,
    body: { model: status.model, running: "cancel" },
  }),
  force: (status) => ({
    ...request(status, "force"),
    question: `Run a retraining cycle of ${status.model} now?`,
    will: [
      "It skips the trigger, not the validation: a new version is deployed only if it passes validation on held-out data.",
      status.active ? "The next scheduled check is not affected." : "Automatic checks stay off.",
      `Until it ends, ${servingNow(status)}.`,
    ],
    button: `Run a cycle of ${status.model}`,
    done: `A cycle of ${status.model} is queued: a check and an evaluation of the data run first.`,
  }),
};

const servingNow = ({ serving }: ModelStatus) =>
  serving ? `version ${serving.version} serves` : "no version is deployed, and predictions answer 409";

const request = ({ model }: ModelStatus, route: string) => ({
  back: "/",
  path: `/retraining/${route}`,
  body: { model },
});

/** An action in words, and as the API takes it. */
export interface Action {
  question: string;
  /** what will happen, and what will not */
  will: string[];
  button: string;
  /** said once it is done */
  done: string;
  /** the page to see it on */
  back: string;
  path: string;
  body: Record<string, unknown>;
}
