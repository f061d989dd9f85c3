import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError, messageOf } from "../../core/errors.ts";
import { newSigningKey, openSigningKeys, publicLine, type SigningKeys } from "../../security/signing.ts";

const keyPath = (home: string): string => join(home, "signing-key");
const trustedPath = (home: string): string => join(home, "signing-keys.trusted");
const markPath = (home: string): string => join(home, "versions-signed");

/** Where the keys come from: the environment, else the files of the home, readable by their owner only. */
interface SigningSource {
  home: string;
  /** PERENNIAL_SIGNING_KEY: PKCS #8 PEM */
  given?: string;
  /** PERENNIAL_TRUSTED_SIGNING_KEYS: public keys, set apart by commas */
  trusted?: readonly string[];
}

/**
 * Opens the keys that sign model files and the audit. They are never in the database: who can write there cannot sign.
 * The first of several processes that start at once makes the key. One that was rotated meanwhile is trusted at once,
 * so that processes of one home can be started again one after the other.
 * @throws {InvalidInputError} what is there is no Ed25519 key, or the key that this home signed with is gone
 */
export async function openSigning({ home, given, trusted = [] }: SigningSource): Promise<SigningKeys> {
  const privatePem = given?.replaceAll("\\n", "\n") ?? await keptKey(home);
  const kept = (await readIfThere(trustedPath(home)) ?? "").split("\n").filter((line) => line !== "");
  try {
    const newer = () => given === undefined ? [publicLine(readFileSync(keyPath(home), "utf8"))] : [];
    return openSigningKeys({ privatePem, trusted: [...trusted, ...kept], newer });
  } catch (error) {
    throw new InvalidInputError(`Cannot sign with this key: ${messageOf(error)}`, "PERENNIAL_SIGNING_KEY");
  }
}

/** Makes a new key the one that signs; what the old one signed is trusted further. Processes use it from their next start. */
export async function rotateSigningKey(home: string): Promise<{ keyId: string }> {
  const old = await readIfThere(keyPath(home));
  const trusted = await readIfThere(trustedPath(home)) ?? "";
  if (old !== null) await replace(trustedPath(home), `${trusted}${publicLine(old)}\n`);
  const privatePem = newSigningKey();
  await replace(keyPath(home), privatePem);
  return { keyId: openSigningKeys({ privatePem, trusted: [] }).keyId };
}

/** Tells whether the versions of an older release were signed here already: what has no signature since is not ours. */
export const areOldVersionsSigned = async (home: string): Promise<boolean> =>
  await stat(markPath(home)).then(() => true, () => false);

/** Remembers, outside of the database, that they were. */
export async function markOldVersionsSigned(home: string): Promise<void> {
  await writeFile(markPath(home), "Versions without a signature do not serve.\n", { mode: 0o600 });
}

async function keptKey(home: string): Promise<string> {
  const path = keyPath(home);
  const known = await readIfThere(path);
  if (known !== null) return known;
  if (await areOldVersionsSigned(home)) throw goneKey(path); // another one would not be trusted, nor what it signs later
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, newSigningKey(), { mode: 0o600 });
  await link(draft, path).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft);
  return await readFile(path, "utf8");
}

const goneKey = (path: string) =>
  new InvalidInputError(
    `Cannot sign: this installation has signed before, and its key "${path}" is gone. Put it back, as from a backup; ` +
      "where it is lost, run perennial signing-key rotate: what it signed is trusted no more then",
    "PERENNIAL_SIGNING_KEY",
  );

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
