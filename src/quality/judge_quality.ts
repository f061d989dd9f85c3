import { DAY_MS } from "../core/time.ts";
import type { Finding, QualityReport } from "./report.ts";
import { CHECKS } from "./checks.ts";
import type { QualityEvidence } from "./quality_evidence.ts";
import { type Draft, type Tested, type View, viewOf } from "./view.ts";

export type { QualityEvidence };

/** The same trouble goes on when it comes up again within so long after its end: until then it is not over. */
const APART_MS = 3 * DAY_MS;

/**
 * Judges the data as of a moment: what is broken, what changed and what passes; only days that nobody looked at yet can
 * bring something new. Each test compares the shop with its own past; Holm's procedure holds the chance of any false
 * finding of the look at `alpha`, whatever the number of tests. A pure function: the same evidence gives the same
 * report.
 * @param own the answers of the operator's checks, which share the budget of the last family
 */
export function judgeQuality(evidence: QualityEvidence, own: readonly Tested[] = []): QualityReport {
  const view = viewOf(evidence);
  const families = CHECKS.map(({ part, checks }) => ({
    alpha: part * evidence.alpha,
    tests: checks.flatMap((c) => c(view)),
  }));
  families[families.length - 1].tests.push(...own);
  const found = once(
    families.flatMap(({ alpha, tests }) => significant(tests, alpha))
      .flatMap(({ p, draft }) => named(evidence, draft, p)),
  );
  const findings = [...found, ...notOver(evidence, found)].sort(byWeight);
  const judged = families.some(({ tests }) => tests.some(({ p }) => p !== null));
  const current = view.days.filter(({ day }) => day >= view.fresh[0]);
  const answer = answerOf(findings, judged);
  return {
    asOf: iso(evidence.asOfMs),
    answer,
    text: textOf(answer, findings, view),
    alpha: evidence.alpha,
    from: iso(view.fresh[0] * DAY_MS),
    events: current.reduce((sum, { events }) => sum + events, 0),
    days: view.days.length - current.length,
    findings,
  };
}

/** Facts, and tests whose p-value is below `alpha` by Holm's procedure. */
function significant(tests: readonly Tested[], alpha: number): { draft: Draft; p: number | null }[] {
  const tested = tests.filter((test): test is Tested & { p: number } => test.p !== null).sort((a, b) =>
    a.p - b.p
  );
  let adjusted = 0;
  const found: { draft: Draft; p: number | null }[] = tests.flatMap(({ p, found }) =>
    p === null && found ? [{ draft: found, p }] : []
  );
  tested.forEach(({ p, found: draft }, rank) => {
    adjusted = Math.max(adjusted, Math.min(1, (tested.length - rank) * p));
    if (draft && adjusted <= alpha) found.push({ draft, p: adjusted });
  });
  return found;
}

/** A finding under the name it had before, if it is the same trouble; what is over and was told before is left out. */
function named({ known, asOfMs, previousMs }: QualityEvidence, draft: Draft, p: number | null): Finding[] {
  const { kind, subject, fromMs, toMs, ...rest } = draft;
  const before = known.find((earlier) =>
    earlier.kind === kind && earlier.subject === subject && continues(earlier, draft)
  );
  if (before && previousMs !== null && toMs <= previousMs) return [];
  const from = before && Date.parse(before.from) < fromMs ? before.from : iso(fromMs);
  return [{
    key: before?.key ?? `${kind}/${subject}/${iso(fromMs).slice(0, 10)}`,
    kind,
    subject,
    ...rest,
    from,
    p,
    to: iso(toMs),
    ongoing: toMs >= asOfMs,
    firstSeen: before?.firstSeen ?? iso(asOfMs),
    accepted: before?.accepted ?? false,
  }];
}

/** The same trouble may show in more than one test, as in a day and in its week: the surest one tells it, and comes first. */
const once = (findings: readonly Finding[]): Finding[] =>
  findings.filter((finding, i) => !findings.slice(0, i).some((surer) => isSame(surer, finding)));

const isSame = (a: Finding, b: Finding) =>
  a.key === b.key ||
  a.kind === b.kind && a.subject === b.subject &&
    continues(a, { fromMs: Date.parse(b.from), toMs: Date.parse(b.to) });

/** Trouble that showed until a moment ago is told again: one quiet day is not its end. */
const notOver = ({ known, asOfMs }: QualityEvidence, findings: readonly Finding[]): Finding[] =>
  known.filter(({ key, means, to }) =>
    means !== "passing" && asOfMs - Date.parse(to) < APART_MS &&
    !findings.some((finding) => finding.key === key)
  ).map((finding) => ({ ...finding, ongoing: false }));

const continues = ({ from, to }: Finding, { fromMs, toMs }: Pick<Draft, "fromMs" | "toMs">) =>
  Date.parse(from) <= toMs && fromMs <= Date.parse(to) + APART_MS;

const ORDER = ["broken", "changed", "passing"];
const byWeight = (a: Finding, b: Finding) =>
  Number(a.accepted) - Number(b.accepted) || ORDER.indexOf(a.means) - ORDER.indexOf(b.means) ||
  (a.p ?? 0) - (b.p ?? 0) ||
  b.rows - a.rows || (a.key < b.key ? -1 : 1);

function answerOf(findings: readonly Finding[], judged: boolean): QualityReport["answer"] {
  const means = findings.filter(({ accepted }) => !accepted).map((finding) => finding.means);
  if (means.includes("broken")) return "broken";
  if (!judged) return "cannot tell yet";
  return means.includes("changed") ? "changed" : "sound";
}

function textOf(answer: QualityReport["answer"], findings: readonly Finding[], { days }: View): string {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  switch (answer) {
    case "cannot tell yet":
      return `${days.length} days with events are too few to know what is usual here`;
    case "broken":
      return `Fix the data first: ${first.subject}: ${first.text}${more}`;
    case "changed":
      return `The data are sound, the shop changed: ${first.subject}: ${first.text}${more}`;
    case "sound":
      return first
        ? `The data are sound; in passing: ${first.subject}: ${first.text}${more}`
        : "The data are sound";
    default:
      return answer satisfies never;
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
