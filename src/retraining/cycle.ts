import { z } from "zod";
import { Evidence, Interval, Verdict } from "../validation/verdict.ts";
import { Reason, Trigger } from "./check.ts";

/** The stations of a cycle, in order. */
export const Stage = z.enum([
  "check",
  "snapshot",
  "train",
  "validate",
  "refit",
  "smoke test",
  "approve",
  "deploy",
  "report",
  "ended",
]);
export type Stage = z.infer<typeof Stage>;

/** The outcomes of a cycle. */
export const Outcome = z.enum([
  "deployed",
  "rolling out",
  "rejected",
  "inconclusive",
  "failed",
  "cancelled",
  "rolled back",
  "lost",
]);
export type Outcome = z.infer<typeof Outcome>;

/** By what a list of cycles can be sorted; cycles that are alike in it come newest first. */
export const CycleSort = z.enum([
  "started",
  "model",
  "asOf",
  "trigger",
  "verdict",
  "outcome",
  "change",
  "took",
])
  .describe("change: of the loss, as a share of it; verdict, outcome: promote and deployed first");
export type CycleSort = z.infer<typeof CycleSort>;
export const SortOrder = z.enum(["asc", "desc"]);
export type SortOrder = z.infer<typeof SortOrder>;

/** The order in which a sort is read first: newest, longest, best. */
export const firstOrder = (sort: CycleSort): SortOrder =>
  sort === "started" || sort === "asOf" || sort === "took" ? "desc" : "asc";

/** The result of the first labelled window after a deployment. */
export const Watch = z.object({
  decision: z.enum(["kept", "rolled back", "cannot tell"]),
  cutoff: z.iso.datetime(),
  against: z.int().describe("version that was replaced"),
  difference: Interval.nullable(),
  text: z.string(),
});
export type Watch = z.infer<typeof Watch>;

/** One retraining cycle, as told afterwards or while it runs. */
export const Cycle = z.object({
  id: z.string(),
  model: z.string(),
  number: z.int(),
  runId: z.string(),
  trigger: Trigger,
  requestedBy: z.string().nullable(),
  asOf: z.iso.datetime(),
  stage: Stage,
  progress: z.object({ fraction: z.number(), text: z.string() }).nullable(),
  reasons: z.array(Reason),
  snapshotId: z.string().nullable(),
  champion: z.int().nullable(),
  challenger: z.int().nullable(),
  verdict: Verdict.nullable(),
  evidence: Evidence.nullable(),
  outcome: Outcome.nullable(),
  error: z.string().nullable(),
  watch: Watch.nullable(),
  stages: z.array(
    z.object({ stage: Stage, startedAt: z.iso.datetime(), endedAt: z.iso.datetime().nullable() }),
  ),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  damaged: z.string().optional().describe("what of this row could not be read; left out: nothing"),
});
export type Cycle = z.infer<typeof Cycle>;
