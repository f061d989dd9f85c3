/** Rollouts in words. */
import { capital } from "../src/format/words.ts";
import type { RolloutDecision } from "../src/rollout/decision.ts";
import type { Rollout, RolloutState } from "../src/rollout/rollout.ts";
import type { ModelStatus } from "../src/retraining/status.ts";
import { shareText } from "../src/format/numbers.ts";
import { shownText } from "../src/format/rollout_text.ts";
import type { Badge } from "./labels.ts";

const badge = (glyph: Badge["glyph"], word: string, tone: Badge["tone"] = "unknown"): Badge => ({
  glyph,
  tone,
  word,
});

export const ROLLOUT_STATES: Readonly<Record<RolloutState, Badge>> = {
  "running": badge("running", "Running", "good"),
  "promoted": badge("good", "Promoted"),
  "rolled back": badge("back", "Rolled back", "bad"),
  "held": badge("stopped", "Held"),
  "superseded": badge("stopped", "Superseded"),
};

/** The state of a rollout; one that runs may be paused. */
export const rolloutBadge = ({ state, paused }: Pick<Rollout, "state" | "paused">): Badge =>
  isPaused({ state, paused }) ? badge("stopped", "Paused", "watch") : ROLLOUT_STATES[state];

export const isPaused = ({ state, paused }: Pick<Rollout, "state" | "paused">): boolean =>
  state === "running" && paused !== null;

export const DECISIONS: Readonly<Record<RolloutDecision["kind"], Badge>> = {
  "go on": badge("running", "Continue", "good"),
  "promote": badge("good", "Promote", "good"),
  "roll back": badge("back", "Roll back", "bad"),
  "keep collecting": badge("unknown", "Waiting for data"),
  "paused": badge("stopped", "Paused", "watch"),
  "hold": badge("stopped", "Hold"),
};

/** "version 7", "versions 7, 5" */
const versions = (list: readonly number[]): string =>
  `version${list.length > 1 ? "s" : ""} ${list.join(", ")}`;

/** "v7 25 %, v5 10 %" */
export const sharesText = (shares: Rollout["shares"]): string =>
  shares.map(({ version, share }) => `v${version} ${shareText(share)}`).join(", ");

/** To whom a rollout's challengers are shown: "25 % of shoppers". */
export function shownTo({ plan, shares }: Pick<Rollout, "plan" | "shares">): string {
  if (plan.strategy === "shadow") return "nobody";
  return shares.length > 1 ? sharesText(shares) : `${shareText(shares[0]?.share ?? 0)} of shoppers`;
}

/** A rollout in one sentence. */
export function rolloutHeadline(rollout: Rollout): string {
  const { model, champion, challengers, state } = rollout;
  const several = challengers.length > 1;
  const subject = `${versions(challengers)} of ${model}`;
  const were = several ? "were" : "was";
  switch (state) {
    case "running":
      return `${runningHeadline(rollout, capital(subject))}${
        rollout.paused ? " The rollout is paused." : ""
      }`;
    case "promoted":
      return `${several ? `One of ${subject}` : capital(subject)} ${
        several ? "was" : were
      } promoted in place of version ${champion}.`;
    case "rolled back":
      return `${capital(subject)} ${were} rolled back; version ${champion} kept serving.`;
    case "held":
      return `${capital(subject)} ${were} held; version ${champion} kept serving.`;
    case "superseded":
      return `The rollout of ${subject} was superseded by another change.`;
    default:
      return state satisfies never;
  }
}

function runningHeadline({ champion, challengers, plan, shares }: Rollout, subject: string): string {
  const several = challengers.length > 1;
  if (plan.strategy === "shadow") {
    return `${subject} run${several ? "" : "s"} in the shadow of version ${champion}, shown to nobody.`;
  }
  return several
    ? `${subject} share shoppers with version ${champion}: ${sharesText(shares)}.`
    : `${subject} is shown to ${shownTo({ plan, shares })}; version ${champion} serves the others.`;
}

/** "version 7 is shown to 25 % of shoppers" */
export const statusText = (rollout: NonNullable<ModelStatus["rollout"]>): string =>
  shownText({ ...rollout, version: `version ${rollout.version}` });
