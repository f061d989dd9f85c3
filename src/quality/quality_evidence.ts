import { z } from "zod";
import { Finding } from "./report.ts";
import { DayProfile } from "./profile.ts";

/** Events put aside on one day, by their own time where it can be read. */
export const Refused = z.strictObject({
  day: z.int(),
  field: z.string().nullable(),
  reason: z.string(),
  visits: z.int(),
  events: z.int(),
});
export type Refused = z.infer<typeof Refused>;

const Skewed = z.strictObject({ feature: z.string(), shoppers: z.int(), largest: z.number() });

/** Session features of those who were here last, from what is kept for them and from their events. */
export const SessionSample = z.strictObject({
  asOf: z.iso.datetime(),
  compared: z.int(),
  skewed: z.array(Skewed).describe(
    "features that differ, the largest difference relative to the larger value",
  ),
});
export type SessionSample = z.infer<typeof SessionSample>;

/** Features of a sample of shoppers, computed anew. */
export const FeatureSample = z.strictObject({
  cutoff: z.iso.datetime(),
  rows: z.int().describe("shoppers of the population"),
  constant: z.array(z.string()).describe("features with one value for everybody, missing counting as one"),
  variedBefore: z.array(z.string()).describe("features that varied in an earlier block"),
  before: z.iso.datetime().nullable(),
  compared: z.int().describe("shoppers whose row was computed the way it is served"),
  skewed: z.array(Skewed).describe(
    "features that differ from the sealed row, the largest difference relative to the larger value",
  ),
  sessions: SessionSample.nullable().default(null).describe(
    "null: no model has session features, or made by a release that knew none",
  ),
});
export type FeatureSample = z.infer<typeof FeatureSample>;

/** All that a look at the events judges: the same evidence gives the same report. */
export const QualityEvidence = z.strictObject({
  asOfMs: z.int(),
  alpha: z.number().describe("chance of a false alarm that this look may spend"),
  previousMs: z.int().nullable().describe("the look before"),
  days: z.array(DayProfile).describe("days with events, ascending; the last is cut at asOf"),
  refused: z.array(Refused),
  repeats: z.array(z.strictObject({ day: z.int(), source: z.string(), events: z.int() })).describe(
    "events sent again under an id that was stored, by the day they were received",
  ),
  money: z.strictObject({ purchases: z.number(), priced: z.number() }).nullable().default(null).describe(
    "recent purchases, and those that carried money; null: made by a release that did not count them",
  ),
  features: FeatureSample.nullable().describe(
    "null: no model serves, or they were looked at earlier that day",
  ),
  known: z.array(Finding).describe("what earlier looks found, in its newest description"),
});
export type QualityEvidence = z.infer<typeof QualityEvidence>;
