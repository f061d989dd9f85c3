import { UntrustedVersionError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { type Database, inTransaction, type Sql } from "../../db/connect.ts";
import {
  addVersion,
  saveSignature,
  unsignedVersions,
  updateCandidate,
  versionSeal,
} from "../../db/models/versions.ts";
import type { SigningKeys } from "../../security/signing.ts";

/** What the signature of a version covers, each part on a line of its own. */
const signedText = (
  { model, version, artefactSha256, manifest }: {
    model: string;
    version: number;
    artefactSha256: string;
    manifest: string;
  },
): string => ["perennial version 1", model, version, artefactSha256, manifest].join("\n");

/** Signs a version that this process just made or changed: its model, number, file and manifest. */
export async function signVersion(
  sql: Sql,
  signing: SigningKeys | undefined,
  { model, version }: { model: string; version: number },
): Promise<void> {
  if (!signing) return;
  const seal = await versionSeal(sql, model, version);
  await saveSignature(sql, model, version, signing.sign(signedText({ model, version, ...seal })));
}

/** Registers what a cycle trained, and signs it, both or neither. @returns its number; the one given first, where it is called again */
export async function registerVersion(
  sql: Sql,
  signing: SigningKeys | undefined,
  added: Parameters<typeof addVersion>[1],
): Promise<number> {
  const { model } = added.manifest;
  return await inTransaction(sql, async (tx) => {
    const version = await addVersion(tx, added);
    await signVersion(tx, signing, { model, version });
    return version;
  });
}

/**
 * Replaces what a version that never served would serve with, and signs it anew, both or neither: a worker that died in
 * between would leave a version that nobody trusts.
 * @throws {UntrustedVersionError} somebody else changed it since it was signed: signing it again would vouch for that
 */
export async function replaceCandidate(
  sql: Sql,
  signing: SigningKeys | undefined,
  changed: Parameters<typeof updateCandidate>[1],
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await needTrusted(tx, signing, changed);
    if (await updateCandidate(tx, changed)) await signVersion(tx, signing, changed); // else it serves: not ours to sign
  });
}

/** Returns why a version must not serve: nobody whom we trust signed it as it stands there; null: it may. */
export async function distrust(
  sql: Sql,
  signing: SigningKeys,
  { model, version }: { model: string; version: number },
): Promise<string | null> {
  const { signature, ...seal } = await versionSeal(sql, model, version);
  const state = signing.check(signedText({ model, version, ...seal }), signature);
  if (state === "valid") return null;
  return state === "unsigned"
    ? "it is not signed"
    : "its signature is not of this installation, or its file, number or manifest is not what was signed";
}

/** @throws {UntrustedVersionError} nobody whom we trust signed the version as it stands: what is made of it would be signed */
export async function needTrusted(
  sql: Sql,
  signing: SigningKeys | undefined,
  version: { model: string; version: number; artefactSha256: string },
): Promise<void> {
  const why = signing === undefined ? null : await distrust(sql, signing, version);
  if (why !== null) throw new UntrustedVersionError(version.artefactSha256, why);
}

/** Signs the versions that a release without signatures made, and writes down that it did. To be called once only. */
export async function signOldVersions(sql: Database, signing: SigningKeys): Promise<number> {
  return await inTransaction(sql, async (tx) => {
    const versions = await unsignedVersions(tx);
    for (const version of versions) await signVersion(tx, signing, version);
    if (versions.length === 0) return 0;
    await writeAudit(tx, {
      requestId: crypto.randomUUID(),
      who: "perennial",
      action: "sign old versions",
      target: "models",
      why: "an older release made them, which did not sign",
      after: { versions: versions.map(({ model, version }) => `${model} ${version}`), keyId: signing.keyId },
    });
    return versions.length;
  });
}
