import { hash32 } from "../../src/core/random.ts";
import { addVersion, getVersion, versionOfCycle } from "../../src/db/versions.ts";
import { disturbed } from "../../src/training/disturbed.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import type { ActivityDeps } from "../deps.ts";

/** Registers the champion made worse, for a drill; once for each request. */
export async function plantWorse(
  { sql, store }: ActivityDeps,
  champion: ModelVersion,
  { requestId, strength }: { requestId: string; strength: number },
): Promise<ModelVersion> {
  const cycleId = `drill/${requestId}`;
  const known = await versionOfCycle(sql, cycleId);
  if (known) return known;
  const bytes = disturbed(await store.get(champion.artefactSha256), { strength, seed: hash32(requestId) });
  const artefactSha256 = await store.put(bytes);
  const manifest = {
    ...champion.manifest,
    ...{ cycleId, parent: champion.version, candidate: `drill: version ${champion.version} made worse` },
  };
  const version = await addVersion(sql, { manifest, artefactSha256 });
  return await getVersion(sql, champion.model, version);
}
