import { LRUCache } from "lru-cache";
import type { ChannelName } from "../alerts/alert.ts";
import type { Clock } from "../core/clock.ts";
import { DamagedArtefactError, messageOf } from "../core/errors.ts";
import { distrust } from "../app/registry/signatures.ts";
import { openAlert } from "../db/alerts/alerts.ts";
import type { Database } from "../db/connect.ts";
import { getVersion, markDamaged } from "../db/models/versions.ts";
import { FEATURE_HASH } from "../features/definition.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";
import type { ModelVersion } from "../registry/version.ts";
import type { SigningKeys } from "../security/signing.ts";
import { loadScorer, type Scorer } from "../training/scorer.ts";

/** A version that can answer. `scorer` is null where its file cannot be used. */
export interface LoadedModel {
  readonly version: number;
  readonly scorer: Scorer | null;
}

export interface ModelCacheDeps {
  sql: Database;
  store: ArtefactStore;
  clock: Clock;
  /** whose signatures a version needs to serve; left out: none, as in a tool that only looks */
  signing?: SigningKeys;
  /** what alerts are told over; left out: the log alone */
  alertChannels?: readonly ChannelName[];
}

/** Loads one version of a model. */
export type ModelLoader = (model: string, version: number) => Promise<LoadedModel>;

const SCORERS_KEPT = 16;

/**
 * Loads versions and keeps the newest of them in memory, so that one goes on answering when its file is lost meanwhile.
 * A file that is damaged is marked and an alert raised; it is tried again at the next call.
 */
export function createModelCache(deps: ModelCacheDeps): ModelLoader {
  const scorers = new LRUCache<string, Promise<Scorer>>({ max: SCORERS_KEPT }); // by sha256
  const scorerOf = (hash: string) => {
    const known = scorers.get(hash);
    if (known) return known;
    const scorer = load(deps.store, hash);
    scorers.set(hash, scorer);
    scorer.catch(() => scorers.delete(hash)); // so that a repaired file is tried again
    return scorer;
  };
  return async (model, number) => {
    const version = await getVersion(deps.sql, model, number);
    const distrusted = deps.signing ? await distrust(deps.sql, deps.signing, version) : null;
    if (distrusted !== null) {
      await reportDistrusted(deps, version, distrusted);
      return { version: number, scorer: null };
    }
    try {
      return { version: number, scorer: await scorerOf(version.artefactSha256) };
    } catch (error) {
      if (!(error instanceof DamagedArtefactError)) throw error;
      await report(deps, version, error);
      return { version: number, scorer: null };
    }
  };
}

async function load(store: ArtefactStore, hash: string): Promise<Scorer> {
  const scorer = opened(await store.get(hash), hash);
  if (scorer.featureHash === FEATURE_HASH) return scorer;
  throw new DamagedArtefactError(hash, "it was trained on another definition of the features");
}

function opened(bytes: Uint8Array, hash: string): Scorer {
  try {
    return loadScorer(bytes);
  } catch (error) {
    throw new DamagedArtefactError(hash, messageOf(error)); // what was stored is no artefact
  }
}

/** Marks a version that may not serve, so that it is passed over, and says so. */
async function reportDistrusted(
  { sql, clock, alertChannels }: ModelCacheDeps,
  { model, version, artefactSha256 }: ModelVersion,
  reason: string,
): Promise<void> {
  await markDamaged(sql, model, version);
  await openAlert(sql, {
    key: `distrusted/${model}/${version}`,
    kind: "damaged",
    model,
    severity: "critical",
    title:
      `${model}: version ${version} does not serve, since ${reason}. Where it should speak, the last version ` +
      "that can be trusted answers meanwhile; find out who changed it, or retrain",
    detail: { artefactSha256, version, reason },
  }, { channels: alertChannels, nowMs: clock() });
}

async function report(
  { sql, clock, alertChannels }: ModelCacheDeps,
  { model, version, artefactSha256 }: ModelVersion,
  error: Error,
): Promise<void> {
  await markDamaged(sql, model, version);
  const title =
    `${model}: the file of version ${version} cannot be used: ${error.message}. Where it should speak, the last ` +
    "version whose file is good answers meanwhile; put the file back, or retrain";
  await openAlert(sql, {
    key: `damaged/${model}/${version}`,
    kind: "damaged",
    model,
    severity: "critical",
    title,
    detail: { artefactSha256, version, reason: error.message },
  }, { channels: alertChannels, nowMs: clock() });
}
