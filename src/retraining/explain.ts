import { z } from "zod";
import { ArtefactError, messageOf } from "../core/errors.ts";
import { canonicalJson } from "../core/hash.ts";
import { Check, type StoredCheck } from "./check.ts";
import type { Observation } from "../monitoring/observation.ts";
import { Findings } from "./findings.ts";
import { decide } from "./trigger.ts";

/** The first place where a recomputed value differs from the stored one. */
const Difference = z.object({
  at: z.string().describe("path, as in features[3].p"),
  stored: z.string().describe("JSON; nothing: it was not there"),
  now: z.string(),
});
type Difference = z.infer<typeof Difference>;

/** One thing a check rested on, computed again. */
const Part = z.object({
  what: z.enum(["decision", "quality", "drift", "performance", "look"]),
  observation: z.uuid().nullable().describe("null: the decision itself"),
  outcome: z.enum(["same", "differs", "unreadable"]),
  text: z.string(),
  difference: Difference.nullable(),
  codeVersion: z.string().nullable().describe("the code that judged then"),
});
type Part = z.infer<typeof Part>;

/** A check computed again from what was stored with it. */
export const Explanation = z.object({
  check: Check,
  outcome: z.enum(["same", "differs", "unreadable", "no stored evidence"]).describe(
    "differs: some part does; unreadable: none differs, but some evidence is missing or damaged",
  ),
  text: z.string(),
  codeVersion: z.string().describe("the code that computed it again"),
  parts: z.array(Part).describe("the decision, then each look it rested on"),
});
export type Explanation = z.infer<typeof Explanation>;

/** Judges evidence again. @throws {z.ZodError} it is no such evidence @throws {ArtefactError} rows are gone */
type Recompute = (evidence: unknown) => Promise<unknown>;

/** One entry of the chain of redactions. */
interface Erased {
  readonly number: number;
  readonly what: string;
}

export interface ExplainDeps {
  /** opens sealed evidence. @throws {ArtefactError} it is gone, or not what was sealed */
  open(sha256: string): Promise<unknown>;
  recompute: Readonly<Record<Observation["kind"], Recompute>>;
  /** lists what was taken out of these sealed files since, as persons were erased; left out: nothing ever is */
  redactions?(sha256s: readonly string[]): Promise<readonly Erased[]>;
  codeVersion: string;
}

/**
 * Computes a check again: its answer and reasons from its findings, and each look it rested on from its sealed evidence.
 * @param observations those of the check's that are still stored
 */
export async function explain(
  { findings, ...check }: StoredCheck,
  observations: readonly Observation[],
  deps: ExplainDeps,
): Promise<Explanation> {
  const { codeVersion } = deps;
  if (findings === null) {
    const text = "No stored evidence: the check was made by a release that kept none";
    return { check, outcome: "no stored evidence", text, codeVersion, parts: [] };
  }
  const parts = [decisionPart(check, findings, deps)];
  for (const id of check.observations) { // one after the other: each may keep every core busy for seconds
    const observation = observations.find((o) => o.id === id);
    parts.push(observation ? await observationPart(observation, findings, deps) : missingObservation(id));
  }
  return { check, ...summary(check, parts), codeVersion, parts };
}

/** The answer and the reasons, from the findings. */
function decisionPart(check: Check, stored: unknown, { codeVersion }: ExplainDeps): Part {
  const common = { what: "decision", observation: null, codeVersion: check.codeVersion } as const;
  const findings = Findings.safeParse(stored);
  if (!findings.success) {
    return unreadable(common, `The findings cannot be read: ${firstIssue(findings.error)}`);
  }
  const { answer, reasons } = check;
  return compared(common, { answer, reasons }, decide(findings.data), {
    same: `"${answer}" for the same ${reasons.length} reasons`,
    codeVersion,
  });
}

/** Recomputes a look from its evidence, and compares it with what the check decided on. */
async function observationPart(look: Observation, findings: unknown, deps: ExplainDeps): Promise<Part> {
  const { id, kind, asOf, answer, report, codeVersion } = look;
  const common = { what: kind, observation: id, codeVersion } as const;
  const now = await recomputed(look, deps);
  if ("problem" in now) return unreadable(common, now.problem);
  const texts = { same: `"${answer}" as of ${asOf}`, codeVersion: deps.codeVersion };
  const part = compared(common, report, now.report, texts);
  const answers = part.outcome === "same"
    ? compared(common, ...answersToCompare(look, findings), texts)
    : part;
  return afterErasures(answers, now.erased);
}

