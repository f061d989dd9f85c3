import { z } from "zod";
import { addNamed } from "../core/named.ts";
import { messageOf } from "../core/errors.ts";
import { Finding } from "./report.ts";
import type { Draft, Tested, View } from "./view.ts";

/** The answer of an operator's check to one question; what it found is named for the check. */
export interface OwnTested extends Pick<Tested, "p"> {
  found: Omit<Draft, "kind" | "subject"> | null;
}

/** A check of the operator's. What it finds shares the budget of false alarms with all other checks. */
export interface OwnCheck {
  readonly name: string;
  /** what it asks, in a few words: people read it in the list of extensions */
  readonly means: string;
  /** asks the data; a pure function, as the same evidence has to give the same report */
  readonly look: (view: View) => readonly OwnTested[];
}

const OWN: OwnCheck[] = [];

/** Lets a check take part in every look from now on. @throws {RangeError} another has its name */
export const addCheck = (check: OwnCheck): void => addNamed(OWN, check);

const ANSWERS_MAX = 100;
const Answers = z.array(z.object({
  p: z.number().min(0).max(1).nullable(),
  found: Finding.pick({ means: true, rows: true, share: true, text: true, evidence: true })
    .extend({ fromMs: z.number(), toMs: z.number() }).nullable(),
})).max(ANSWERS_MAX);

/** Asks the operator's checks. */
export const askOwnChecks = (view: View): Tested[] => OWN.flatMap((check) => ask(check, view));

/** One that fails, or answers what cannot be told, is told itself, and the look goes on. */
function ask({ name, look }: OwnCheck, view: View): Tested[] {
  const named = <D extends Omit<Draft, "kind" | "subject">>(draft: D) =>
    Object.assign({ kind: "own check", subject: name } as const, draft);
  try {
    return Answers.parse(look(view)).map(({ p, found }) => ({ p, found: found && named(found) }));
  } catch (error) {
    const toMs = view.evidence.asOfMs;
    const text = `the check "${name}" failed: ${messageOf(error).slice(0, 300)}`;
    const failure = { means: "passing", rows: 0, share: 0, text, evidence: {}, fromMs: toMs, toMs } as const;
    return [{ p: null, found: named(failure) }];
  }
}
