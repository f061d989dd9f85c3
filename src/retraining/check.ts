import { z } from "zod";

/** The answers of a check of the trigger. `retrain` and `recalibrate` begin a cycle. */
export const Answer = z.enum(["retrain", "recalibrate", "wait", "fix data first", "cannot tell yet"]);
export type Answer = z.infer<typeof Answer>;

/** The causes of a check. */
export const Trigger = z.enum(["first", "interval", "force", "alarm", "replay"]);
export type Trigger = z.infer<typeof Trigger>;

/** One thing a check looked at: whether it speaks for retraining, and the numbers it rests on. */
export const Reason = z.strictObject({
  code: z.enum([
    "forced",
    "data quality",
    "new samples",
    "labelled rows",
    "first model",
    "nothing to learn",
    "routine",
    "age",
    "performance",
    "outcomes",
    "changed shop",
    "drift",
    "rollout",
    "worth",
    "recalibration",
  ]),
  speaks: z.enum(["for", "against", "neither"]),
  text: z.string(),
  evidence: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
});
export type Reason = z.infer<typeof Reason>;

/** A check that was made, with its answer. */
export const Check = z.object({
  id: z.uuid(),
  model: z.string(),
  asOf: z.iso.datetime(),
  trigger: Trigger,
  answer: Answer,
  reasons: z.array(Reason),
  cycleId: z.string().nullable(),
  observations: z.array(z.uuid()).default([]).describe("the looks it rested on"),
  codeVersion: z.string().nullable().default(null),
  checkedAt: z.iso.datetime(),
});
export type Check = z.infer<typeof Check>;

/** A check with what it decided on, as it was stored: of a check made before 0.2, null. */
export const StoredCheck = Check.extend({ findings: z.unknown() });

export type StoredCheck = z.infer<typeof StoredCheck>;
