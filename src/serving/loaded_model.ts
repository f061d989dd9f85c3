import { LRUCache } from "lru-cache";
import { createVersionFiles, type VersionFilesDeps } from "../app/registry/version_files.ts";
import { ArtefactError, DamagedArtefactError, UntrustedVersionError } from "../core/errors.ts";
import type { Database } from "../db/connect.ts";
import { getVersion } from "../db/models/versions.ts";
import type { Manifest, ModelVersion } from "../registry/version.ts";
import type { Scorer } from "../training/scorer.ts";

/** A version that can answer. `scorer` is null where its file cannot be used. */
export interface LoadedModel {
  readonly version: number;
  readonly scorer: Scorer | null;
  /** null: nobody whom we trust signed it, so that its guess and its names count for nothing */
  readonly manifest: Manifest | null;
}

export interface ModelCacheDeps extends VersionFilesDeps {
  sql: Database;
}

/** Loads one version of a model. `standIn`: it may answer for another one; nobody is told where it cannot. */
export type ModelLoader = (
  model: string,
  version: number,
  options?: { standIn?: boolean },
) => Promise<LoadedModel>;

const SCORERS_KEPT = 16;

/**
 * Loads versions and keeps the newest of them in memory, so that one goes on answering when its file is lost meanwhile.
 * A file that cannot be used is told about, and tried again at the next call. Who signed a version is asked each time:
 * what stands in its row may have been changed since its file was read.
 */
export function createModelCache(deps: ModelCacheDeps): ModelLoader {
  const files = createVersionFiles(deps);
  const scorers = new LRUCache<string, Promise<Scorer>>({ max: SCORERS_KEPT }); // by version and sha256
  const scorerOf = async (version: ModelVersion) => {
    const key = `${version.model}/${version.version}/${version.artefactSha256}`; // another version is signed anew
    const known = scorers.get(key);
    if (known) {
      await files.needSigned(version);
      return known;
    }
    const scorer = files.read(version);
    scorers.set(key, scorer);
    scorer.catch(() => scorers.delete(key)); // so that a repaired file is tried again
    return scorer;
  };
  return async (model, number, { standIn = false } = {}) => {
    const version = await getVersion(deps.sql, model, number);
    try {
      return { version: number, scorer: await scorerOf(version), manifest: version.manifest };
    } catch (error) {
      if (!(error instanceof ArtefactError)) throw error;
      const isTold = error instanceof DamagedArtefactError; // by the read itself
      if (!standIn && !isTold) await files.report(version, error);
      const manifest = error instanceof UntrustedVersionError ? null : version.manifest;
      return { version: number, scorer: null, manifest };
    }
  };
}
