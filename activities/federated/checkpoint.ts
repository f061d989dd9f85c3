import { z } from "zod";
import { lastCheckpoint } from "../../src/db/federated/rounds.ts";
import type { Agreed } from "../../src/federated/moments.ts";
import type { FederatedDeps } from "./deps.ts";

/** What a closed round leaves for the next one: the columns that were agreed on, and the weights. */
export interface Checkpoint {
  agreed: Agreed;
  weights: Float64Array;
}

const Stored = z.object({
  agreed: z.object({
    shoppers: z.number(),
    preprocessing: z.object({
      columns: z.array(z.object({
        of: z.int(),
        as: z.enum(["log", "missing", "raw", "hinge"]),
        mean: z.number(),
        scale: z.number(),
      })),
      limit: z.number().optional(),
    }),
  }),
  weights: z.array(z.number()),
});

/** Seals what a round left. @returns its sha256 */
export const saveCheckpoint = (
  { store }: Pick<FederatedDeps, "store">,
  { agreed, weights }: Checkpoint,
): Promise<string> =>
  store.put(new TextEncoder().encode(JSON.stringify({ agreed, weights: Array.from(weights) })));

/** What the newest closed round of a run left; null: none was closed. */
export async function readCheckpoint(
  { sql, store }: Pick<FederatedDeps, "sql" | "store">,
  run: string,
): Promise<(Checkpoint & { round: number }) | null> {
  const last = await lastCheckpoint(sql, run);
  if (last === null) return null;
  const bytes = await store.get(last.checkpoint);
  const { agreed, weights } = Stored.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return { round: last.round, agreed, weights: Float64Array.from(weights) };
}
