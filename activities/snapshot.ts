import { Context } from "@temporalio/activity";
import { canonicalJson, sha256 } from "../src/core/hash.ts";
import { beginStage, saveCycleSnapshot, saveProgress } from "../src/db/cycles/cycles.ts";
import { claimFederatedRun } from "../src/db/federated/runs.ts";
import { saveSnapshot } from "../src/db/cycles/snapshots.ts";
import { countEvents } from "../src/db/events/events.ts";
import { type Sharding, shardingOf } from "../src/training/shards.ts";
import { featuresOf } from "../src/features/set.ts";
import { assertLearnable } from "./learnable.ts";
import { soundBlocks } from "./sound_blocks.ts";
import { championOf, recalibrationSplit, rowsIn, splitFor } from "./champion.ts";
import { beat, modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";

interface SnapshotResult {
  snapshotId: string;
  rows: number;
  /** rows the challenger that is tested trains on, and rows it is tested on; 0: nothing is new to the champion */
  trainRows: number;
  testRows: number;
  /** id of the federated training that the cycle carries out; left out: it trains on all rows */
  federated?: string;
  /** how it trains over shards, and whether it does so again on all rows; left out: one worker trains */
  distributed?: Sharding & { refits: boolean };
}

export const createSnapshotActivities = (deps: ActivityDeps) => ({
  /**
   * Seals the labelled rows known at `asOf`. The same content has the same id, so a retry changes nothing.
   * @param recalibrates whether the cycle recalibrates what serves, and divides its rows for that
   * @throws {NothingToLearnError} no model can be trained on them, which no retry mends
   */
  async takeSnapshot(
    { cycleId, model: name, asOf, recalibrates = false }: {
      cycleId: string;
      model: string;
      asOf: string;
      recalibrates?: boolean;
    },
  ): Promise<SnapshotResult> {
    const { sql } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    await beginStage(sql, cycleId, "snapshot");
    const asOfMs = Date.parse(asOf);
    const eventsSeen = await countEvents(sql, { beforeMs: asOfMs });
    const onBlock = (done: number, total: number) => beat(Context.current(), { done, of: total });
    const blocks = await soundBlocks(deps, model, { config, asOfMs, onBlock });
    await assertLearnable(deps, model, { config, blocks, asOfMs });
    const { hash: featureHash } = featuresOf(model);
    const content = { model: name, featureHash, horizonDays: config.horizon_days, blocks };
    const id = sha256(canonicalJson({ ...content, asOf }));
    const rows = rowsIn(blocks);
    await saveSnapshot(sql, { id, asOf, eventsSeen, rows, ...content });
    await saveCycleSnapshot(sql, cycleId, id);
    const divide = recalibrates ? recalibrationSplit : splitFor;
    const split = divide(blocks, await championOf(deps, name), config);
    const trainRows = rowsIn(split?.train ?? []);
    const sharding = recalibrates ? null : shardingOf(model, config, trainRows);
    const shards = sharding === null
      ? ""
      : `; ${sharding.shards > 1 ? `${sharding.shards} shards` : "one worker trains"}: ${sharding.why}`;
    const text = `${rows} rows of ${blocks.length} cut-offs${shards}`;
    await saveProgress(sql, cycleId, { fraction: 1, text });
    const federated = recalibrates ? null : await claimFederatedRun(sql, { model: name, cycleId });
    return {
      snapshotId: id,
      rows,
      trainRows,
      testRows: rowsIn(split?.test ?? []),
      ...federated === null ? {} : { federated },
      ...sharding === null || sharding.shards === 1 || federated !== null
        ? {}
        : { distributed: { ...sharding, refits: config.refit } },
    };
  },
});
