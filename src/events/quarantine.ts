import { canonicalJson, sha256 } from "../core/hash.ts";
import { anyText } from "../core/text.ts";

import type { Pseudonym } from "../privacy/pseudonym.ts";
import { knownFields } from "./field_names.ts";
import { isOwnFields, isShort, lacksConsent, TEXT_MAX } from "./schema.ts";

/** Why an event was refused, and where it came from. */
interface Refusal {
  readonly reason: string;
  readonly field: string | null;
  readonly source: string;
  /** of a file */
  readonly line?: number;
  /** of a file: which of its equal lines it is, from 1 */
  readonly nth?: number;
  /** of a file: its import */
  readonly importId?: number;
}

/** Keeps of a refused event its known fields, shortened, its shopper by pseudonym; nothing else that was sent. */
export function quarantined(raw: unknown, refusal: Refusal, pseudonym: Pseudonym): QuarantinedEvent {
  const { reason, field, source, line, nth, importId } = refusal;
  const body = keptOf(raw, pseudonym);
  const cut = notKeptWhole(raw);
  if (cut.length > 0) body.cut = cut;
  if (line !== undefined) body.line = line;
  if (nth !== undefined && nth > 1) body.nth = nth;
  if (importId !== undefined) body.import = importId;
  return {
    eventId: typeof body.id === "string" && body.id !== "" ? body.id : null,
    reason,
    field,
    body,
    source,
    fingerprint: sha256(canonicalJson([source, reason, body])),
  };
}

function keptOf(raw: unknown, pseudonym: Pseudonym): Record<string, unknown> {
  if (raw === undefined) return {}; // a line that could not be read may hold anything: not even its text is kept
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return { sent: kindOf(raw) };
  const known = knownFields(raw as Record<string, unknown>);
  if (lacksConsent(known)) {
    delete known.user;
    delete known.session;
  }
  const fields = Object.entries(known).map(([name, value]) => {
    if (name === "fields" && isOwnFields(value)) return [name, value];
    if (name !== "user") return [name, name === "id" ? shortened(anyText(value)) : kept(value)];
    return [name, isScalar(value) ? pseudonym(anyText(value).trim().toWellFormed()) : kindOf(value)];
  });
  return Object.fromEntries(fields);
}

/** Fields of which something else is kept than was sent: too long, with a NUL, or no single value. */
function notKeptWhole(raw: unknown): string[] {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return [];
  return Object.entries(knownFields(raw as Record<string, unknown>))
    .filter(([name, value]) => !(name === "fields" && isOwnFields(value)))
    .filter(([, value]) => typeof value === "object" || (typeof value === "string" && isCut(value)))
    .map(([name]) => name).sort();
}

const isCut = (text: string) => !isShort(text) || text.includes("\0");

const isScalar = (value: unknown) => typeof value === "string" || typeof value === "number";

function kept(value: unknown): unknown {
  if (typeof value === "string") return shortened(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : anyText(value);
  return typeof value === "boolean" ? value : kindOf(value);
}

/** Postgres keeps neither NUL nor half a surrogate pair. */
const shortened = (text: string) =>
  [...text.slice(0, 2 * TEXT_MAX)].slice(0, TEXT_MAX).join("").toWellFormed().replaceAll("\0", "");

const kindOf = (value: unknown) => value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/** An event that could not be accepted. It names its shopper by pseudonym only. */
export interface QuarantinedEvent {
  /** as it was sent; null: none, or not usable */
  readonly eventId: string | null;
  readonly reason: string;
  readonly field: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  /** where it came from, as in `api` or `import events.csv` */
  readonly source: string;
  /** the same fingerprint is kept once */
  readonly fingerprint: string;
}
