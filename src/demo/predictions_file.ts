import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { csvLines } from "../core/csv.ts";
import type { Sql } from "../db/connect.ts";
import { servedPredictions } from "../db/cycles/replays.ts";

/**
 * Writes each served prediction of a replay as CSV: cut-off, user id as given in the file, model, version, prediction.
 * An empty version: the naive baseline spoke, as nothing served yet.
 * @param userOf the id a pseudonym was made from, as the file gave it
 * @returns how many rows were written
 */
export async function writePredictions(
  sql: Sql,
  path: string,
  { cutoffs, userOf }: { cutoffs: readonly string[]; userOf: (userKey: string) => string | undefined },
): Promise<number> {
  let rows = 0;
  async function* lines() {
    yield csvLines([["cutoff", "user_id", "model", "version", "prediction"]]);
    for await (const { asOf, userKey, model, version, prediction } of servedPredictions(sql, cutoffs)) {
      const user = userOf(userKey);
      if (user === undefined) continue; // a shopper that came in beside the file
      rows++;
      yield csvLines([[asOf.slice(0, 10), user, model, version, prediction]]);
    }
  }
  await pipeline(lines, createWriteStream(path));
  return rows;
}
