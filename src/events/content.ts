import { code32 } from "../core/hash.ts";
import { composed } from "../core/text.ts";
import type { AcceptedEvent } from "./event.ts";

/** What became of an event that was accepted: it was new, was known, or its id belongs to another event. */
export type Outcome = "accepted" | "duplicate" | "conflict";

/** Reason with which an event is put aside whose id is stored with other content. */
export const CONFLICT =
  "id belongs to an event of other content (is it the id of an order or a shopper? --map id=- leaves it out)";

/** Reason with which an event is put aside that lies before those that are kept: sent again, it would count twice. */
export const TOO_OLD = "is older than the events that are kept (setting keep_events_days)";

/** The content of an event, but for its id, and its country and further numbers, which shops begin to send later. */
export type Content = Omit<AcceptedEvent, "id" | "country" | "session" | "fields"> & {
  readonly sessionCode: number | null;
};

/** The content of an event as it is stored. */
export function contentOf(
  { id: _id, country: _country, fields: _fields, session, ...content }: AcceptedEvent,
): Content {
  return { ...content, sessionCode: session === null ? null : code32(session) };
}

const FIELDS = [
  "userKey",
  "sessionCode",
  "type",
  "product",
  "category",
  "price",
  "quantity",
  "amount",
  "atMs",
] as const;

/** Whether two events say the same. */
export const isSameContent = (a: Content, b: Content): boolean =>
  FIELDS.every((field) => isSame(a[field], b[field]));

/** Names that an earlier version stored may have their marks beside their letters. */
const isSame = (a: string | number | null, b: string | number | null): boolean =>
  a === b || (typeof a === "string" && typeof b === "string" && composed(a) === composed(b));

/** A text that two contents share only where they say the same. */
export const contentText = (content: Content): string =>
  JSON.stringify(FIELDS.map((field) => content[field]));
