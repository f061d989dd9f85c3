import { stat } from "node:fs/promises";
import { join } from "node:path";
import { openSigning } from "../../app/security/signing_key.ts";
import type { SigningKeys } from "../../security/signing.ts";
import type { Patient } from "../patient.ts";

/** Opens the keys that sign, where they are there: an examination makes none. */
export async function readKeptSigning({ home, config }: Patient): Promise<SigningKeys | null> {
  const { PERENNIAL_SIGNING_KEY: given, PERENNIAL_TRUSTED_SIGNING_KEYS: trusted } = config;
  const isKept = await stat(join(home, "signing-key")).then(() => true, () => false);
  if (given === undefined && !isKept) return null;
  return await openSigning({ home, given, trusted });
}
