import { z } from "zod";

/** The catalogue: every kind of trouble that data can have. */
export const QualityKind = z.enum([
  "missing",
  "wrong type",
  "out of range",
  "unseen category",
  "duplicate",
  "late",
  "out of order",
  "volume too high",
  "volume too low",
  "stalled source",
  "lost event type",
  "clock shift",
  "unit jump",
  "implausible shopper",
  "broken funnel",
  "frozen feature",
  "training-serving skew",
  "own check",
]);
export type QualityKind = z.infer<typeof QualityKind>;

/** One thing that is not as it was. */
export const Finding = z.strictObject({
  key: z.string().describe("the same trouble has the same key as long as it lasts"),
  kind: QualityKind,
  subject: z.string().describe("the field, event type, source or feature"),
  means: z.enum(["broken", "changed", "passing"]).describe(
    "broken: fix the data first; changed: the shop is not what it was; passing: a burst that ends by itself",
  ),
  rows: z.int().describe("events affected; of a loss, about how many are missing"),
  share: z.number().describe("of the events looked at, 0 to 1"),
  from: z.iso.datetime().describe("first affected moment"),
  to: z.iso.datetime().describe("end of what was looked at, or of the trouble"),
  ongoing: z.boolean(),
  firstSeen: z.iso.datetime().describe("as of which look it was first found"),
  accepted: z.boolean().describe("a person said that the data are as they should be: it no longer blocks"),
  p: z.number().nullable().describe("chance of this without a change; null: a fact, not a test"),
  text: z.string(),
  evidence: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
});
export type Finding = z.infer<typeof Finding>;

/** The report of a look at the events. */
export const QualityReport = z.strictObject({
  asOf: z.iso.datetime(),
  answer: z.enum(["sound", "broken", "changed", "cannot tell yet"]),
  text: z.string(),
  alpha: z.number().describe("chance of a false alarm that this look may spend"),
  from: z.iso.datetime().describe("first moment looked at as current"),
  events: z.int().describe("events looked at as current"),
  days: z.int().describe("days of history they were compared with"),
  findings: z.array(Finding).describe("broken first"),
});
export type QualityReport = z.infer<typeof QualityReport>;
