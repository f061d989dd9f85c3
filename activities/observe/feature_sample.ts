import { DAY_MS } from "../../src/core/time.ts";
import { OwnCodeError } from "../../src/core/errors.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { getSnapshot } from "../../src/db/cycles/snapshots.ts";
import { readUserDays } from "../../src/db/events/user_days.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { featureBlock } from "../../src/app/features/blocks.ts";
import { type FeatureSet, featuresOf } from "../../src/features/set.ts";
import { readParts, type RowStore } from "../../src/features/shards.ts";
import type { FeatureSample } from "../../src/quality/quality_evidence.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { readIfIntact } from "../../src/registry/artefacts.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { sampleSessions } from "./session_sample.ts";

/** Shoppers whose rows are computed a second time. */
const COMPARED = 50;

/**
 * The features of today's population as they are sealed for training, beside the newest rows a serving model was trained
 * on, and a sample of them computed the way a prediction computes them. Null before a model serves: nobody uses features;
 * nor where a feature of the model's own fails, of which an alert tells.
 */
export async function sampleFeatures(deps: ActivityDeps, asOfMs: number): Promise<FeatureSample | null> {
  try {
    return await featuresAt(deps, asOfMs);
  } catch (error) {
    if (error instanceof OwnCodeError) return null;
    throw error;
  }
}

async function featuresAt(deps: ActivityDeps, asOfMs: number): Promise<FeatureSample | null> {
  const served = await servedModel(deps);
  if (!served) return null;
  const dayMs = Math.floor(asOfMs / DAY_MS) * DAY_MS;
  const { model, config } = await modelAndConfig(deps, served.model);
  const featureSet = featuresOf(model);
  const { sha256, rows } = await featureBlock(deps, protocolOf(model, config), dayMs);
  const now = await variationOf(deps.store, sha256);
  const before = served.features ? await readIfIntact(variationOf(deps.store, served.features)) : null;
  const comparable = before?.featureHash === featureSet.hash ? before : null;
  return {
    cutoff: new Date(dayMs).toISOString(),
    rows,
    constant: namesOf(featureSet, now, false),
    variedBefore: comparable ? namesOf(featureSet, comparable, true) : [],
    before: comparable && new Date(comparable.cutoffMs).toISOString(),
    ...await compare(deps, await takeSample(deps.store, sha256), {
      featureSet,
      horizonDays: config.horizon_days,
    }),
    sessions: await sampleSessions(deps, asOfMs),
  };
}

/** A model that serves, and the newest block it was trained on. */
async function servedModel(
  { sql, models }: ActivityDeps,
): Promise<{ model: string; features?: string } | null> {
  for (const model of models.keys()) {
    const version = await servingVersion(sql, model);
    if (version === null) continue;
    const { manifest } = await getVersion(sql, model, version);
    const { blocks } = await getSnapshot(sql, manifest.snapshotId);
    return { model, features: blocks[blocks.length - 1]?.features };
  }
  return null;
}

/** Which columns of a cut-off hold more than one value. */
interface Variation {
  cutoffMs: number;
  featureHash: string;
  rows: number;
  varies: boolean[];
}

async function variationOf(store: RowStore, sha256: string): Promise<Variation> {
  let known: Variation | undefined;
  let first: Float32Array | undefined;
  const varies: boolean[] = [];
  for await (
    const { block: { cutoffMs, featureHash, users, width, features }, of } of readParts(store, sha256)
  ) {
    first ??= features.slice(0, width);
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < users.length && !varies[j]; i++) {
        varies[j] = !Object.is(features[i * width + j], first[j]);
      }
    }
    known = { cutoffMs, featureHash, rows: of, varies };
  }
  return known!;
}

const namesOf = ({ names }: FeatureSet, { rows, varies }: Variation, wanted: boolean): string[] =>
  rows < 2 ? [] : names.filter((_, j) => (varies[j] ?? false) === wanted);

/** Every so-manieth shopper of a cut-off. */
async function takeSample(store: RowStore, sha256: string): Promise<SampledRows> {
  const sample: SampledRows = { cutoffMs: 0, rows: new Map() };
  for await (const { block: { cutoffMs, users, width, features }, places, of } of readParts(store, sha256)) {
    const step = Math.max(1, Math.floor(of / COMPARED));
    sample.cutoffMs = cutoffMs;
    for (let i = 0; i < users.length; i++) {
      if (places[i] % step !== 0 || places[i] / step >= COMPARED) continue;
      sample.rows.set(users[i], features.slice(i * width, (i + 1) * width));
    }
  }
  return sample;
}

interface SampledRows {
  cutoffMs: number;
  /** as they are sealed, by pseudonym */
  rows: Map<string, Float32Array>;
}

/** Rows of a sample against the sealed ones; none where events arrived meanwhile. */
async function compare(
  { sql }: ActivityDeps,
  { cutoffMs, rows }: SampledRows,
  { featureSet: { names, events, session, rows: rowsOf }, horizonDays }: {
    featureSet: FeatureSet;
    horizonDays: number;
  },
): Promise<Pick<FeatureSample, "compared" | "skewed">> {
  const before = await countEvents(sql, { beforeMs: cutoffMs });
  const differences = new Map<string, { shoppers: number; largest: number }>();
  const newest = session ? "kept" as const : undefined;
  const query = { asOfMs: cutoffMs, users: [...rows.keys()], events, newest };
  for await (const { userKey, days } of readUserDays(sql, query)) {
    const [row] = await rowsOf([{ days, asOfMs: cutoffMs, horizonDays }]);
    const computed = Float32Array.from(row);
    computed.forEach((value, j) => {
      const sealed = rows.get(userKey)![j];
      if (Object.is(value, sealed)) return;
      const known = differences.get(names[j]) ?? { shoppers: 0, largest: 0 };
      const off = Math.abs(value - sealed) / Math.max(Math.abs(value), Math.abs(sealed));
      differences.set(names[j], {
        shoppers: known.shoppers + 1,
        largest: Math.max(known.largest, Number.isNaN(off) ? 1 : off),
      });
    });
  }
  if (await countEvents(sql, { beforeMs: cutoffMs }) !== before) return { compared: 0, skewed: [] };
  return { compared: rows.size, skewed: [...differences].map(([feature, off]) => ({ feature, ...off })) };
}
