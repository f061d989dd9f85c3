import { currencyCode, NO_MONEY, rateAt, type ShopMoney } from "../core/currency.ts";
import { type Pseudonym } from "../privacy/pseudonym.ts";
import type { AcceptedEvent } from "./event.ts";
import { knownFields } from "./field_names.ts";
import { derivedId } from "./identity.ts";
import { composed } from "../core/text.ts";
import { isNobody, isNoId } from "./null_words.ts";
import { type Refused, shownValue } from "./refusal.ts";
import { type EventField, lacksConsent, NUMBER_MAX, ShopEvent, TEXT_MAX, TYPE } from "./schema.ts";
import { parseTime } from "./time.ts";

/** Reason of an event that is put aside because its time has not come. */
export const IN_FUTURE = "time is in the future";
/** Clocks of trackers run ahead: this much is forgiven. */
export const FUTURE_MS = 5 * 60_000;
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** Context that `validateEvent` needs beside the event. */
export interface ValidationContext {
  readonly nowMs: number;
  readonly pseudonym: Pseudonym;
  /** of a file: how often a content occurred in it, which becomes part of a derived id */
  readonly nthOf?: (sha256: string) => number;
  /** the keys are fields' own names, and no value is empty: of a file, whose columns were read already */
  readonly isMapped?: boolean;
  /** numbers may come as text, as in CSV */
  readonly numbersAsText?: boolean;
  /** the shop's; left out: it is not stated */
  readonly money?: ShopMoney;
  /** what a time without a zone is; default: not accepted */
  readonly zone?: "needed" | "utc";
}

type EventVerdict =
  | { readonly kind: "accepted"; readonly event: AcceptedEvent }
  | ({ readonly kind: "quarantined" } & Refused);

/** Decides whether what was sent is an event that makes sense. Pure: the same input gives the same answer. */
export function validateEvent(raw: unknown, context: ValidationContext): EventVerdict {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) {
    return refuse("event is not an object", null, raw);
  }
  const named: Partial<Record<EventField, unknown>> = context.isMapped
    ? raw
    : knownFields(raw as Record<string, unknown>);
  const fields = isNoId(named.user) ? { ...named, user: undefined } : named;
  const sent = context.numbersAsText ? withNumbers(fields) : fields;
  if (!isPlainEvent(sent)) {
    const parsed = ShopEvent.safeParse(sent);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = issue.path[0] as EventField;
      return refuse(`${field} ${issue.message}`, field, fields[field]);
    }
  }
  const event = completed(sent as ShopEvent, context);
  const nonsense = findNonsense(event, context.nowMs);
  if (nonsense) {
    return refuse(reasonOf(nonsense, sent as ShopEvent, context), nonsense.field, fields[nonsense.field]);
  }
  const foreign = foreignMoney(sent as ShopEvent, event, context.money ?? NO_MONEY);
  if (foreign?.rate === null) return refuse(foreign.reason, "currency", fields.currency);
  // The id is derived from the money that was sent, not from what it is converted to.
  event.id = textOf(sent.id as ShopEvent["id"]) ??
    derivedId(event, { nthOf: context.nthOf, currency: foreign?.code });
  return { kind: "accepted", event: foreign ? converted(event, foreign.rate) : event };
}

/** The money of an event in another currency than the shop's; undefined: it is the shop's own, or there is none. */
function foreignMoney(
  { currency }: ShopEvent,
  event: Draft,
  money: ShopMoney,
): { code: string; rate: number } | { code: string; rate: null; reason: string } | undefined {
  if (currency == null || (event.price === null && event.amount === null)) return undefined;
  const code = currencyCode(String(currency));
  if (money.currency !== "" && code === currencyCode(money.currency)) return undefined;
  const rate = rateAt(money, code, event.atMs);
  if (rate !== null) return { code, rate };
  const reason = money.currency === ""
    ? "the shop's own currency is not stated (setting currency, or --currency for a file)"
    : `money is not in ${
      shownValue(money.currency)
    }, and no rate for it is stated (setting currency_rates, or --rates)`;
  return { code, rate, reason };
}

/** An event with its money in the shop's currency, without the last bits that multiplying leaves. */
function converted(event: Draft, rate: number): Draft {
  const inOwn = (money: number | null) => money === null ? null : Math.round(money * rate * 1e6) / 1e6;
  return { ...event, price: inOwn(event.price), amount: inOwn(event.amount) };
}

const NUMBER_FIELDS = ["price", "quantity", "amount"] as const;
const TEXT_FIELDS = ["id", "user", "session", "product", "category", "country", "currency"] as const;

/** Whether an event is one that the schema takes as it is, without asking it: most are, and it takes 3 us each. */
function isPlainEvent(fields: Partial<Record<EventField, unknown>>): boolean {
  const { type, time, consent } = fields;
  if (fields.fields !== undefined) return false;
  if (consent !== undefined && typeof consent !== "boolean") return false;
  if (typeof type !== "string" || !TYPE.test(type)) return false;
  if (typeof time !== "string" && !(typeof time === "number" && Number.isFinite(time))) return false;
  for (const name of TEXT_FIELDS) {
    const value = fields[name];
    if (
      value === undefined ||
      (typeof value === "string" && value.length <= TEXT_MAX && !value.includes("\0") && value.isWellFormed())
    ) continue;
    return false;
  }
  for (const name of NUMBER_FIELDS) {
    const value = fields[name];
    if (value === undefined || (typeof value === "number" && Math.abs(value) <= NUMBER_MAX)) continue;
    return false;
  }
  return true;
}

