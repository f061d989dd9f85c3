/** States and conclusions in words: short, present tense, no blame. */
import type { Alert } from "../src/alerts/alert.ts";
import type { Answer, Check, Reason } from "../src/retraining/check.ts";
import type { Cycle, Outcome, Stage } from "../src/retraining/cycle.ts";
import { IMPORT } from "../src/format/import_caller.ts";
import type { ModelStatus } from "../src/retraining/status.ts";
import type { Evidence, Verdict } from "../src/validation/verdict.ts";
import type { Interval } from "../src/stats/interval.ts";
import { count, counted, figure, signed } from "../src/format/numbers.ts";

/** The shapes that stand before a status word. */
export type IconName = "good" | "watch" | "bad" | "unknown" | "running" | "stopped" | "back";
/** A status: a shape, a colour and a word, always together. */
export interface Badge {
  glyph: IconName;
  tone: "good" | "watch" | "bad" | "unknown";
  word: string;
}

const badge = (glyph: IconName, word: string, tone: Badge["tone"] = "unknown"): Badge => ({
  glyph,
  tone,
  word,
});

export const HEALTH: Readonly<Record<ModelStatus["health"]["state"], Badge>> = {
  "healthy": badge("good", "Healthy", "good"),
  "slipped": badge("watch", "Degraded", "watch"),
  "drifting": badge("watch", "Drifting", "watch"),
  "needs attention": badge("watch", "Needs attention", "watch"),
  "failed": badge("bad", "Failed", "bad"),
  "rolled back": badge("back", "Rolled back", "bad"),
  "promoted by hand": badge("watch", "Promoted by hand", "watch"),
  "no model yet": badge("unknown", "No model yet"),
};

const OUTCOMES: Readonly<Record<Outcome, Badge>> = {
  "deployed": badge("good", "Deployed", "good"),
  "rolling out": badge("running", "Rolling out", "good"),
  "rejected": badge("good", "Rejected"),
  "inconclusive": badge("unknown", "Inconclusive"),
  "failed": badge("bad", "Failed", "bad"),
  "cancelled": badge("stopped", "Cancelled"),
  "rolled back": badge("back", "Rolled back", "bad"),
  "lost": badge("bad", "Lost", "bad"),
};

/** Returns the badge of a cycle's outcome; of its stage while it runs. */
export const outcomeBadge = (outcome: Outcome | null, stage?: Stage): Badge =>
  outcome ? OUTCOMES[outcome] : badge("running", stage ? doing(stage) : "Running", "good");

const VERDICTS: Readonly<Record<Verdict, Badge>> = {
  promote: badge("good", "Promote", "good"),
  reject: badge("good", "Reject"),
  inconclusive: badge("unknown", "Inconclusive"),
};
/** Returns the badge of a verdict. */
export const verdictBadge = (verdict: Verdict): Badge => VERDICTS[verdict];

const OUTCOME_COUNTS: readonly (readonly [string, string])[] = [
  ["deployed", "deployed"],
  ["rolling out", "rolling out"],
  ["rejected", "rejected"],
  ["inconclusive", "inconclusive"],
  ["rolled back", "rolled back"],
  ["failed", "failed"],
  ["lost", "lost"],
  ["cancelled", "cancelled"],
  ["running", "running"],
];

/** "41 cycles: 19 deployed, 1 running", from how many ended how; null where there was none. */
export function outcomesText(outcomes: Readonly<Record<string, number>>): string | null {
  const known = OUTCOME_COUNTS.filter(([outcome]) => outcomes[outcome] > 0);
  const total = known.reduce((sum, [outcome]) => sum + outcomes[outcome], 0);
  if (total === 0) return null;
  return `${counted(total, "cycle")}: ${
    known.map(([outcome, word]) => `${count(outcomes[outcome])} ${word}`).join(", ")
  }`;
}

const ANSWERS: Readonly<Record<Answer, Badge>> = {
  "retrain": badge("running", "Retrain"),
  "recalibrate": badge("running", "Recalibrate"),
  "wait": badge("unknown", "Waiting for data"),
  "fix data first": badge("watch", "Fix data first", "watch"),
  "cannot tell yet": badge("unknown", "Not enough data"),
};
export const answerBadge = (answer: Answer): Badge => ANSWERS[answer];

export const SPEAKS: Readonly<Record<Reason["speaks"], Badge>> = {
  for: badge("running", "For", "good"),
  against: badge("stopped", "Against"),
  neither: badge("unknown", "Neutral"),
};

/** Whether an answer begins a cycle. */
export const beginsCycle = (answer: Answer): boolean => answer === "retrain" || answer === "recalibrate";

/**
 * The reason to tell of a check where there is room for one: what stopped it, what it lacks, or the last that calls for
 * its answer (evidence about the model comes after the calendar).
 */
