import { distrust } from "../src/app/registry/signatures.ts";
import { DAY_MS } from "../src/core/time.ts";
import { servingVersion } from "../src/db/models/serving.ts";
import { getVersion } from "../src/db/models/versions.ts";
import { featuresOf } from "../src/features/set.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import { rowLosses } from "../src/stats/metrics.ts";
import { readIfIntact } from "../src/registry/artefacts.ts";
import { learnedThrough, type ModelVersion } from "../src/registry/version.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { loadShoppers, loadTrainingSet } from "../src/training/dataset.ts";
import { recalibrationBlocks } from "../src/training/recalibrate.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import { pairedInterval } from "../src/stats/paired.ts";
import { type Split, splitCutoffs, testHalf } from "../src/validation/split.ts";
import type { Interval } from "../src/stats/interval.ts";
import type { Findings } from "../src/retraining/findings.ts";
import type { ActivityDeps } from "./deps.ts";

/** The version that serves, or null before the first. */
export async function championOf(
  { sql }: Pick<ActivityDeps, "sql">,
  model: string,
): Promise<ModelVersion | null> {
  const version = await servingVersion(sql, model);
  return version === null ? null : await getVersion(sql, model, version);
}

/** Divides the labelled cut-offs of a cycle while this champion serves. */
export const splitFor = (
  blocks: readonly SnapshotBlock[],
  champion: ModelVersion | null,
  config: ModelConfig,
): Split | null =>
  splitCutoffs(blocks, {
    horizonDays: config.horizon_days,
    championSeenMs: champion ? Date.parse(champion.manifest.served.labelledThrough) : null,
    rowsWanted: config.validation_rows,
  });

/**
 * Returns the shoppers that test, where shoppers are divided; null where cut-offs are.
 */
export const testersOf = async (
  { store }: Pick<ActivityDeps, "store">,
  { by, train }: Pick<Split, "by" | "train">,
): Promise<((shopper: number) => boolean) | null> =>
  by === "shoppers" ? testHalf(await loadShoppers(store, train)) : null;

/**
 * The rows that a line is fitted and tested on: the newest that the version that serves has not seen, half of the
 * shoppers each. Null: there are too few.
 */
export function recalibrationSplit(
  blocks: readonly SnapshotBlock[],
  champion: ModelVersion | null,
  config: ModelConfig,
): Split | null {
  if (!champion) return null;
  const seenMs = Date.parse(champion.manifest.served.labelledThrough);
  const newest = recalibrationBlocks(blocks, { seenMs, rowsWanted: config.validation_rows });
  return newest.length > 0 ? { by: "shoppers", train: newest, test: newest } : null;
}

/** Rows in some blocks. */
export const rowsIn = (blocks: readonly SnapshotBlock[]): number =>
  blocks.reduce((sum, block) => sum + block.rows, 0);

/** Returns the facts about a champion that the trigger and the gate need. */
export async function championFindings(
  deps: ActivityDeps,
  { model, champion, config, blocks, unseen, asOfMs }: {
    model: ModelDefinition;
    champion: ModelVersion;
    config: ModelConfig;
    blocks: readonly SnapshotBlock[];
    unseen: readonly SnapshotBlock[];
    asOfMs: number;
  },
): Promise<NonNullable<Findings["champion"]>> {
  const { served, metrics } = champion.manifest;
  const validatedLoss = metrics[model.loss] ?? 0;
  return {
    version: champion.version,
    ageDays: (asOfMs - Date.parse(learnedThrough(champion.manifest))) / DAY_MS,
    staleAfterDays: config.stale_after_days,
    rows: served.rows,
    rowsNow: rowsIn(blocks),
    staleGrowth: config.stale_growth,
    validatedLoss,
    margin: (config.margin ?? model.margin) * validatedLoss,
    lossNow: await lossOn(deps, model, champion, { blocks: unseen, confidence: config.confidence }),
  };
}

/**
 * The file of a version that serves, for rows of the model as it is defined now; undefined where it is gone or damaged,
 * or was trained on another definition of the features, or nobody whom we trust signed it: what serves then is a guess.
 */
export async function readServing(
  { sql, store, signing }: Pick<ActivityDeps, "sql" | "store" | "signing">,
  model: ModelDefinition,
  version: ModelVersion,
): Promise<Uint8Array | undefined> {
  const { artefactSha256, manifest } = version;
  if (signing && await distrust(sql, signing, version) !== null) return undefined;
  return manifest.featureHash === featuresOf(model).hash
    ? await readIfIntact(store.get(artefactSha256))
    : undefined;
}

/** A version's loss on some rows, with its interval; null where there are too few, or its file is damaged. */
async function lossOn(
  deps: ActivityDeps,
  model: ModelDefinition,
  version: ModelVersion,
  { blocks, confidence }: { blocks: readonly SnapshotBlock[]; confidence: number },
): Promise<Interval | null> {
  if (blocks.length === 0) return null;
  const { rows } = await loadTrainingSet(deps.store, blocks);
  if (rows.target.length < 20) return null;
  const artefact = await readServing(deps, model, version);
  if (!artefact) return null;
  const { targetCap } = version.manifest;
  const predictions = await deps.trainer.score(artefact, rows.features, rows.target.length);
  const losses = rowLosses(model.loss, rows.target, predictions, { cap: targetCap ?? Infinity });
  return pairedInterval(losses, rows.user, { confidence });
}
