import { DAY_MS, WEEK_MS } from "../../src/core/time.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import { getSnapshot } from "../../src/db/cycles/snapshots.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { featureBlock } from "../../src/app/features/blocks.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import type { DriftEvidence } from "../../src/monitoring/drift.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import { featureShapes } from "../../src/monitoring/feature_shapes.ts";
import { recomputeDrift } from "../../src/monitoring/recompute_drift.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import type { SnapshotBlock } from "../../src/training/snapshot.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps, ObserveDeps } from "../deps.ts";
import { importanceOf } from "./importance.ts";
import { alphasOf } from "./observation_key.ts";
import { observeOnce } from "./observe_once.ts";

/** Earlier moments that say how far features move by themselves. */
const PAST_MAX = 26;

/**
 * Compares the population of now with the newest rows that a version was trained on, once per key.
 * Now is the last moment that is a whole number of weeks after them: a Sunday is not compared with a Monday.
 */
export async function observeDrift(
  deps: ObserveDeps,
  { model: name, version, key, asOfMs }: { model: string; version: number; key: string; asOfMs: number },
): Promise<Observation> {
  const id = { kind: "drift", model: name, key: `${key}/version ${version}` } as const;
  return await observeOnce(deps, id, {
    async gather() {
      return await gather(deps, {
        ...await modelAndConfig(deps, name),
        version: await getVersion(deps.sql, name, version),
        asOfMs,
      });
    },
    judge: (evidence) => recomputeDrift(deps, evidence),
    shapes: deps.looksAreShown === false ? undefined : (evidence) => featureShapes(deps, evidence),
  });
}

async function gather(
  deps: ObserveDeps,
  { model: definition, config, version: { model, version, manifest }, asOfMs }: {
    model: ModelDefinition;
    config: ModelConfig;
    version: ModelVersion;
    asOfMs: number;
  },
): Promise<DriftEvidence> {
  const protocol = protocolOf(definition, config);
  const { hash, steady } = protocol.featureSet;
  const blocks = await servedBlocks(deps, manifest);
  const newest = blocks[blocks.length - 1];
  const referenceMs = Date.parse(newest.cutoff);
  const reference = manifest.featureHash === hash
    ? { sha256: newest.features, rows: newest.rows }
    : await featureBlock(deps, protocol, referenceMs); // another definition of the features: built again with today's
  const currentMs = referenceMs + Math.max(0, Math.floor((asOfMs - referenceMs) / WEEK_MS)) * WEEK_MS;
  const current = await featureBlock(deps, protocol, currentMs);
  const [alpha, alphaTogether] = await alphasOf(deps, {
    kind: "drift",
    model,
    watched: ["features", "together"],
    asOfMs,
  });
  return {
    model,
    version,
    asOf: new Date(asOfMs).toISOString(),
    reference: { cutoffs: [newest.cutoff], rows: reference.rows, blocks: [reference.sha256] },
    current: { cutoff: new Date(currentMs).toISOString(), rows: current.rows, block: current.sha256 },
    past: await pastBlocks(deps, { model: definition, config }, { referenceMs, currentMs }),
    alpha,
    alphaTogether,
    seed: config.seed,
    watched: [...steady],
    importance: deps.looksAreShown === false ? null : await importanceOf(deps, { model, version }),
  };
}

/** The blocks that the serving bytes saw, oldest first. */
async function servedBlocks(
  { sql }: ActivityDeps,
  manifest: ModelVersion["manifest"],
): Promise<SnapshotBlock[]> {
  const { blocks } = await getSnapshot(sql, manifest.snapshotId);
  const served = new Set(manifest.served.cutoffs);
  return blocks.filter((block) => served.has(block.cutoff));
}

/** The population at moments before now, on the weekday of the reference: every second week, as cut-offs are by default. */
async function pastBlocks(
  deps: ActivityDeps,
  { model, config }: { model: ModelDefinition; config: ModelConfig },
  { referenceMs, currentMs }: { referenceMs: number; currentMs: number },
): Promise<DriftEvidence["past"]> {
  const span = await eventSpan(deps.sql);
  const firstMs = (span?.firstMs ?? Infinity) + config.active_days * DAY_MS; // before it, windows reach past the beginning
  const moments: number[] = [];
  for (let atMs = currentMs - 2 * WEEK_MS; atMs > referenceMs; atMs -= 2 * WEEK_MS) moments.unshift(atMs);
  for (let atMs = referenceMs; atMs >= firstMs && moments.length < PAST_MAX; atMs -= 2 * WEEK_MS) {
    moments.unshift(atMs);
  }
  const past: DriftEvidence["past"] = [];
  for (const atMs of moments) {
    const { sha256 } = await featureBlock(deps, protocolOf(model, config), atMs);
    past.push({ cutoff: new Date(atMs).toISOString(), block: sha256 });
  }
  return past;
}
