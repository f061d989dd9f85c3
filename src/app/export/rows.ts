import { z } from "zod";
import { Interval, Verdict } from "../../validation/verdict.ts";
import { Trigger } from "../../retraining/check.ts";
import { type Cycle, Outcome } from "../../retraining/cycle.ts";
import { cycleText } from "../../retraining/cycle_text.ts";

/** One retraining cycle in the history: what it compared and how it ended, without its full evidence. */
export const HistoryEntry = z.object({
  id: z.string(),
  model: z.string(),
  number: z.int(),
  trigger: Trigger,
  requestedBy: z.string().nullable(),
  asOf: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  seconds: z.number().nullable().describe("how long it took; null while it runs"),
  verdict: Verdict.nullable(),
  outcome: Outcome.nullable().describe("null while it runs"),
  champion: z.int().nullable().describe("version that served when it began"),
  challenger: z.int().nullable().describe("version it trained"),
  against: z.enum(["champion", "baseline"]).nullable(),
  loss: z.string().nullable().describe("name of the loss that was compared"),
  championLoss: z.number().nullable(),
  challengerLoss: z.number().nullable(),
  difference: Interval.nullable().describe("challenger's loss minus the other's, on the same rows"),
  text: z.string().describe("what it found, in one sentence"),
  error: z.string().nullable(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** A cycle as the history tells it. */
export function historyEntry(cycle: Cycle): HistoryEntry {
  const { evidence, startedAt, endedAt } = cycle;
  const seconds = endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return HistoryEntry.parse({
    ...cycle,
    seconds,
    against: evidence?.against ?? null,
    loss: evidence?.loss ?? null,
    championLoss: evidence?.championLoss ?? null,
    challengerLoss: evidence?.challengerLoss ?? null,
    difference: evidence?.difference ?? null,
    text: cycleText(cycle),
  });
}
