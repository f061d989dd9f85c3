import { z } from "zod";

/** Raise it whenever a number changes: days kept under another version are made anew. */
export const PROFILE_VERSION = 1;

/** Fields whose absence is counted. */
export const WATCHED_FIELDS = ["user", "session", "product", "category", "price"] as const;

/** Width of a price bin: natural logarithm of a price over the product's usual one. */
export const PRICE_BIN = 0.02;

/** Visits affected, and events affected. */
const Affected = z.tuple([z.int(), z.int()]);
export type Affected = z.infer<typeof Affected>;

/**
 * The profile of one UTC day's events. Its unit is the visit: the events of one session on that day, of one shopper
 * where no session was sent, of ten minutes where neither was: events of a visit share their fate, visits hardly do.
 */
export const DayProfile = z.strictObject({
  day: z.int().describe("days since 1970-01-01 UTC"),
  events: z.int(),
  visits: z.int(),
  hours: z.array(z.int()).length(24).describe("visits by the UTC hour of their first event"),
  eventHours: z.array(z.int()).length(24).describe("events by UTC hour"),
  types: z.record(z.string(), Affected).describe("visits with that type of event, and its events"),
  bought: z.record(z.string(), z.int()).describe(
    "visits with that type of event in which something was bought",
  ),
  missing: z.record(z.string(), Affected).describe(
    "by type/field: without a value; what is never missing is left out",
  ),
  duplicates: Affected.describe("same content and second as an event before it"),
  late: Affected.describe("received more than an hour after it happened"),
  outOfOrder: Affected.describe("received after a later event of its visit"),
  free: Affected.describe("purchases without money: price or amount 0"),
  prices: z.array(z.tuple([z.int(), z.int()])).describe(
    "visits whose purchases share one ln(price / usual price), by its bin",
  ),
  mixedPrices: z.int().describe("visits whose purchases do not"),
  young: z.strictObject({ visits: z.int(), of: z.int(), events: z.int(), known: z.int() }).nullable()
    .describe(
      "visits of which most purchases are of products nobody bought until 60 days before; null: too little history",
    ),
  shoppers: z.strictObject({
    all: z.int(),
    single: z.int().describe("never seen before, with one event only"),
    singleProduct: z.int().describe("those of them that looked at one and the same product"),
    mostEvents: z.int().describe("events of the busiest shopper"),
    restless: z.int().describe("shoppers active in 8 different hours of the day or more"),
    restlessEvents: z.int(),
  }),
  largest: z.record(z.enum(["price", "quantity", "amount"]), z.number().nullable()).describe(
    "of the purchases that no return of the same day undoes",
  ),
});
export type DayProfile = z.infer<typeof DayProfile>;
