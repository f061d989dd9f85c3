import { DAY_MS } from "../src/core/time.ts";
import { findingsInForce } from "../src/db/monitoring/affected.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import { isAffected } from "../src/quality/affected.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { labelledBlocks } from "../src/app/features/labelled_rows.ts";
import type { SnapshotBlock } from "../src/training/snapshot.ts";
import type { ActivityDeps } from "./deps.ts";

/**
 * The labelled cut-offs that a model may be trained and validated on: without those whose outcomes, or whose last
 * horizon of behaviour, rest on data that were found broken and that nobody accepted.
 */
export async function soundBlocks(
  deps: ActivityDeps,
  model: ModelDefinition,
  options: { config: ModelConfig; asOfMs: number; onBlock?: (done: number, of: number) => void },
): Promise<SnapshotBlock[]> {
  const [blocks, broken] = await Promise.all([
    labelledBlocks(deps, model, options),
    findingsInForce(deps.sql, { asOfMs: options.asOfMs, means: "broken" }),
  ]);
  const horizonMs = options.config.horizon_days * DAY_MS;
  return blocks.filter(({ cutoff }) => {
    const cutoffMs = Date.parse(cutoff);
    return !isAffected(broken, { fromMs: cutoffMs - horizonMs, toMs: cutoffMs }) &&
      !isAffected(broken, { fromMs: cutoffMs, toMs: cutoffMs + horizonMs });
  });
}
