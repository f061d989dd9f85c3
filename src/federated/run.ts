import { z } from "zod";
import { FederatedPlan } from "./plan.ts";

/** The steps of a secure sum, in their order. */
export const STEPS = ["keys", "shares", "masked", "revealed"] as const;
export type Step = (typeof STEPS)[number];

/** One attempt of a round of a run. Round 0 sums the moments of the columns. */
export interface RoundKey {
  readonly run: string;
  readonly round: number;
  /** from 1 on: a round that lost too many participants is tried again */
  readonly attempt: number;
}

/** How a secure sum calls the round: no two attempts share keys. */
export const roundName = ({ run, round, attempt }: RoundKey): string => `${run}/${round}/${attempt}`;

/** A round that ended, or goes on. */
export const FederatedRound = z.object({
  round: z.int().describe("0: means and scales of the columns"),
  attempt: z.int(),
  members: z.int().describe("participants that sent their keys"),
  summed: z.int().describe("participants whose rows are in the sum"),
  loss: z.number().nullable().describe("mean log loss before the round; null with privacy: nobody is told"),
  epsilon: z.number().nullable().describe("of all rounds so far; null: without noise there is none"),
  closedAt: z.iso.datetime().nullable(),
});
export type FederatedRound = z.infer<typeof FederatedRound>;

/** A federated training: asked for, under way, or ended. */
export const FederatedRun = z.object({
  id: z.string(),
  model: z.string(),
  plan: FederatedPlan,
  state: z.enum(["waiting", "running", "done", "failed", "withdrawn"]),
  cycleId: z.string().nullable().describe("cycle that trains so, or null: it waits for the model's next one"),
  participants: z.array(z.string()).nullable(),
  requestedBy: z.string(),
  why: z.string(),
  error: z.string().nullable(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
export type FederatedRun = z.infer<typeof FederatedRun>;

/** With its rounds, oldest first; of a round that was tried again the newest attempt. */
export const FederatedRunDetail = FederatedRun.extend({ rounds: z.array(FederatedRound) });
export type FederatedRunDetail = z.infer<typeof FederatedRunDetail>;
