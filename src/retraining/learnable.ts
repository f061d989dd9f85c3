/** Whether labelled rows hold anything that a model could learn. */
import { z } from "zod";
import { count, figure } from "../format/numbers.ts";

/** The labelled rows of a model as of a moment, and the events that they come from. */
export const Learnable = z.strictObject({
  model: z.string(),
  kind: z.enum(["classification", "classes", "regression"]),
  horizonDays: z.number(),
  activeDays: z.number(),
  events: z.number(),
  purchases: z.number().describe("of these events"),
  cutoffs: z.int().describe("with complete outcomes"),
  rows: z.int(),
  lowest: z.number().nullable().describe("the smallest outcome of these rows; null: there are none"),
  highest: z.number().nullable(),
  quietDays: z.number().nullable().default(null).describe(
    "from the newest event to the moment; null: there is none, or a release that did not look made this",
  ),
});
export type Learnable = z.infer<typeof Learnable>;

/** Returns why nothing can be learned from these rows, in one sentence without a period; null: something can. */
export function nothingToLearn(facts: Learnable): string | null {
  const { model, events, purchases, cutoffs, rows, lowest, highest, horizonDays, activeDays } = facts;
  const lead = `Nothing to learn for ${model}`;
  if (events === 0) return `${lead}: no events are stored; import a file, or send some to POST /events`;
  if (purchases === 0) {
    return `${lead}: none of the ${count(events)} events is a purchase; ` +
      "if the shop has another word for it, import again with --types WORD=purchase";
  }
  if (cutoffs === 0) {
    return `${lead}: no cut-off has complete outcomes yet, which takes ${activeDays} days of history ` +
      `(active_days) and ${horizonDays} days after it (horizon_days)`;
  }
  if (rows === 0) {
    return `${lead}: no shopper was active in the ${activeDays} days (active_days) before any of ` +
      `${count(cutoffs)} cut-offs${oldData(facts)}`;
  }
  return lowest === highest ? `${lead}: ${sameOutcome(facts)}${oldData(facts)}` : null;
}

/** After a whole horizon without events every shopper has stayed away: that is the export's age, and nobody's doing. */
function oldData({ quietDays, horizonDays }: Learnable): string {
  if (quietDays === null || quietDays <= horizonDays) return "";
  return `; the newest event is ${
    count(Math.floor(quietDays))
  } days old, so import newer ones, or replay the ` +
    "file as of its own time (perennial demo --data FILE --first DAY --last DAY)";
}

/** All rows of one class, or of one value: there is nothing to tell apart. */
function sameOutcome({ kind, rows, lowest }: Learnable): string {
  const outcome = kind === "regression" ? `outcome ${figure(lowest!)}` : `class ${lowest}`;
  return `all ${count(rows)} labelled rows have the same ${kind === "regression" ? "outcome" : "class"} ` +
    `(${outcome}), so there is nothing to tell apart`;
}

/** Thrown where a training was asked for and nothing can be learned; trying again changes nothing. */
export class NothingToLearnError extends RangeError {
  override name = "NothingToLearnError";
}
