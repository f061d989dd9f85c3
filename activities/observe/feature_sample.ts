import { DAY_MS } from "../../src/core/time.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { getSnapshot } from "../../src/db/cycles/snapshots.ts";
import { readUserDays } from "../../src/db/events/user_days.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { decodeFeatures, type FeatureBlock } from "../../src/features/blocks.ts";
import { featureBlock } from "../../src/app/features/blocks.ts";
import { type FeatureSet, featuresOf } from "../../src/features/set.ts";
import type { FeatureSample } from "../../src/quality/quality_evidence.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { readIfIntact } from "../champion.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { sampleSessions } from "./session_sample.ts";

/** Shoppers whose rows are computed a second time. */
const COMPARED = 50;

/**
 * The features of today's population as they are sealed for training, beside the newest rows a serving model was trained
 * on, and a sample of them computed the way a prediction computes them. Null before a model serves: nobody uses features.
 */
export async function sampleFeatures(deps: ActivityDeps, asOfMs: number): Promise<FeatureSample | null> {
  const served = await servedModel(deps);
  if (!served) return null;
  const dayMs = Math.floor(asOfMs / DAY_MS) * DAY_MS;
  const { model, config } = await modelAndConfig(deps, served.model);
  const featureSet = featuresOf(model);
  const { sha256 } = await featureBlock(deps, protocolOf(model, config), dayMs);
  const now = decodeFeatures(await deps.store.getRows(sha256));
  const bytes = served.features ? await readIfIntact(deps.store.getRows(served.features)) : null;
  const before = bytes && decodeFeatures(bytes);
  const comparable = before?.featureHash === featureSet.hash ? before : null;
  return {
    cutoff: new Date(dayMs).toISOString(),
    rows: now.users.length,
    constant: namesOf(featureSet, now, (column) => !varies(column)),
    variedBefore: comparable ? namesOf(featureSet, comparable, varies) : [],
    before: comparable && new Date(comparable.cutoffMs).toISOString(),
    ...await compare(deps, now, { featureSet, horizonDays: config.horizon_days }),
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

const namesOf = (
  { names }: FeatureSet,
  { users, width, features }: FeatureBlock,
  is: (column: Float32Array) => boolean,
): string[] =>
  users.length < 2
    ? []
    : names.filter((_, j) => is(Float32Array.from(users, (_, i) => features[i * width + j])));

const varies = (column: Float32Array) => column.some((value) => !Object.is(value, column[0]));

/** Rows of a sample, every so-manieth shopper, against the sealed ones; none where events arrived meanwhile. */
async function compare(
  { sql }: ActivityDeps,
  { cutoffMs, users, width, features }: FeatureBlock,
  { featureSet: { names, events, session, row }, horizonDays }: {
    featureSet: FeatureSet;
    horizonDays: number;
  },
): Promise<Pick<FeatureSample, "compared" | "skewed">> {
  const before = await countEvents(sql, { beforeMs: cutoffMs });
  const step = Math.max(1, Math.floor(users.length / COMPARED));
  const places = new Map(
    users.flatMap((user, i) => i % step === 0 ? [[user, i] as const] : []).slice(0, COMPARED),
  );
  const differences = new Map<string, { shoppers: number; largest: number }>();
  const newest = session ? "kept" as const : undefined;
  const query = { asOfMs: cutoffMs, users: [...places.keys()], events, newest };
  for await (const { userKey, days } of readUserDays(sql, query)) {
    const computed = Float32Array.from(row(days, cutoffMs, { horizonDays }));
    const offset = places.get(userKey)! * width;
    computed.forEach((value, j) => {
      const sealed = features[offset + j];
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
  return { compared: places.size, skewed: [...differences].map(([feature, off]) => ({ feature, ...off })) };
}
