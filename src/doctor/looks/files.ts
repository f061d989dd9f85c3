import { readKeptSigning } from "./signing.ts";
import { storeIdentity } from "../../app/installation_identity.ts";
import { distrust } from "../../app/registry/signatures.ts";
import { DamagedArtefactError, messageOf, MissingArtefactError } from "../../core/errors.ts";
import type { Database } from "../../db/connect.ts";
import { listedOrphans, newestEvidence } from "../../db/examination.ts";
import { servingState } from "../../db/models/serving.ts";
import { listVersions } from "../../db/models/versions.ts";
import type { FileArtefacts } from "../../registry/artefacts.ts";
import type { ModelVersion } from "../../registry/version.ts";
import { type Finding, finding, type Severity } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** Whether the artefact store is there, and belongs to this database. */
export async function lookAtStore(sql: Database, { artefacts }: Patient): Promise<Finding[]> {
  const { place: subject } = artefacts;
  let identity;
  try {
    identity = await storeIdentity(sql, artefacts);
  } catch (error) {
    return [finding("store-missing", "problem", { subject, detail: messageOf(error) })];
  }
  const { known, mark } = identity;
  if (known === null || mark === known.id) return [];
  if (mark === null) {
    const detail = `"${subject}" has no mark of a store; this database's models are in "${known.folder}"`;
    return [finding("store-missing", "problem", { subject, detail })];
  }
  const detail = `"${subject}" is another database's; this one's models are in "${known.folder}"`;
  return [finding("store-other", "problem", { subject, detail })];
}

/** Reads the file of every version that is kept, as its sha256 says, and its signature; without that its mark is right. */
export async function lookAtVersions(sql: Database, patient: Patient): Promise<Finding[]> {
  const store = patient.artefacts;
  const signing = await readKeptSigning(patient);
  const found: Finding[] = [];
  for (const model of patient.models.keys()) {
    const serving = await servingState(sql, model);
    const inUse = new Set([serving?.champion, ...(serving?.arms ?? []).map(({ version }) => version)]);
    for (const version of await listVersions(sql, model)) {
      if (version.artefactRemovedAt !== null || version.state === "rejected") continue;
      const severity = inUse.has(version.version) ? "problem" : "warning";
      const why = signing && version.state === "deployed" ? await distrust(sql, signing, version) : null;
      if (why !== null) found.push(finding("version-unsigned", severity, { ...about(version), detail: why }));
      found.push(...await lookAtVersion(store, version, { severity, isTrusted: why === null }));
    }
  }
  return found;
}

const about = ({ model, version }: ModelVersion) => ({ subject: `${model} version ${version}` });

async function lookAtVersion(
  store: FileArtefacts,
  version: ModelVersion,
  { severity, isTrusted }: { severity: Severity; isTrusted: boolean },
): Promise<Finding[]> {
  const { artefactSha256, damagedAt } = version;
  try {
    await store.get(artefactSha256);
    if (damagedAt === null || !isTrusted) return [];
    const detail = `marked ${damagedAt.slice(0, 16)}Z; its file is as its sha256 says now`;
    return [finding("mark-stale", "warning", { ...about(version), detail })];
  } catch (error) {
    const id = error instanceof DamagedArtefactError ? "file-damaged" : "file-missing";
    const detail = `${messageOf(error)}; its file is "${store.pathOf(artefactSha256)}"`;
    return [finding(id, severity, { ...about(version), detail })];
  }
}

/** Reads the evidence that the newest judgements rest on. */
export async function lookAtEvidence(sql: Database, { artefacts }: Patient): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { what, sha256 } of await newestEvidence(sql)) {
    try {
      await artefacts.get(sha256);
    } catch (error) {
      if (!(error instanceof MissingArtefactError || error instanceof DamagedArtefactError)) throw error;
      found.push(finding("evidence-missing", "warning", { subject: what, detail: messageOf(error) }));
    }
  }
  return found;
}

const GIGABYTE = 1e9;

/** Files that nothing names, as the last sweep listed them. */
export async function lookAtOrphans(sql: Database): Promise<Finding[]> {
  const { files, bytes, oldest } = await listedOrphans(sql);
  if (files === 0) return [];
  const detail = `${files} files, ${(bytes / 1e6).toFixed(1)} MB, the first listed ${oldest?.slice(0, 16)}Z`;
  return [finding("orphan-files", bytes > GIGABYTE ? "warning" : "note", { detail })];
}
