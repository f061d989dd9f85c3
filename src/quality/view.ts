import { DAY_MS, HOUR_MS } from "../core/time.ts";
import type { Finding, QualityKind } from "./report.ts";
import type { QualityEvidence } from "./quality_evidence.ts";
import type { DayProfile } from "./profile.ts";

/** Days of history that what is new is compared with. */
export const PAST_DAYS = 120;
/** Trouble that began longer ago than this is not looked for, however long nobody looked. */
const BACK_DAYS = 30;
/** The first look of all goes back so far. */
const FIRST_DAYS = 7;

/** The input of a check: the evidence, and which of its days are new. */
export interface View {
  readonly evidence: QualityEvidence;
  /** days with events, ascending; the last may be cut by `asOf` */
  readonly days: readonly DayProfile[];
  /** days that nobody looked at yet, or not to their end: ascending, also those without events */
  readonly fresh: readonly number[];
  /** the last UTC hour of the last day that is over, 0 to 24 */
  readonly hoursDone: number;
}

export function viewOf(evidence: QualityEvidence): View {
  const { asOfMs, previousMs } = evidence;
  const last = Math.floor((asOfMs - 1) / DAY_MS);
  const back = previousMs === null
    ? FIRST_DAYS
    : Math.min(BACK_DAYS, last - Math.floor(previousMs / DAY_MS) + 1);
  const fresh = Array.from({ length: Math.max(1, back) }, (_, i) => last - Math.max(1, back) + 1 + i);
  return { evidence, days: evidence.days, fresh, hoursDone: Math.floor((asOfMs - last * DAY_MS) / HOUR_MS) };
}

/** Something that was found, before it has a name that lasts. */
export interface Draft extends Pick<Finding, "subject" | "means" | "rows" | "share" | "text" | "evidence"> {
  kind: QualityKind;
  fromMs: number;
  toMs: number;
}

/** One question asked of the data. */
export interface Tested {
  /** chance of what is seen, or more, without a change; null: a fact, not a test */
  p: number | null;
  /** what is found should chance not explain it; null: nothing that would matter */
  found: Draft | null;
}

/** One kind of trouble. What cannot be judged yet, for lack of history, is not among the answers. */
export type Check = (view: View) => Tested[];

/** Whether a day rests on known trouble: it does not say what is usual. Data that a person accepted are as they should be. */
export function isTroubled(
  view: View,
  day: number,
  { kind, subject }: Pick<Draft, "kind" | "subject">,
): boolean {
  return view.evidence.known.some((known) =>
    !known.accepted && dayOf(known.from) <= day && day <= lastDayOf(known) &&
    (known.means === "broken" ||
      known.means === "changed" && known.kind === kind && known.subject === subject)
  );
}

const dayOf = (iso: string) => Math.floor(Date.parse(iso) / DAY_MS);
const lastDayOf = ({ to }: Finding) => Math.floor((Date.parse(to) - 1) / DAY_MS);
