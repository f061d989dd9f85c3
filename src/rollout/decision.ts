import { z } from "zod";
import { ArmShare } from "./plan.ts";

/** The decision of one look at a rollout. */
export const RolloutDecision = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("go on"),
    step: z.int(),
    shares: z.array(ArmShare),
    text: z.string(),
  }),
  z.strictObject({ kind: z.literal("promote"), version: z.int(), text: z.string() }),
  z.strictObject({
    kind: z.literal("roll back"),
    because: z.enum(["guardrail", "harm", "segment"]),
    text: z.string(),
  }),
  z.strictObject({
    kind: z.literal("keep collecting"),
    have: z.int(),
    need: z.int().nullable().describe("null: nobody can say"),
    text: z.string(),
  }),
  z.strictObject({ kind: z.literal("paused"), text: z.string() }),
  z.strictObject({ kind: z.literal("hold"), text: z.string() }),
]);
export type RolloutDecision = z.infer<typeof RolloutDecision>;