/** Evidence judged again, or why it cannot be. */
async function recomputed(
  { kind, evidenceSha256, codeVersion }: Observation,
  { open, recompute, redactions, codeVersion: codeNow }: ExplainDeps,
): Promise<{ report: unknown; erased: readonly Erased[] } | { problem: string }> {
  try {
    const evidence = await open(evidenceSha256);
    const named = JSON.stringify(evidence).match(/[0-9a-f]{64}/g) ?? [];
    const erased = await redactions?.([evidenceSha256, ...new Set(named)]) ?? [];
    return { report: await recompute[kind](evidence), erased };
  } catch (error) {
    if (error instanceof ArtefactError) {
      return { problem: `Evidence missing or damaged: ${messageOf(error)}` };
    }
    if (error instanceof z.ZodError) return { problem: `The evidence cannot be read: ${firstIssue(error)}` };
    if (codeVersion === codeNow) throw error; // evidence of another version may be more than this one understands
    return { problem: `Evidence of code ${codeVersion} cannot be judged by ${codeNow}: ${messageOf(error)}` };
  }
}

/** Says what persons' erasures took out of the evidence, and what it can still prove without them. */
function afterErasures(part: Part, erased: readonly Erased[]): Part {
  if (erased.length === 0) return part;
  const numbers = erased.map(({ number }) => number).join(", ");
  const what = erased.map(({ what }) => what).join(", ");
  const gone = `erased since: ${what} (${erased.length === 1 ? "redaction" : "redactions"} ${numbers})`;
  if (part.outcome === "same") return { ...part, text: `${part.text}; the same without what was ${gone}` };
  const left = `Cannot be compared in full, for persons were ${gone}. Of what is left: ${part.text}`;
  return { ...part, outcome: "unreadable", text: left };
}

/** The name of each kind of look among the findings. */
const AMONG_FINDINGS = { quality: "quality", drift: "drift", performance: "outcomes" } as const;

/** The answer of a look, as the findings have it and as it was: else the check decided on something else. */
function answersToCompare({ kind, answer }: Observation, findings: unknown): [stored: unknown, now: unknown] {
  const section = AMONG_FINDINGS[kind];
  const answerInFindings = (findings as Partial<Findings>)[section]?.answer ?? answer; // null: the decision did without this look
  const inFindings = (value: string) => ({ findings: { [section]: { answer: value } } });
  return [inFindings(answerInFindings), inFindings(answer)];
}

const missingObservation = (id: string): Part =>
  unreadable({ what: "look", observation: id, codeVersion: null }, "The look is not stored any more");

type Common = Pick<Part, "what" | "observation" | "codeVersion">;

const unreadable = ({ what, observation, codeVersion }: Common, text: string): Part => ({
  what,
  observation,
  codeVersion,
  outcome: "unreadable",
  text,
  difference: null,
});

function compared(
  { what, observation, codeVersion }: Common,
  stored: unknown,
  now: unknown,
  { same, codeVersion: codeNow }: { same: string; codeVersion: string },
): Part {
  const difference = firstDifference(stored, now);
  const other = codeVersion === codeNow
    ? ""
    : `; judged by code ${codeVersion ?? "that was not named"}, computed again by ${codeNow}`;
  const text = difference
    ? `Differs at ${difference.at}: stored ${difference.stored}, now ${difference.now}`
    : same;
  const outcome = difference ? "differs" : "same";
  return { what, observation, codeVersion, outcome, text: text + other, difference };
}

function summary({ answer }: Check, parts: readonly Part[]): Pick<Explanation, "outcome" | "text"> {
  const partsWith = (outcome: Part["outcome"]) =>
    parts.filter((p) => p.outcome === outcome).map((p) => p.what);
  const [differing, unread] = [partsWith("differs"), partsWith("unreadable")];
  if (differing.length > 0) {
    return { outcome: "differs", text: `Not the same when computed again: ${differing.join(", ")}` };
  }
  if (unread.length > 0) {
    return { outcome: "unreadable", text: `Cannot be computed again in full: ${unread.join(", ")}` };
  }
  const looks = parts.length === 2 ? "1 look" : `${parts.length - 1} looks`;
  return {
    outcome: "same",
    text:
      `The same answer, "${answer}", and the same reasons, computed again from the stored findings and ${looks}`,
  };
}

const firstIssue = ({ issues: [{ path, message }] }: z.ZodError) =>
  `${path.join(".") || "all of it"}: ${message}`;

/** Finds the first difference of two values as JSON with sorted keys; null: there is none. */
export function firstDifference(stored: unknown, now: unknown): Difference | null {
  const plain = (value: unknown) => JSON.parse(canonicalJson(value) ?? "null");
  return differenceAt("", plain(stored), plain(now));
}

function differenceAt(path: string, stored: unknown, now: unknown): Difference | null {
  if (!isNested(stored) || !isNested(now) || Array.isArray(stored) !== Array.isArray(now)) {
    return stored === now ? null : { at: path || "all of it", stored: briefly(stored), now: briefly(now) };
  }
  const keys = [...new Set([...Object.keys(stored), ...Object.keys(now)])];
  for (const key of keys) {
    const below = Array.isArray(stored) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    const difference = differenceAt(below, stored[key], now[key]);
    if (difference) return difference;
  }
  return null;
}

const isNested = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const BRIEF_MAX = 120; // characters

/** A value in one line. */
function briefly(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= BRIEF_MAX ? text : `${text.slice(0, BRIEF_MAX)}...`;
}
