import { CATALOGUE, type TroubleId } from "./catalogue.ts";

/** problem: something does not work; warning: it will not for long; note: good to know. */
export type Severity = "problem" | "warning" | "note";

/** One trouble that was found. */
export interface Finding {
  id: TroubleId;
  severity: Severity;
  /** what it is about: a model, a file, an address; null: the installation */
  subject: string | null;
  detail: string;
}

/** A finding as it is shown, with what to do. */
export interface ShownFinding extends Finding {
  title: string;
  cure: string;
  /** whether `--fix` knows what to do */
  fixable: boolean;
  /** what `--fix` did, or why it could not; null: it was not asked */
  fixed: string | null;
}

/** What could not be looked at, and why. */
export interface NotLooked {
  what: string;
  why: string;
}

/** The result of an examination. */
export interface Examination {
  installation: string;
  healthy: boolean;
  looked: string[];
  notLooked: NotLooked[];
  findings: ShownFinding[];
}

export const finding = (
  id: TroubleId,
  severity: Severity,
  { subject = null, detail }: { subject?: string | null; detail: string },
): Finding => ({ id, severity, subject, detail });

/** Adds what the catalogue says of it. */
export function shown(found: Finding): ShownFinding {
  const { title, cure, fix } = CATALOGUE[found.id];
  return { ...found, title, cure, fixable: fix !== undefined, fixed: null };
}

const ORDER: Readonly<Record<Severity, number>> = { problem: 0, warning: 1, note: 2 };

/** Puts the worst first; otherwise as they were found. */
export const worstFirst = <F extends Finding>(findings: readonly F[]): F[] =>
  findings.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
