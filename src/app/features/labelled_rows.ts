import type { Sql } from "../../db/connect.ts";
import { eventSpan } from "../../db/events/day_counts.ts";
import { type BlockDeps, featureBlock, labelBlock } from "./blocks.ts";
import type { ModelDefinition } from "../../models/model.ts";
import type { ModelConfig } from "../../config/retraining.ts";
import { gridStart, labelledCutoffs } from "../../training/cutoffs.ts";
import { type DefinesFeatures, featuresOf } from "../../features/set.ts";
import type { SnapshotBlock } from "../../training/snapshot.ts";

/** The cut-offs of a model whose outcomes are complete at `asOfMs`, ms since the epoch, oldest first. */
async function cutoffsOf(sql: Sql, config: ModelConfig, asOfMs: number): Promise<number[]> {
  const span = await eventSpan(sql);
  if (!span) return [];
  const { step_days: stepDays, horizon_days: horizonDays, max_train_cutoffs: max } = config;
  return labelledCutoffs({ firstMs: gridStart(config, span.firstMs), asOfMs, stepDays, horizonDays, max });
}

/** While the database reads one cut-off, this process packs another: no more of them are in memory. */
const BLOCKS_AT_ONCE = 2;

/** All labelled rows of a model as of a moment, as sealed blocks, oldest first. Builds only what is new. */
export async function labelledBlocks(
  deps: BlockDeps,
  model: ModelDefinition,
  { config, asOfMs, onBlock }: {
    config: ModelConfig;
    asOfMs: number;
    onBlock?: (done: number, of: number) => void;
  },
): Promise<SnapshotBlock[]> {
  const cutoffs = await cutoffsOf(deps.sql, config, asOfMs);
  const blocks = new Array<SnapshotBlock>(cutoffs.length);
  let next = 0;
  let done = 0;
  const build = async () => {
    while (next < cutoffs.length) {
      const place = next++;
      blocks[place] = await labelledBlock(deps, model, { config, cutoffMs: cutoffs[place] });
      onBlock?.(++done, cutoffs.length);
    }
  };
  await Promise.all(Array.from({ length: BLOCKS_AT_ONCE }, build));
  return blocks;
}

/** The rows of one cut-off whose outcomes are complete. Built once. */
export async function labelledBlock(
  deps: BlockDeps,
  model: ModelDefinition,
  { config, cutoffMs }: { config: ModelConfig; cutoffMs: number },
): Promise<SnapshotBlock> {
  const protocol = protocolOf(model, config);
  const { sha256: features, rows } = await featureBlock(deps, protocol, cutoffMs);
  const labels = await labelBlock(deps, model, protocol, { cutoffMs, features });
  return { cutoff: new Date(cutoffMs).toISOString(), rows, features, labels };
}

/** Whom rows of a model are made for, and what they say, by its configuration. */
export const protocolOf = (model: DefinesFeatures, config: ModelConfig) => ({
  activeDays: config.active_days,
  activity: config.activity,
  horizonDays: config.horizon_days,
  featureSet: featuresOf(model),
});
