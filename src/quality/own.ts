import { z } from "zod";
import type { Asked } from "../core/asked.ts";
import { addNamed } from "../core/named.ts";
import { messageOf } from "../core/errors.ts";
import { judgeQuality } from "./judge_quality.ts";
import type { QualityEvidence } from "./quality_evidence.ts";
import { Finding, type QualityReport } from "./report.ts";
import { type Draft, type Tested, type View, viewOf } from "./view.ts";

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

type AskedCheck = Asked<OwnCheck>;

const OWN: AskedCheck[] = [];

/** Lets a check take part in every look from now on. @throws {RangeError} another has its name */
export const addCheck = (check: AskedCheck): void => addNamed(OWN, check);

const ANSWERS_MAX = 100;
const TEXT_MAX = 2000;
/** The last moment that a date can be. */
const MOMENT_MAX = 8.64e15;

const moment = z.number().min(-MOMENT_MAX).max(MOMENT_MAX);
/** The answers of a check, as they can be told. */
export const OwnAnswers = z.array(z.object({
  p: z.number().min(0).max(1).nullable(),
  found: Finding.pick({ means: true, rows: true, share: true, evidence: true })
    .extend({ text: z.string().max(TEXT_MAX), fromMs: moment, toMs: moment }).nullable(),
})).max(ANSWERS_MAX);

/** Judges the data as of a moment, by our checks and by the operator's. */
export async function judgeWithOwn(evidence: QualityEvidence): Promise<QualityReport> {
  const view = viewOf(evidence);
  const own = await Promise.all(OWN.map((check) => ask(check, view)));
  return judgeQuality(evidence, own.flat());
}

/** One that fails, does not answer, or answers what cannot be told, is told itself, and the look goes on. */
async function ask({ name, look }: AskedCheck, view: View): Promise<Tested[]> {
  const named = <D extends Omit<Draft, "kind" | "subject">>(draft: D) =>
    Object.assign({ kind: "own check", subject: name } as const, draft);
  try {
    return (await look(view)).map(({ p, found }) => ({ p, found: found && named(found) }));
  } catch (error) {
    const toMs = view.evidence.asOfMs;
    const text = `the check "${name}" failed: ${messageOf(error).slice(0, 300)}`;
    const failure = { means: "passing", rows: 0, share: 0, text, evidence: {}, fromMs: toMs, toMs } as const;
    return [{ p: null, found: named(failure) }];
  }
}
