import { sha256 } from "../core/hash.ts";
import type { AcceptedEvent } from "./event.ts";

/**
 * The id of an event that came without one: its time in base 36 (so that new ids lie side by side in the index) and
 * 96 bits of the sha256 of its content. The shopper enters by pseudonym: a hash of the raw id could be guessed back.
 *
 * Country and further numbers do not belong to the content: shops that begin to send them later send no new events by
 * that.
 *
 * Sent to the API, two events of equal content are one. In a file the n-th of equal lines has an id of its own, the first
 * that of the API: equal lines of one file count separately, and files that overlap share the lines they share, wherever
 * they stand.
 * Money of another currency is named as it was sent: a rate that changes makes no new event.
 *
 * @param options.nthOf tells how often a content, given by its sha256, occurred in the file
 */
export function derivedId(
  event: Omit<AcceptedEvent, "id">,
  { nthOf, currency }: { nthOf?: (sha256: string) => number; currency?: string } = {},
): string {
  const first = sha256(contentJson(event, null, currency));
  const nth = nthOf?.(first) ?? 1;
  const hash = nth === 1 ? first : sha256(contentJson(event, nth, currency));
  return `${event.atMs.toString(36)}-${hash.slice(0, 24)}`;
}

function contentJson(event: Omit<AcceptedEvent, "id">, nth: number | null, currency?: string): string {
  const { type, userKey, session, product, category, price, quantity, amount, atMs } = event;
  const json = `[${jsonText(type)},${jsonText(userKey)},${jsonText(session)},${jsonText(product)},` +
    `${jsonText(category)},${price},${quantity},${amount},${atMs},${nth}`;
  return currency === undefined ? `${json}]` : `${json},${jsonText(currency)}]`;
}

/** What JSON writes as more than its characters. */
// deno-lint-ignore no-control-regex
const ESCAPED = /["\\\x00-\x1f\ud800-\udfff]/;

/** A text, or nothing, as JSON; numbers are written in JSON as everywhere. */
const jsonText = (text: string | null): string =>
  text === null ? "null" : ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
