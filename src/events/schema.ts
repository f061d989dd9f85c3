import { z } from "zod";

/** Longest text kept for an id, a shopper, a session, a product, a category or a country, in code points. */
export const TEXT_MAX = 200;
/** Prices, quantities and amounts beyond this (either sign) are taken for nonsense. */
export const NUMBER_MAX = 1e12;

/** Whether a text has at most so many characters (code points, so that an emoji is one). */
export function isShort(text: string, max = TEXT_MAX): boolean {
  return text.length <= max || (text.length <= 2 * max && [...text].length <= max);
}

const TEXT_RULE =
  `must be a number or a text of at most ${TEXT_MAX} characters, none of them NUL or half a surrogate pair`;
const isKept = (value: string) => isShort(value) && value.isWellFormed() && !value.includes("\0");
const NUMBER_RULE = `must be a number between -${NUMBER_MAX} and ${NUMBER_MAX}`;
const text = z.union([
  z.string().refine(isKept, { error: TEXT_RULE }),
  z.number(),
], { error: TEXT_RULE }).nullish();
const number = z.number({ error: NUMBER_RULE })
  .min(-NUMBER_MAX, { error: NUMBER_RULE }).max(NUMBER_MAX, { error: NUMBER_RULE }).nullish();

/** Names of numbers that a shop adds to its events, and how many an event may carry. */
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
const OWN_FIELDS_MAX = 20;
const FIELDS_RULE =
  `must be at most ${OWN_FIELDS_MAX} numbers by name, between -${NUMBER_MAX} and ${NUMBER_MAX}, names of 1 to 40 ` +
  "letters, digits and _ that begin with a letter";
const OWN_NUMBER = z.number({ error: FIELDS_RULE })
  .min(-NUMBER_MAX, { error: FIELDS_RULE }).max(NUMBER_MAX, { error: FIELDS_RULE });

const OWN_FIELDS = z.record(z.string(), OWN_NUMBER, { error: FIELDS_RULE }).refine((fields) => {
  const names = Object.keys(fields);
  return names.length <= OWN_FIELDS_MAX && names.every((name) => FIELD_NAME.test(name));
}, { error: FIELDS_RULE });

/** Whether these are numbers of a shop's own as they are kept. */
export const isOwnFields = (value: unknown): boolean => OWN_FIELDS.safeParse(value).success;

/** Names of types. */
export const TYPE = /^[A-Za-z0-9_.-]{1,40}$/;

const CONSENT: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["granted", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["denied", false],
  ["0", false],
]);

/** Returns what a consent flag says; null: nothing that is understood. */
export function consentOf(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string" && typeof value !== "number") return null;
  return CONSENT.get(String(value).trim().toLowerCase()) ?? null;
}

/** Whether an event says that its shopper did not consent; a flag that is not understood counts as that. */
export const lacksConsent = ({ consent }: { readonly consent?: unknown }): boolean =>
  consent !== undefined && consent !== null && consent !== "" && consentOf(consent) !== true;

/** One thing that happened in the shop, as it is sent. Fields may also carry the names in `FIELD_NAMES`. */
export const ShopEvent = z.object({
  id: text.describe("Sent twice, an event counts once. Without one, it is derived from the event's content"),
  type: z.string({ error: "is missing or not text" })
    .regex(TYPE, { error: "must be 1 to 40 letters, digits, _ . -" })
    .describe("view, cart, purchase, return; any other short name is kept and counted"),
  user: text.describe("Stored as a pseudonym only. An event without one counts for volume and data quality"),
  session: text,
  consent: z.union([z.boolean(), z.string(), z.number()]).refine((value) => consentOf(value) !== null, {
    error: "must be true or false",
  }).nullish().describe(
    "false: the shopper and the session are not kept with it, so that nothing is learnt of them; it counts for volume. " +
      "Left out: true",
  ),
  product: text,
  category: text,
  country: text.describe("where the shopper is; versions are compared within the largest countries too"),
  price: number.describe("of one unit, in the shop's currency"),
  quantity: number.describe("of a purchase or return without one: 1"),
  amount: number.describe("price x quantity where it is missing; of a return either sign"),
  currency: text.describe(
    "of its money, as EUR; another than the shop's own is converted by stated rates, or quarantined",
  ),
  fields: OWN_FIELDS.nullish().describe(
    'further numbers by name, as in {"stars": 4}: features of a shop\'s own models read them',
  ),
  time: z.union([z.string(), z.number()], { error: "is missing, not text and not a number" })
    .describe("ISO 8601 with a zone, or ms since 1970-01-01 UTC"),
});
export type ShopEvent = z.infer<typeof ShopEvent>;

/** The name of a field of `ShopEvent`. */
export type EventField = keyof ShopEvent;
export const EVENT_FIELDS = Object.keys(ShopEvent.shape) as EventField[];
