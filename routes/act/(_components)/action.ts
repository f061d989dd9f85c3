import { Action, RETRAINER_ACTIONS } from "../../../components/retrainer_actions.ts";
import { capital } from "../../../src/format/words.ts";
import { PAUSE_HOURS } from "../../../src/config/pauses.ts";
import { shownText } from "../../../src/format/rollout_text.ts";
import type { ModelStatus } from "../../../src/retraining/status.ts";
import type { RetrainerActionName, RolloutActionName, VersionActionName } from "../../../components/act.tsx";

const VERSION_ACTIONS: Readonly<Record<VersionActionName, (model: ModelStatus, version: number) => Action>> =
  {
    approve: (status, version) => decided(status, version, "approve"),
    reject: (status, version) => decided(status, version, "reject"),
    "roll-back": rolledBack,
    promote: promoted,
  };

const ROLLOUT_ACTIONS: Readonly<Record<RolloutActionName, (model: ModelStatus) => Action | null>> = {
  "pause-rollout": paused,
  "resume-rollout": resumed,
};

/**
 * The action that an address names; null: there is none of this name, or it is about a version and none is named,
 * or about a rollout and none runs.
 */
export function actionOf(action: string, status: ModelStatus, version: number | null): Action | null {
  if (Object.hasOwn(RETRAINER_ACTIONS, action)) {
    return RETRAINER_ACTIONS[action as RetrainerActionName](status);
  }
  if (Object.hasOwn(ROLLOUT_ACTIONS, action)) return ROLLOUT_ACTIONS[action as RolloutActionName](status);
  if (!Object.hasOwn(VERSION_ACTIONS, action) || version === null) return null;
  return VERSION_ACTIONS[action as VersionActionName](status, version);
}

const servingNow = ({ serving }: ModelStatus) => serving ? `version ${serving.version}` : "no version";

function decided(status: ModelStatus, version: number, word: "approve" | "reject"): Action {
  const { model, approval } = status;
  const question = approval?.version === version ? [`Asked: ${approval.text}`] : [];
  const will = word === "approve"
    ? [
      `Version ${version} is deployed at once, with the configured rollout strategy.`,
      `Until it serves, ${servingNow(status)} does.`,
    ]
    : [`Version ${version} is rejected and will not serve; ${servingNow(status)} keeps serving.`];
  return {
    question: `${word === "approve" ? "Approve" : "Reject"} version ${version} of ${model}?`,
    will: [...question, ...will, "The first decision counts and cannot be changed here."],
    button: `${word === "approve" ? "Approve" : "Reject"} version ${version}`,
    done: `Version ${version} of ${model} was ${word === "approve" ? "approved" : "rejected"}.`,
    back: "/rollouts",
    path: `/models/${model}/${word}`,
    body: { version },
  };
}

function rolledBack(status: ModelStatus, version: number): Action {
  const { model, serving, rollout } = status;
  const ending = rollout !== null && version === serving?.version;
  return {
    question: ending
      ? `Roll back version ${rollout.version} of ${model}?`
      : `Roll ${model} back to version ${version}?`,
    will: ending
      ? [
        `Within a second every shopper gets version ${version} again, and the rollout ends.`,
        `Version ${rollout.version} is not deployed again automatically. Nothing is deleted.`,
      ]
      : [
        `Within a second version ${version} serves everyone in place of ${servingNow(status)}.`,
        "Nothing is deleted, and retraining continues: a later cycle may deploy another version.",
      ],
    button: `Roll back to version ${version}`,
    done: `Version ${version} of ${model} serves everyone again.`,
    back: rollout ? `/rollouts/${rollout.id}` : "/versions",
    path: `/models/${model}/rollback`,
    body: { to: version },
  };
}

function paused({ model, rollout }: ModelStatus): Action | null {
  if (!rollout) return null;
  return {
    question: `Pause the rollout of version ${rollout.version} of ${model}?`,
    will: [
      `${
        capital(shownText({ ...rollout, version: `version ${rollout.version}`, paused: null }))
      }, and that stays so: no next step, no promotion.`,
      "Its guardrails stay on: if it does harm, it is rolled back while paused.",
      `It does not resume by itself. After ${PAUSE_HOURS} hours an alert asks what is to become of it.`,
    ],
    button: `Pause the rollout of version ${rollout.version}`,
    done: `The rollout of version ${rollout.version} of ${model} is paused.`,
    back: `/rollouts/${rollout.id}`,
    path: `/models/${model}/rollout/pause`,
    body: {},
  };
}

function resumed({ model, rollout }: ModelStatus): Action | null {
  if (!rollout) return null;
  return {
    question: `Resume the rollout of version ${rollout.version} of ${model}?`,
    will: [
      "It is evaluated at once, and may take its next step or end with that.",
      "The pause does not count towards the longest that the rollout may take.",
    ],
    button: `Resume the rollout of version ${rollout.version}`,
    done: `The rollout of version ${rollout.version} of ${model} goes on.`,
    back: `/rollouts/${rollout.id}`,
    path: `/models/${model}/rollout/resume`,
    body: {},
  };
}

function promoted(status: ModelStatus, version: number): Action {
  const { model, rollout } = status;
  return {
    question: `Promote version ${version} of ${model}?`,
    will: [
      `Within a second version ${version} serves everyone in place of ${
        servingNow(status)
      }. The model is then marked as promoted by hand.`,
      ...rollout ? [`The rollout of version ${rollout.version} ends with it.`] : [],
      "Nothing is deleted: the earlier version can be restored while its file is kept.",
    ],
    button: `Promote version ${version}`,
    done: `Version ${version} of ${model} serves everyone.`,
    back: rollout ? `/rollouts/${rollout.id}` : "/versions",
    path: `/models/${model}/promote`,
    body: { version },
  };
}
