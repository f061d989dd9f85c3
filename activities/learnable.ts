import { countPurchases } from "../src/db/events/day_counts.ts";
import { DAY_MS } from "../src/core/time.ts";
import { countEvents, newestEventMs } from "../src/db/events/events.ts";
import { decodeLabels } from "../src/features/blocks.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { type Learnable, nothingToLearn, NothingToLearnError } from "../src/retraining/learnable.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import { rowsIn } from "./champion.ts";
import type { ActivityDeps } from "./deps.ts";

/** @throws {NothingToLearnError} no model can be trained on these rows, which no retry mends */
export async function assertLearnable(...args: Parameters<typeof learnableFrom>): Promise<void> {
  const why = nothingToLearn(await learnableFrom(...args));
  if (why !== null) throw new NothingToLearnError(why);
}

/** Reads what some labelled rows hold to learn from. */
export async function learnableFrom(
  { sql, store }: Pick<ActivityDeps, "sql" | "store">,
  { name: model, kind }: ModelDefinition,
  { config, blocks, asOfMs }: { config: ModelConfig; blocks: readonly SnapshotBlock[]; asOfMs: number },
): Promise<Learnable> {
  const [events, purchases, newestMs] = await Promise.all([
    countEvents(sql, { beforeMs: asOfMs }),
    countPurchases(sql, { beforeMs: asOfMs }),
    newestEventMs(sql, { beforeMs: asOfMs }),
  ]);
  let lowest: number | null = null;
  let highest: number | null = null;
  for (const { labels } of blocks) {
    for (const outcome of decodeLabels(await store.getRows(labels))) {
      lowest = Math.min(lowest ?? outcome, outcome);
      highest = Math.max(highest ?? outcome, outcome);
    }
  }
  return {
    model,
    kind,
    horizonDays: config.horizon_days,
    activeDays: config.active_days,
    events,
    purchases,
    cutoffs: blocks.length,
    rows: rowsIn(blocks),
    lowest,
    highest,
    quietDays: newestMs === null ? null : (asOfMs - newestMs) / DAY_MS,
  };
}
