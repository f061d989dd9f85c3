import { getCycle } from "../../src/db/cycles/cycles.ts";
import { getSnapshot } from "../../src/db/cycles/snapshots.ts";
import { shopperCountries } from "../../src/db/events/shopper_groups.ts";
import { getFederatedRun } from "../../src/db/federated/runs.ts";
import { shopperNumber } from "../../src/features/blocks.ts";
import { federatedColumns } from "../../src/federated/network.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import { loadTrainingSet } from "../../src/training/dataset.ts";
import { takeRows, type TrainingRows } from "../../src/training/rows.ts";
import type { Snapshot, SnapshotBlock } from "../../src/training/snapshot.ts";
import { championOf, splitFor, testersOf } from "../champion.ts";
import { modelAndConfig } from "../context.ts";
import { taskOf } from "../train.ts";
import type { FederatedDeps } from "./deps.ts";

/** The rows of a run, region by region, and what the run is about. */
export interface RunRows {
  model: ModelDefinition;
  config: ModelConfig;
  snapshot: Snapshot;
  champion: ModelVersion | null;
  trained: readonly SnapshotBlock[];
  /** columns that are learnt from */
  columns: readonly number[];
  /** by region, those of too few shoppers left out */
  regions: ReadonlyMap<string, TrainingRows>;
}

/** Reads the rows of runs, the newest of which it keeps: each participant's steps ask for them again. */
export function createRunRows(deps: FederatedDeps): (run: string) => Promise<RunRows> {
  let kept: { run: string; rows: Promise<RunRows> } | undefined;
  return (run) => {
    if (kept?.run !== run) {
      const rows = readRunRows(deps, run);
      kept = { run, rows };
      rows.catch(() => kept = undefined);
    }
    return kept.rows;
  };
}

async function readRunRows(deps: FederatedDeps, run: string): Promise<RunRows> {
  const { sql, store } = deps;
  const { model: name, plan, cycleId } = await getFederatedRun(sql, run);
  const { model, config } = await modelAndConfig(deps, name);
  const snapshot = await getSnapshot(sql, (await getCycle(sql, cycleId!)).snapshotId!);
  const champion = await championOf(deps, name);
  const split = splitFor(snapshot.blocks, champion, config);
  const trained = split?.train ?? [];
  const tests = split === null ? null : await testersOf(deps, split);
  const set = await loadTrainingSet(store, trained, { keep: tests ? (who) => !tests(who) : undefined });
  const countries = await shopperCountries(sql, { asOfMs: Date.parse(snapshot.asOf) });
  const regions = divided(set.rows, countries, plan);
  return {
    model,
    config,
    snapshot,
    champion,
    trained,
    columns: federatedColumns(taskOf(model, config)),
    regions,
  };
}

function divided(
  rows: TrainingRows,
  countries: ReadonlyMap<string, string>,
  { leastShoppers }: { leastShoppers: number },
): Map<string, TrainingRows> {
  const countryOf = new Map([...countries].map(([user, country]) => [shopperNumber(user), country]));
  const places = Map.groupBy(rows.user.keys(), (row) => countryOf.get(rows.user[row]));
  const regions = new Map<string, TrainingRows>();
  for (const [country, found] of places) {
    if (country === undefined) continue;
    const region = takeRows(rows, Int32Array.from(found));
    if (new Set(region.user).size >= leastShoppers) regions.set(country, region);
  }
  return new Map([...regions].sort(([a], [b]) => a < b ? -1 : 1));
}
