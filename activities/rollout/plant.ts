import { createVersionFiles, needReadable } from "../../src/app/registry/version_files.ts";
import { registerVersion } from "../../src/app/registry/signatures.ts";
import { hash32 } from "../../src/core/random.ts";
import { getVersion, versionOfCycle } from "../../src/db/models/versions.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { momentsOf } from "../../src/stats/moments.ts";
import { loadTrainingSet } from "../../src/training/dataset.ts";
import { disturbed } from "../../src/training/disturbed.ts";
import { labelledBlocks } from "../../src/app/features/labelled_rows.ts";
import type { ActivityDeps } from "../deps.ts";

/** Disturbances to choose from: one alone may by chance do little harm, and a drill with it proves nothing. */
const TRIES = 5;

interface Plant {
  requestId: string;
  /** see `disturbed` */
  strength: number;
  model: ModelDefinition;
  config: ModelConfig;
  /** which outcomes tell how much worse it is */
  asOf: string;
}

/** Registers the champion made worse, for a drill; once for each request. */
export async function plantWorse(
  deps: ActivityDeps,
  champion: ModelVersion,
  plant: Plant,
): Promise<ModelVersion> {
  const { sql, store } = deps;
  const cycleId = `drill/${plant.requestId}`;
  const known = await versionOfCycle(sql, cycleId);
  if (known) return known;
  await needReadable(createVersionFiles(deps), champion); // what is made of it is signed
  const artefactSha256 = await store.put(await worstOf(deps, champion, plant));
  const manifest = {
    ...champion.manifest,
    cycleId,
    parent: champion.version,
    candidate: `drill: version ${champion.version} made worse`,
  };
  const version = await registerVersion(sql, deps.signing, { manifest, artefactSha256 });
  return await getVersion(sql, champion.model, version);
}

/** Of some disturbances the one that loses most on the newest outcomes; without outcomes, the first. */
async function worstOf(
  deps: ActivityDeps,
  champion: ModelVersion,
  { requestId, strength, model, config, asOf }: Plant,
): Promise<Uint8Array> {
  const { store, trainer } = deps;
  const good = await store.get(champion.artefactSha256);
  const tries = Array.from(
    { length: TRIES },
    (_, i) => disturbed(good, { strength, seed: hash32(`${requestId}/${i}`) }),
  );
  const blocks = await labelledBlocks(deps, model, { config, asOfMs: Date.parse(asOf) });
  if (blocks.length === 0) return tries[0];
  const { rows: { features, target } } = await loadTrainingSet(store, blocks.slice(-1));
  const cap = champion.manifest.targetCap ?? Infinity;
  let worst = tries[0];
  let most = -Infinity;
  for (const attempt of tries) {
    const predicted = await trainer.score(attempt, features, target.length);
    const { mean } = momentsOf(rowLosses(model.loss, target, predicted, { cap }));
    if (mean > most) [worst, most] = [attempt, mean];
  }
  return worst;
}
