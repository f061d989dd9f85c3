import { isLostArtefact, NotFoundError } from "../../src/core/errors.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { getSnapshot } from "../../src/db/cycles/snapshots.ts";
import { featuresOf } from "../../src/features/set.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import { loadTrainingSet } from "../../src/training/dataset.ts";
import { limitRows, type TrainingRows } from "../../src/training/rows.ts";
import { readIfIntact } from "../../src/registry/artefacts.ts";
import { testersOf } from "../champion.ts";
import type { ActivityDeps } from "../deps.ts";

/** The rows that a version was validated on, and the model that saw none of them: the one that was tested, not its refit. */
interface Validated {
  rows: TrainingRows;
  artefact: Uint8Array;
}

/** @returns null where these rows or the tested model are not kept any more, or belong to another feature definition */
export async function validatedOn(
  { sql, store, models }: ActivityDeps,
  { manifest }: ModelVersion,
  { rowsMax }: { rowsMax: number },
): Promise<Validated | null> {
  if (manifest.featureHash !== featuresOf(models.get(manifest.model) ?? {}).hash) return null;
  try {
    const [{ evidence }, { blocks }] = await Promise.all([
      getCycle(sql, manifest.cycleId),
      getSnapshot(sql, manifest.snapshotId),
    ]);
    const cutoffs = new Set(evidence?.cutoffs);
    const trained = new Set(manifest.tested.cutoffs);
    const tests = blocks.filter((block) => cutoffs.has(block.cutoff));
    const train = manifest.recalibrated ? tests : blocks.filter((block) => trained.has(block.cutoff));
    const artefact = await readIfIntact(store.get(manifest.tested.sha256));
    if (!artefact || tests.length === 0) return null;
    const by = tests.some((block) => trained.has(block.cutoff)) ? "shoppers" : "time";
    const { rows } = await loadTrainingSet(store, tests, {
      keep: await testersOf({ store }, { by, train }) ?? undefined,
    });
    return rows.target.length === 0 ? null : { rows: limitRows(rows, rowsMax), artefact };
  } catch (error) {
    if (error instanceof NotFoundError || isLostArtefact(error)) return null;
    throw error;
  }
}
