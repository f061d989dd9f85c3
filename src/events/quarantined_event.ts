import { EVENT_FIELDS, type EventField, TEXT_MAX } from "./schema.ts";
import type { ValidationContext } from "./accept.ts";
import type { Pseudonym } from "../privacy/pseudonym.ts";

/** An event as it waits in quarantine. */
interface StoredQuarantinedEvent {
  readonly source: string;
  readonly reason: string;
  readonly field: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An event as it was sent, and how to validate it; or why it cannot be restored. */
type RestoredEvent =
  | {
    readonly kind: "whole";
    readonly raw: Record<string, unknown>;
    readonly context: Omit<ValidationContext, "nowMs">;
  }
  | { readonly kind: "not whole"; readonly why: string };

const IMPORTED = "import ";
/** Placeholders of values that are no single value. */
const PLACEHOLDERS = new Set(["object", "array", "function", "symbol", "bigint", "undefined", "null"]);
/** Reasons that tell that what was refused was no text that is kept whole. */
const REFUSED_TEXT = /must be a number or a text/;

/**
 * Makes an event of what is kept of it. Only what was kept whole is tried again: a shortened text would be taken in as
 * something that nobody sent. Its shopper is a pseudonym already and stays the same.
 */
export function restoreEvent(
  { source, reason, field, body }: StoredQuarantinedEvent,
  pseudonym: Pseudonym,
): RestoredEvent {
  const raw = Object.fromEntries(EVENT_FIELDS.flatMap((name) => name in body ? [[name, body[name]]] : []));
  if (Object.keys(raw).length === 0) return notWhole("nothing of it could be read");
  const cut = cutFields(body, { reason, field });
  if (cut.length > 0) return notWhole(`of ${cut.join(" and ")} not all was kept`);
  if (raw.user === pseudonym("")) delete raw.user; // blanks were sent
  const fromFile = source.startsWith(IMPORTED);
  return {
    kind: "whole",
    raw,
    context: {
      pseudonym: (key) => key,
      ...fromFile ? { numbersAsText: true, zone: "utc" } : {},
      ...typeof body.nth === "number" ? { nthOf: () => body.nth as number } : {},
    },
  };
}

const notWhole = (what: string): RestoredEvent => ({
  kind: "not whole",
  why: `${what}: it has to be sent again`,
});

/** As it was noted, else, of what was put aside before that was done, as far as it can be told. */
function cutFields(
  body: StoredQuarantinedEvent["body"],
  { reason, field }: Pick<StoredQuarantinedEvent, "reason" | "field">,
): string[] {
  if (Array.isArray(body.cut)) return body.cut.map(String);
  return EVENT_FIELDS.filter((name: EventField) => {
    const value = body[name];
    if (name === field && REFUSED_TEXT.test(reason)) return true;
    return typeof value === "string" && (value.length >= TEXT_MAX || PLACEHOLDERS.has(value));
  });
}
