import type { ModelConfig } from "../../config/retraining.ts";
import { servingHistory } from "../../db/models/serving.ts";
import { listVersions, markRemoved } from "../../db/models/versions.ts";
import { isFileShared, type OldVersion } from "../../db/retention.ts";
import type { Sql } from "../../db/connect.ts";
import type { ArtefactStore } from "../../registry/artefacts.ts";
import type { ModelVersion, ServingMove } from "../../registry/version.ts";

/** Returns the deployed versions of a model beyond the backups kept: never the serving one, nor one being watched. */
export async function surplusVersions(
  sql: Sql,
  model: string,
  config: Pick<ModelConfig, "backup_models" | "backups_kept">,
): Promise<ModelVersion[]> {
  const [versions, history] = await Promise.all([listVersions(sql, model), servingHistory(sql, model)]);
  const keep = config.backup_models ? config.backups_kept : 1; // one stays: the watch may have to go back to it
  return surplus(versions, history, keep);
}

/** Versions whose files are not needed: all but the serving one and the `keep` that served most recently before it. */
export function surplus(
  versions: readonly ModelVersion[],
  history: readonly Pick<ServingMove, "version">[],
  keep: number,
): ModelVersion[] {
  const recent = new Set([...new Set(history.map((move) => move.version))].slice(0, keep + 1));
  return versions.filter((v) =>
    v.state === "deployed" && v.artefactRemovedAt === null && !recent.has(v.version)
  );
}

/** Deletes the files of versions, unless another version keeps the same one, and notes that they are gone. */
export async function removeFiles(
  { sql, store }: { sql: Sql; store: ArtefactStore },
  versions: readonly OldVersion[],
): Promise<void> {
  for (const version of versions) {
    await markRemoved(sql, version.model, version.version);
    if (!await isFileShared(sql, version)) await store.remove(version.artefactSha256);
  }
}
