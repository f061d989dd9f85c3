import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { Sql } from "../db/connect.ts";
import { servedPredictions } from "../db/replays.ts";

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
  const file = createWriteStream(path);
  const failed = new Promise<never>((_, reject) => file.once("error", reject));
  file.write("cutoff,user_id,model,version,prediction\n");
  let rows = 0;
  for await (const { asOf, userKey, model, version, prediction } of servedPredictions(sql, cutoffs)) {
    const user = userOf(userKey);
    if (user === undefined) continue; // a shopper that came in beside the file
    rows++;
    const line = `${asOf.slice(0, 10)},${quoted(user)},${model},${version ?? ""},${prediction}\n`;
    if (!file.write(line)) await Promise.race([once(file, "drain"), failed]);
  }
  file.end();
  await Promise.race([once(file, "finish"), failed]);
  return rows;
}

const quoted = (text: string) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
