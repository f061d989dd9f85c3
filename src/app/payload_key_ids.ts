import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import type { Sql } from "../db/connect.ts";
import { getSetting, putSetting } from "../db/settings.ts";
import { type PayloadKeys, unknownKey } from "../security/payload_keys.ts";

const SETTING = "temporal_payload_keys";
const KeyIds = z.array(z.string());

/**
 * Remembers which keys Temporal's payloads were encrypted with, and refuses to start without one of them: a worker that
 * cannot read a history would try for ever.
 * @param options.lost Temporal's store is a new one, which holds nothing yet
 * @throws {InvalidInputError} naming the key that is missing
 */
export async function checkPayloadKeys(
  sql: Sql,
  keys: Pick<PayloadKeys, "keyId" | "ids"> | null,
  { lost = false } = {},
): Promise<void> {
  const known = lost ? [] : KeyIds.parse(await getSetting(sql, SETTING) ?? []);
  const missing = known.find((id) => !keys?.ids.includes(id));
  if (missing !== undefined) {
    throw new InvalidInputError(
      `Cannot read what Temporal holds of this database's workflows: ${unknownKey(missing)}`,
      "PERENNIAL_TEMPORAL_PAYLOAD_KEY",
    );
  }
  const used = [...new Set([...known, ...keys?.keyId ? [keys.keyId] : []])];
  if (lost || used.length > known.length) await putSetting(sql, SETTING, used);
}
