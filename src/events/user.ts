import { composed, isStorable } from "../core/text.ts";
import { isNobody, isNoId } from "./null_words.ts";
import { isShort, lacksConsent, TEXT_MAX } from "./schema.ts";

/**
 * Returns the id of the shopper in an event whose fields have their own names, as it is looked up; null: it names nobody, or nobody who consented.
 */
export function userIn(fields: Readonly<Record<string, unknown>>): string | null {
  const { user } = fields;
  if (lacksConsent(fields)) return null;
  if ((typeof user !== "string" && typeof user !== "number") || isNoId(user)) return null;
  const text = composed(String(user).trim().toWellFormed());
  return text === "" || isNobody(text) ? null : text;
}

/** Why no event can carry a text as its shopper's id, so that nobody can be asked about under it; undefined: one can. */
export function faultOfUser(id: string): string | undefined {
  if (composed(id.trim()) === "") return "it is blank";
  if (!isShort(id.trim())) return `it is longer than ${TEXT_MAX} characters`;
  return isStorable(id) ? undefined : "it holds what no text holds: a NUL, or half of a surrogate pair";
}