export function mainReason({ answer, reasons }: Pick<Check, "answer" | "reasons">): Reason | undefined {
  const against = reasons.find(({ speaks }) => speaks === "against");
  const lastOf = (fits: (reason: Reason) => boolean) => reasons.filter(fits).at(-1);
  if (beginsCycle(answer)) {
    return reasons.find(({ code }) => code === "forced") ?? lastOf(({ speaks }) => speaks === "for");
  }
  const open = answer === "cannot tell yet" && lastOf(({ evidence }) => "outcomesFrom" in evidence);
  return against ?? (open || lastOf(({ code }) => code === "outcomes" || code === "performance")) ??
    reasons.at(0);
}

/** An alert's title with the shape and colour of how grave it is. */
export const alertBadge = ({ severity, title }: Pick<Alert, "severity" | "title">): Badge =>
  severity === "critical"
    ? badge("bad", title, "bad")
    : severity === "warning"
    ? badge("watch", title, "watch")
    : badge("unknown", title);

const DOING: Readonly<Record<Stage, string>> = {
  "check": "Checking",
  "snapshot": "Creating the snapshot",
  "train": "Training a challenger",
  "validate": "Validating",
  "refit": "Refitting on all rows",
  "smoke test": "Smoke testing",
  "approve": "Waiting for approval",
  "deploy": "Deploying",
  "report": "Writing the report",
  "ended": "Ended",
};
const doing = (stage: Stage): string => DOING[stage];

const TRIGGER_NAMES: Readonly<Record<Cycle["trigger"], string>> = {
  first: "first check",
  interval: "scheduled check",
  force: "forced",
  alarm: "alarm",
  replay: "replay",
};

/** What began a cycle or check; events that were imported ask for one as an alarm does. */
export const triggerName = (trigger: Cycle["trigger"], requestedBy: string | null = null): string =>
  trigger === "alarm" && requestedBy === IMPORT ? "import" : TRIGGER_NAMES[trigger];
/** All that can begin a cycle. */
export const TRIGGERS = Object.keys(TRIGGER_NAMES) as Cycle["trigger"][];

/** "−0.012, 90 % interval −0.021 to −0.004" */
export const withInterval = (d: Interval): string =>
  `${signed(d.mean)}, ${Math.round(d.confidence * 100)} % interval ${signed(d.low)} to ${signed(d.high)}`;

/** The conclusion that an interval allows about a loss, lower being better. */
export function reading({ low, high }: Pick<Interval, "low" | "high">, margin: number): Badge {
  if (low === 0 && high === 0) return badge("unknown", "Same predictions");
  if (high < 0) return badge("good", "Better", "good");
  if (low > 0) {
    return high <= margin ? badge("unknown", "Worse within the margin") : badge("watch", "Worse", "watch");
  }
  if (high <= margin) return badge("good", "Not worse");
  return badge("unknown", "Inconclusive");
}

/** Sums up a verdict's evidence in one line: who was compared on how many rows. */
export const comparedOn = ({ against, difference }: Evidence): string =>
  `against the ${against}, on ${counted(difference.n, "row")} of ${counted(difference.clusters, "shopper")}`;

/** A cycle's result in one sentence, for its page. */
export function cycleHeadline(
  { model, number, outcome, stage, champion, challenger, evidence, error }: Cycle,
): string {
  const name = `Cycle ${number} of ${model}`;
  const better = evidence ? reading(evidence.difference, evidence.margin).word.toLowerCase() : "";
  const because = better === "inconclusive"
    ? "the comparison was inconclusive"
    : better === "same predictions"
    ? "both predict the compared rows alike"
    : `${better} on held-out rows`;
  const v = (version: number | null) => version === null ? "nothing" : `v${version}`;
  const unchanged = champion === null ? "nothing serves yet" : `v${champion} keeps serving`;
  switch (outcome) {
    case null:
      return `${name} is running: ${doing(stage).toLowerCase()}.`;
    case "deployed":
      return champion === null
        ? `${name} deployed the first version, v${challenger}.`
        : `${name} deployed ${v(challenger)} in place of ${v(champion)}: ${because}.`;
    case "rolling out":
      return `${name} shows ${v(challenger)} to a share of shoppers; ${unchanged}.`;
    case "rejected":
      return `${name} rejected ${v(challenger)}: ${because}; ${unchanged}.`;
    case "inconclusive":
      return `${name} was inconclusive: ${v(challenger)} is neither better nor worse than ${
        v(champion)
      }; ${unchanged}.`;
    case "rolled back":
      return `${name} deployed ${v(challenger)}, which was rolled back; ${unchanged}.`;
    case "cancelled":
      return `${name} was cancelled; ${unchanged}.`;
    case "failed":
      return `${name} did not finish: ${error ?? "no reason was recorded"}; ${unchanged}.`;
    case "lost":
      return `${name} was lost: ${error ?? "no reason was recorded"}; ${unchanged}.`;
    default:
      return outcome satisfies never;
  }
}

/** A number with a name, or a plain word, from a reason's evidence. */
export const evidenceText = (value: number | string | boolean | null): string =>
  typeof value === "number"
    ? (Number.isInteger(value) ? count(value) : figure(value))
    : String(value ?? "none");
