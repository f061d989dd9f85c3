import type { ModelStatus } from "../src/retraining/status.ts";
import type { RetrainerActionName } from "./act.tsx";

/** Returns the actions on the retraining of a model as it is now, the usual first. */
export function retrainerActions(
  { active, running }: ModelStatus,
): { action: RetrainerActionName; text: string }[] {
  const force = { action: "force" as const, text: "Run a cycle now" };
  if (!active) return [{ action: "start", text: "Start" }, force];
  const stop = { action: "stop" as const, text: "Stop" };
  return running ? [stop, { action: "stop-now", text: "Stop, and end this cycle" }] : [force, stop];
}

/** Start, stop and force, in words and as the API takes them. */
export const RETRAINER_ACTIONS: Readonly<Record<RetrainerActionName, (model: ModelStatus) => Action>> = {
  start: (status) => ({
    ...request(status, "start"),
    question: `Start the retraining of ${status.model}?`,
    will: [
      "It checks at once, then again at each interval, and retrains when a check says so.",
      `Until a cycle proves a version better, ${servingNow(status)}.`,
    ],
    button: `Start ${status.model}`,
    done: `${status.model} was told to start.`,
  }),
  stop: (status) => ({
    ...request(status, "stop"),
    question: `Stop the retraining of ${status.model}?`,
    will: [
      status.running
        ? "The cycle that runs goes on to its end, and may deploy; then nothing is checked nor trained."
        : "Nothing is checked nor trained any more until somebody starts it.",
      `Predictions go on: ${servingNow(status)}.`,
    ],
    button: `Stop ${status.model}`,
    done: `${status.model} was told to stop.`,
    body: { model: status.model, running: "finish" },
  }),
  "stop-now": (status) => ({
    ...request(status, "stop"),
    question: `Stop the retraining of ${status.model}, and end its cycle?`,
    will: [
      "The cycle that runs ends as cancelled after its present step, and deploys nothing; a deployment under way completes.",
      `Nothing is checked nor trained any more until somebody starts it. Predictions go on: ${
        servingNow(status)
      }.`,
    ],
    button: `Stop ${status.model} and end its cycle`,
    done: `${status.model} was told to stop, and its cycle to end.`,
    body: { model: status.model, running: "cancel" },
  }),
  force: (status) => ({
    ...request(status, "force"),
    question: `Run a retraining cycle of ${status.model} now?`,
    will: [
      "It skips the trigger, never the validation: a version that rows unseen by it do not speak for does not serve.",
      status.active ? "The next check keeps its time." : "Automatic checks stay off.",
      `Until it ends, ${servingNow(status)}.`,
    ],
    button: `Run a cycle of ${status.model}`,
    done: `A cycle of ${status.model} was asked for.`,
  }),
};

const servingNow = ({ serving }: ModelStatus) =>
  serving ? `version ${serving.version} serves` : "nothing serves yet but the naive baseline";

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
