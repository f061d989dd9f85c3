import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { FEATURES } from "../../src/features/definition.ts";
import { loadModels } from "../../src/models/mod.ts";
import { quantile } from "../../src/stats/quantile.ts";
import { DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { buildCutoffs, type Cutoff, type Protocol } from "../lab/cutoffs.ts";
import { readShoppers } from "../lab/events.ts";

const HISTORY = 7; // blocks; what lies above their 99th percentile of spending is capped

/**
 * Writes the shop's cut-offs as sets, churn and spending, with the project's own features and outcomes: a block for each
 * cut-off; an outcome takes as many blocks as the horizon has.
 */
export async function writeRetailSets(
  events: string,
  paths: { churn: string; spending: string },
): Promise<void> {
  const { first, last, stepDays, activeDays, horizonDays, minTrain, activity } = DEMO_PROTOCOL;
  const protocol: Protocol = {
    firstMs: Date.parse(first),
    lastMs: Date.parse(last),
    stepDays,
    activeDays,
    horizonDays,
    minTrain,
    activity,
  };
  const { shoppers, lastMs } = await readShoppers(events);
  const models = await loadModels();
  const wanted = ["churn", "spending"].map((name) => models.get(name)!);
  const cutoffs = buildCutoffs(shoppers, wanted, protocol, lastMs);
  const lag = Math.ceil(horizonDays / stepDays);
  await writeSet(paths.churn, cutoffs, lag, (cutoff) => cutoff.targets.get("churn")!);
  const early = cutoffs.slice(0, HISTORY).flatMap((cutoff) => [...cutoff.targets.get("spending")!]);
  const cap = quantile(Float64Array.from(early), 0.99);
  await writeSet(
    paths.spending,
    cutoffs,
    lag,
    (cutoff) => cutoff.targets.get("spending")!.map((spent) => Math.min(spent, cap)),
  );
}

async function writeSet(
  path: string,
  cutoffs: readonly Cutoff[],
  lag: number,
  targetOf: (cutoff: Cutoff) => Float64Array,
): Promise<void> {
  const width = FEATURES.length;
  const lines = [["block", "known_at_block", ...FEATURES, "target"].join(",")];
  cutoffs.forEach((cutoff, block) => {
    const target = targetOf(cutoff);
    target.forEach((value, row) => {
      const features = cutoff.features.subarray(row * width, (row + 1) * width);
      const cells = Array.from(features, (v) => Number.isNaN(v) ? "" : String(v));
      lines.push([block, block + lag, ...cells, value].join(","));
    });
  });
  await writeFile(path, await promisify(gzip)(lines.join("\n") + "\n"));
}
