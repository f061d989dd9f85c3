import { sha256 } from "../core/hash.ts";
import type { AcceptedEvent } from "./event.ts";

/**
 * The id of an event that came without one: its time in base 36 (so that new ids lie side by side in the index) and
 * 96 bits of the sha256 of its content. The shopper enters by pseudonym: a hash of the raw id could be guessed back.
 *
 * The country does not belong to the content: shops that begin to send it later send no new events by that.
 *
 * Sent to the API, two events of equal content are one. In a file the line number belongs to the content: equal lines
 * of one file count separately, the same file read twice (or grown since) counts each line once.
 */
export function derivedId(event: Omit<AcceptedEvent, "id">, line?: number): string {
  const content = [
    event.type,
    event.userKey,
    event.session,
    event.product,
    event.category,
    event.price,
    event.quantity,
    event.amount,
    event.atMs,
    line,
  ];
  return `${event.atMs.toString(36)}-${sha256(JSON.stringify(content)).slice(0, 24)}`;
}
