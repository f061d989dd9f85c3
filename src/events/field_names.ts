import { squeeze } from "./path.ts";
import { EVENT_FIELDS, type EventField } from "./schema.ts";

/**
 * Names under which files and trackers carry a field, beside its own. Case, spaces, `_` and `-` do not matter:
 * `User ID`, `user_id` and `userId` are one name. Precise names stand first; of several names for one field the first that
 * holds something counts.
 */
export const FIELD_NAMES: Readonly<Record<EventField, readonly string[]>> = {
  id: ["event_id", "id"],
  type: ["event_type", "event_name", "type", "event"],
  user: ["user_id", "customer_id", "visitor_id", "user"],
  session: ["session_id", "user_session", "session"],
  consent: ["consent", "consent_given"],
  product: ["product_id", "item_id", "sku", "product"],
  category: ["category_id", "category_code", "category"],
  country: ["country_code", "country"],
  price: ["unit_price", "price"],
  quantity: ["quantity", "qty"],
  amount: ["amount"],
  currency: ["currency", "currency_code"],
  fields: ["fields"],
  time: ["timestamp", "event_time", "time"],
};

/** Names that mean a field in a file alone, after the others. */
export const FILE_NAMES: Readonly<Partial<Record<EventField, readonly string[]>>> = {
  time: ["datetime", "date"],
};

/** The field that a name means, and its rank among that field's names (0 is tried first). */
interface FieldName {
  readonly field: EventField;
  readonly rank: number;
}

const BY_NAME = new Map<string, FieldName>(
  EVENT_FIELDS.flatMap((field) => FIELD_NAMES[field].map((name, rank) => [squeeze(name), { field, rank }])),
);

/** Returns the field that a column or key of this name means; undefined: none we know. */
function fieldOf(name: string): FieldName | undefined {
  return name.length <= 40 ? BY_NAME.get(squeeze(name)) : undefined;
}

/** The known fields of `raw` under their own names, empty ones left out; values as they are. */
export function knownFields(raw: Readonly<Record<string, unknown>>): Partial<Record<EventField, unknown>> {
  const out: Partial<Record<EventField, unknown>> = {};
  const ranks: Partial<Record<EventField, number>> = {};
  for (const name in raw) {
    const value = raw[name];
    if (value === undefined || value === null || value === "") continue;
    const known = memo(name);
    if (!known || known.rank >= (ranks[known.field] ?? Infinity)) continue;
    out[known.field] = value;
    ranks[known.field] = known.rank;
  }
  return out;
}

const MEMO_MAX = 1000;
const seen = new Map<string, FieldName | undefined>();

/** `fieldOf`, remembered: a shop sends the same few names with each event. */
function memo(name: string): FieldName | undefined {
  if (seen.has(name)) return seen.get(name);
  const known = fieldOf(name);
  if (seen.size < MEMO_MAX) seen.set(name, known);
  return known;
}
