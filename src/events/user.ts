import { composed } from "../core/text.ts";
import { isNobody, isNoId } from "./null_words.ts";
import { lacksConsent } from "./schema.ts";

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
