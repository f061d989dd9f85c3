import { lastCheckpoint } from "../../src/db/federated/rounds.ts";
import { type Checkpoint, decodeCheckpoint } from "../../src/federated/checkpoint.ts";
import type { FederatedDeps } from "./deps.ts";

/** What the newest closed round of a run left; null: none was closed. */
export async function readCheckpoint(
  { sql, store }: Pick<FederatedDeps, "sql" | "store">,
  run: string,
): Promise<(Checkpoint & { round: number }) | null> {
  const last = await lastCheckpoint(sql, run);
  return last === null ? null : { round: last.round, ...decodeCheckpoint(await store.get(last.checkpoint)) };
}
