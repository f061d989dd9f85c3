import { type ChannelName, type WantedAlert } from "../../alerts/alert.ts";
import type { Clock } from "../../core/clock.ts";
import {
  ArtefactError,
  ConflictError,
  DamagedArtefactError,
  messageOf,
  UnreadableArtefactError,
  UntrustedVersionError,
} from "../../core/errors.ts";
import { withDeadline } from "../../core/deadline.ts";
import { closeAlert, isAlertOpen, openAlert } from "../../db/alerts/alerts.ts";
import type { Sql } from "../../db/connect.ts";
import { markDamaged, unmarkDamaged } from "../../db/models/versions.ts";
import { featuresOf } from "../../features/set.ts";
import type { ModelDefinition } from "../../models/model.ts";
import type { ArtefactStore } from "../../registry/artefacts.ts";
import type { ModelVersion } from "../../registry/version.ts";
import type { SigningKeys } from "../../security/signing.ts";
import { needTrusted } from "./signatures.ts";
import { loadScorer, type Scorer } from "../../training/scorer.ts";

/** Reads files of versions, and keeps the mark and the alert of each version true to what was read last. */
export interface VersionFiles {
  /**
   * Reads the file that a version would serve with, and checks it and who signed it. A good read takes mark and alert away, a damaged
   * file gets both. @throws {ArtefactError} it cannot be used
   */
  read(version: ModelVersion): Promise<Scorer>;
  /** Checks who signed a version, as a read does. @throws {UntrustedVersionError} nobody whom we trust */
  needSigned(version: ModelVersion): Promise<void>;
  /** Opens an alert about a version that cannot answer, until its file is read well again. */
  report(version: ModelVersion, error: ArtefactError): Promise<void>;
}

export interface VersionFilesDeps {
  sql: Sql;
  store: ArtefactStore;
  clock: Clock;
  /** what a version's features have to be; left out, or none of its name: those that every model has */
  models?: ReadonlyMap<string, ModelDefinition>;
  /** whose signatures a version needs to serve; left out: none, as in a tool that only looks */
  signing?: SigningKeys;
  /** what alerts are told over; left out: the log alone */
  alertChannels?: readonly ChannelName[];
}

/** A network folder that does not answer must not hold what waits for it. */
const READ_MAX_MS = 10_000;

export function createVersionFiles(deps: VersionFilesDeps): VersionFiles {
  const { sql, store, clock, alertChannels: channels } = deps;
  const report = async (version: ModelVersion, error: ArtefactError) => {
    await openAlert(sql, fileAlert(version, error), { channels, nowMs: clock() });
  };
  const told = async <T>(version: ModelVersion, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DamagedArtefactError) {
        await markDamaged(sql, version.model, version.version);
        await report(version, error);
      }
      throw error;
    }
  };
  return {
    report,
    needSigned: (version) => told(version, () => needTrusted(sql, deps.signing, version)),
    read: (version) =>
      told(version, async () => {
        await needTrusted(sql, deps.signing, version);
        const { hash } = featuresOf(deps.models?.get(version.model) ?? {});
        const scorer = await readScorer(store, version.artefactSha256, hash);
        await heal(deps, version);
        return scorer;
      }),
  };
}

async function readScorer(store: ArtefactStore, hash: string, featureHash: string): Promise<Scorer> {
  const late = () => new UnreadableArtefactError(hash, `no answer within ${READ_MAX_MS / 1000} s`);
  const scorer = opened(await withDeadline(store.get(hash), READ_MAX_MS, late), hash);
  if (scorer.featureHash === featureHash) return scorer;
  throw new DamagedArtefactError(hash, "it was trained on another definition of the features");
}

function opened(bytes: Uint8Array, hash: string): Scorer {
  try {
    return loadScorer(bytes);
  } catch (error) {
    throw new DamagedArtefactError(hash, messageOf(error)); // what was stored is no artefact
  }
}

async function heal({ sql, clock }: VersionFilesDeps, version: ModelVersion): Promise<void> {
  const { model, version: number, damagedAt } = version;
  if (damagedAt !== null) await unmarkDamaged(sql, model, number);
  const key = fileAlertKey(version);
  if (!await isAlertOpen(sql, key)) return;
  await closeAlert(sql, key, { why: `the file of version ${number} was read and is good`, nowMs: clock() });
}

/** Under this key a version whose file cannot be used is an alert. */
const fileAlertKey = ({ model, version }: Pick<ModelVersion, "model" | "version">): string =>
  `damaged/${model}/${version}`;

function fileAlert(version: ModelVersion, error: ArtefactError): WantedAlert {
  const { model, version: number, artefactSha256 } = version;
  const state = error instanceof DamagedArtefactError ? "cannot be used" : "cannot be read now";
  return {
    key: fileAlertKey(version),
    kind: "damaged",
    model,
    severity: "critical",
    title:
      `${model}: the file of version ${number} ${state}: ${error.message}. Where it should answer, the last ` +
      `version whose file is good does meanwhile; ${
        cureOf(error)
      }. This closes by itself once the file is read well`,
    detail: { artefactSha256, version: number, reason: error.message },
  };
}

function cureOf(error: ArtefactError): string {
  if (error instanceof UntrustedVersionError) return "put signing key and row back as they were, or retrain";
  return error instanceof DamagedArtefactError
    ? "put the file back, or retrain"
    : "see that the artefact folder is mounted and readable";
}

/** Says which version's file was asked for in vain, and why. @throws {ConflictError} it cannot be read, or is damaged */
export async function needReadable(files: VersionFiles, version: ModelVersion): Promise<void> {
  const { model, version: number, artefactRemovedAt } = version;
  const refuse = (why: string) => new ConflictError(`Cannot serve version ${number} of "${model}": ${why}`);
  if (artefactRemovedAt !== null) throw refuse("its file is not kept");
  try {
    await files.read(version);
  } catch (error) {
    if (!(error instanceof ArtefactError)) throw error;
    throw refuse(`its file was read and cannot be used now (${error.message})`);
  }
}

/** Returns the first version whose file is good, or null. */
export async function firstReadable(
  files: VersionFiles,
  versions: readonly ModelVersion[],
): Promise<ModelVersion | null> {
  for (const version of versions) {
    try {
      await files.read(version);
      return version;
    } catch (error) {
      if (!(error instanceof ArtefactError)) throw error;
    }
  }
  return null;
}