const refuse = (reason: string, field: EventField | null, sent: unknown): EventVerdict => {
  const refused = { kind: "quarantined", reason, field } as const;
  return sent === undefined ? refused : { ...refused, value: shownValue(sent) };
};

/** An event as it would be stored, its id still to come; `atMs` is NaN where its time was not understood. */
type Draft = Omit<AcceptedEvent, "id"> & { id: string };

function completed(sent: ShopEvent, { pseudonym, zone = "needed" }: ValidationContext): Draft {
  const lacks = lacksConsent(sent);
  const user = lacks ? null : nameOf(sent.user);
  const type = sent.type.toLowerCase();
  return {
    id: "",
    userKey: user === null || isNobody(user) ? null : pseudonym(user),
    session: lacks ? null : textOf(sent.session),
    type,
    product: nameOf(sent.product),
    category: nameOf(sent.category),
    country: textOf(sent.country),
    price: sent.price ?? null,
    quantity: sent.quantity ?? null,
    amount: amountOf(type, sent),
    fields: sent.fields ?? null,
    atMs: parseTime(sent.time, zone) ?? NaN,
  };
}

/**
 * Returns the amount that was sent, or price x quantity (of a purchase or return without one: 1); of a return never
 * positive.
 */
function amountOf(type: string, { price, quantity, amount }: ShopEvent): number | null {
  const isLine = type === "purchase" || type === "return";
  const units = quantity ?? (isLine ? 1 : null);
  const money = amount ?? (price != null && units !== null ? price * units : null);
  return money !== null && type === "return" ? 0 - Math.abs(money) : money;
}

/** Text of a field as it is kept: trimmed, null where nothing is left. */
function textOf(value: string | number | null | undefined): string | null {
  if (value == null) return null;
  return String(value).trim() || null;
}

/** Text that names a shopper, a product or a category: `é` is one letter, of one or of two code points. */
function nameOf(value: string | number | null | undefined): string | null {
  const text = textOf(value);
  return text === null ? null : composed(text) || null;
}

function withNumbers(fields: Partial<Record<EventField, unknown>>): Partial<Record<EventField, unknown>> {
  const out = { ...fields };
  for (const name of NUMBER_FIELDS) {
    const value = out[name];
    if (typeof value !== "string") continue;
    if (value.trim() === "") delete out[name];
    else if (!Number.isNaN(Number(value))) out[name] = Number(value);
  }
  return out;
}

interface SenseCheck {
  readonly field: EventField;
  readonly reason: string;
  /** what may be the cause where the time is a number of ms */
  readonly ofNumber?: string;
  readonly fails: (event: Draft, nowMs: number) => boolean;
}

const FORWARD = new Set(["view", "cart", "purchase"]); // only a return, or a type we do not know, may count down

/** What a line that counts down is, and how a file of such lines is read. */
const BACK = " (what comes back is of type return; --returns negative reads a file so)";

const SENSE_CHECKS: readonly SenseCheck[] = [
  {
    field: "time",
    reason: "time is not ISO 8601 with a zone, nor ms since 1970",
    fails: (e) => Number.isNaN(e.atMs),
  },
  {
    field: "time",
    reason: "time is before 1990",
    ofNumber: "numbers are ms, not seconds",
    fails: (e) => e.atMs < EARLIEST_MS,
  },
  {
    field: "time",
    reason: "time is after 2099",
    ofNumber: "numbers are ms, not us or ns",
    fails: (e) => e.atMs > LATEST_MS,
  },
  { field: "time", reason: IN_FUTURE, fails: (e, nowMs) => e.atMs > nowMs + FUTURE_MS },
  { field: "price", reason: "price is negative", fails: (e) => (e.price ?? 0) < 0 },
  {
    field: "quantity",
    reason: `quantity is negative${BACK}`,
    fails: (e) => FORWARD.has(e.type) && (e.quantity ?? 0) < 0,
  },
  {
    field: "amount",
    reason: `amount is negative${BACK}`,
    fails: (e) => FORWARD.has(e.type) && (e.amount ?? 0) < 0,
  },
];

/** Times of a file were read by the rule of their column: what numbers mean was settled there. */
function reasonOf(
  { reason, ofNumber }: SenseCheck,
  { time }: ShopEvent,
  { zone }: ValidationContext,
): string {
  return ofNumber === undefined || typeof time !== "number" || zone === "utc"
    ? reason
    : `${reason} (${ofNumber})`;
}

const findNonsense = (event: Draft, nowMs: number) =>
  isSensible(event, nowMs) ? undefined : SENSE_CHECKS.find((check) => check.fails(event, nowMs));

/** Whether no check can fail: of nearly all events one look says so. */
const isSensible = ({ atMs, price, quantity, amount }: Draft, nowMs: number): boolean =>
  atMs >= EARLIEST_MS && atMs <= LATEST_MS && atMs <= nowMs + FUTURE_MS && (price ?? 0) >= 0 &&
  (quantity ?? 0) >= 0 && (amount ?? 0) >= 0;
