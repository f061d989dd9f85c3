import { DAY_MS } from "../../core/time.ts";
import { canonicalJson, sha256 } from "../../core/hash.ts";
import { createSharedWork } from "../../core/shared_work.ts";
import type { Sql } from "../../db/connect.ts";
import {
  findFeatureBlock,
  findLabelBlock,
  saveFeatureBlock,
  saveLabelBlock,
} from "../../db/cycles/snapshots.ts";
import { forgetShards } from "../../db/cycles/feature_shards.ts";
import { countEvents } from "../../db/events/events.ts";
import { fillNewestEvents } from "../../db/events/newest_events.ts";
import { type KeyRange, populationRanges, readLabelDays, readUserDays } from "../../db/events/user_days.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { labelFingerprint, outcomesOf } from "../../models/outcome.ts";
import { type ArtefactStore, readIfIntact } from "../../registry/artefacts.ts";
import { encodeFeatures, encodeLabels, type FeatureBlock, packRows } from "../../features/blocks.ts";
import { FEATURES } from "../../features/definition.ts";
import { type FeatureSet, SHARED_FEATURES } from "../../features/set.ts";
import { activityCode, compareRows, orderNumber, type UnorderedRow } from "../../features/order.ts";
import type { Activity } from "../../features/population.ts";
import { DAYS_AT_ONCE } from "../../features/packed_days.ts";
import { readHeads } from "../../features/shards.ts";
import type { UserDay } from "../../features/user_day.ts";
import { sealShards } from "./shards.ts";

/** The sources of blocks, and the store that keeps them. */
export interface BlockDeps {
  sql: Sql;
  store: ArtefactStore;
}

/** Whom rows are made for, and how far their outcomes reach. */
export interface Protocol {
  activeDays: number;
  activity: Activity;
  horizonDays: number;
  /** left out: those that every model has */
  featureSet?: FeatureSet;
  /** of a cut-off with more, the rows are made and kept in shards of so many; left out: `SHARD_SHOPPERS` */
  shardShoppers?: number;
}

/** Shoppers whose rows are in memory at once while a cut-off is built: some 2 kB each. */
export const SHARD_SHOPPERS = 25_000;

/** The part of a protocol that is plain data. */
const plain = ({ activeDays, activity, horizonDays }: Protocol) => ({ activeDays, activity, horizonDays });

/** What identifies the rows of a protocol. */
const keyOf = (about: Record<string, unknown>): string => sha256(canonicalJson(about)).slice(0, 32);

/** Blocks being built, by store: models that ask for the same rows at once share one build. */
const builds = createSharedWork<{ sha256: string; rows: number }>();

/**
 * The features of one cut-off, sealed. Built once: built again only when events before the cut-off arrived since, or
 * its file is damaged.
 * @returns the sha256 of its bytes and its number of rows
 */
export async function featureBlock(
  { sql, store }: BlockDeps,
  protocol: Protocol,
  cutoffMs: number,
): Promise<{ sha256: string; rows: number }> {
  const { hash } = protocol.featureSet ?? SHARED_FEATURES;
  const key = keyOf({ features: hash, ...plain(protocol) });
  const eventsSeen = await countEvents(sql, { beforeMs: cutoffMs });
  const known = await findFeatureBlock(sql, key, cutoffMs);
  if (known && known.eventsSeen === eventsSeen && await areIntact(store, known.sha256)) return known;
  return await builds.run(
    store,
    `${key} ${cutoffMs} ${eventsSeen}`,
    () => sealFeatures({ sql, store }, protocol, { key, cutoffMs, eventsSeen }),
  );
}

async function sealFeatures(
  deps: BlockDeps,
  protocol: Protocol,
  build: { key: string; cutoffMs: number; eventsSeen: number },
): Promise<{ sha256: string; rows: number }> {
  const { sql } = deps;
  const { key, cutoffMs, eventsSeen } = build;
  const { activeDays, activity, shardShoppers: shoppers = SHARD_SHOPPERS } = protocol;
  if (protocol.featureSet?.session) { // once, whatever the number of shards; what is not ready is read from its events
    await fillNewestEvents(sql, { fromMs: cutoffMs - (activeDays + 1) * DAY_MS, toMs: cutoffMs });
  }
  const ranges = await populationRanges(sql, {
    asOfMs: cutoffMs,
    population: { activeDays, activity },
    shoppers,
  });
  const sealed = ranges.length === 1
    ? await sealWhole(deps, protocol, cutoffMs)
    : await sealShards(deps, build, ranges, (range) => buildRange(sql, protocol, cutoffMs, range));
  await saveFeatureBlock(sql, { key, cutoff: new Date(cutoffMs).toISOString(), eventsSeen, ...sealed });
  await forgetShards(sql, build);
  return sealed;
}

async function sealWhole({ sql, store }: BlockDeps, protocol: Protocol, cutoffMs: number) {
  const block = await buildFeatures(sql, protocol, cutoffMs);
  return { sha256: await store.put(encodeFeatures(block)), rows: block.users.length };
}

/** Whether the rows of a cut-off can be read as they were written, in however many files. */
async function areIntact(store: ArtefactStore, sha256: string): Promise<boolean> {
  const readAll = async () => {
    for await (const _ of readHeads(store, sha256));
    return true;
  };
  return await readIfIntact(readAll()) ?? false;
}

/**
 * The features of one cut-off's population, from events strictly before it. Rows are in an order that follows from what
 * shoppers did (docs/decisions/0033).
 */
export async function buildFeatures(sql: Sql, protocol: Protocol, cutoffMs: number): Promise<FeatureBlock> {
  const rows = await unorderedRows(sql, protocol, { cutoffMs });
  return blockOf(rows.sort(compareRows), protocol, cutoffMs);
}

/** The features of the shoppers of one range: a shard. */
async function buildRange(
  sql: Sql,
  protocol: Protocol,
  cutoffMs: number,
  range: KeyRange,
): Promise<FeatureBlock> {
  const rows = await unorderedRows(sql, protocol, { cutoffMs, range });
  const numbered = rows.map((row) => ({ ...row, number: orderNumber(row.code, row.features) }));
  numbered.sort((a, b) => a.number - b.number || compareRows(a, b));
  return { ...blockOf(numbered, protocol, cutoffMs), order: numbered.map(({ number }) => number) };
}

async function unorderedRows(
  sql: Sql,
  { activeDays, activity, horizonDays, featureSet = SHARED_FEATURES }: Protocol,
  { cutoffMs, range }: { cutoffMs: number; range?: KeyRange },
): Promise<UnorderedRow[]> {
  const { events, session } = featureSet;
  const population = { activeDays, activity };
  const newest = session ? "kept" as const : undefined;
  const rows: UnorderedRow[] = [];
  const query = { asOfMs: cutoffMs, population, range, events, newest } as const;
  for await (const shoppers of inRuns(readUserDays(sql, query))) {
    const seen = shoppers.map(({ days }) => ({ days, asOfMs: cutoffMs, horizonDays }));
    const features = await featureSet.rows(seen);
    shoppers.forEach(({ userKey, days }, i) =>
      rows.push({ userKey, code: activityCode(days), features: features[i] })
    );
  }
  return rows;
}

/** Shoppers as they are read, some at once: with their days they are asked about together. */
async function* inRuns<T extends { days: readonly UserDay[] }>(
  shoppers: AsyncIterable<T>,
): AsyncGenerator<T[]> {
  let run: T[] = [];
  let days = 0;
  for await (const shopper of shoppers) {
    run.push(shopper);
    days += 1 + shopper.days.length;
    if (days < DAYS_AT_ONCE) continue;
    yield run;
    run = [];
    days = 0;
  }
  if (run.length > 0) yield run;
}

function blockOf(
  rows: readonly UnorderedRow[],
  { featureSet = SHARED_FEATURES }: Protocol,
  cutoffMs: number,
): FeatureBlock {
  const { names, hash: featureHash } = featureSet;
  const width = names.length;
  const packed = packRows(rows.map(({ features }) => features), width);
  const users = rows.map(({ userKey }) => userKey);
  const own = width > FEATURES.length ? { own: names.slice(FEATURES.length) } : {};
  return { cutoffMs, featureHash, users, width, ...own, features: packed };
}

type Labelled =
  & Pick<ModelDefinition, "label" | "classes" | "events">
  & Partial<Pick<ModelDefinition, "kind">>;

/** The outcomes of one cut-off for the shoppers of its feature block, sealed; rebuilt when late events arrived. */
export async function labelBlock(
  { sql, store }: BlockDeps,
  model: Labelled & Pick<ModelDefinition, "name">,
  protocol: Protocol,
  { cutoffMs, features }: { cutoffMs: number; features: string },
): Promise<string> {
  const read = model.events?.length ? { events: model.events } : {};
  const classes = model.classes ? { classes: model.classes } : {};
  const key = keyOf({
    model: model.name,
    label: labelFingerprint(model),
    ...classes,
    ...read,
    ...plain(protocol),
  });
  const toMs = cutoffMs + protocol.horizonDays * DAY_MS;
  const eventsSeen = await countEvents(sql, { beforeMs: toMs });
  const known = await findLabelBlock(sql, key, cutoffMs);
  const fresh = known && known.eventsSeen === eventsSeen && known.featureSha256 === features;
  if (fresh && await readIfIntact(store.getRows(known.sha256))) return known.sha256;
  const labels = await labelsOf({ sql, store }, model, { fromMs: cutoffMs, toMs, features });
  const hash = await store.put(encodeLabels(labels));
  const cutoff = new Date(cutoffMs).toISOString();
  await saveLabelBlock(sql, { key, cutoff, eventsSeen, featureSha256: features, sha256: hash });
  return hash;
}

/** The outcomes of a cut-off's shoppers in its order, read shard by shard: memory holds eight bytes a shopper, and a shard. */
async function labelsOf(
  { sql, store }: BlockDeps,
  model: Labelled,
  { fromMs, toMs, features }: { fromMs: number; toMs: number; features: string },
): Promise<Float64Array> {
  let labels: Float64Array | undefined;
  for await (const { block: { users }, places, of } of readHeads(store, features)) {
    const part = await buildLabels(sql, model, { fromMs, toMs, users });
    if (users.length === of) return part;
    labels ??= new Float64Array(of);
    for (let i = 0; i < places.length; i++) labels[places[i]] = part[i];
  }
  return labels!;
}

/** One outcome per shopper from events in `[fromMs, toMs)`; shoppers who stayed away have the label of no days. */
export async function buildLabels(
  sql: Sql,
  model: Labelled,
  { fromMs, toMs, users }: { fromMs: number; toMs: number; users: readonly string[] },
): Promise<Float64Array> {
  const { events } = model;
  const [absent] = await outcomesOf(model, [[]]);
  const labels = new Map<string, number>();
  for await (const shoppers of inRuns(readLabelDays(sql, { fromMs, toMs, users, events }))) {
    const outcomes = await outcomesOf(model, shoppers.map(({ days }) => days));
    shoppers.forEach(({ userKey }, i) => labels.set(userKey, outcomes[i]));
  }
  return Float64Array.from(users, (user) => labels.get(user) ?? absent);
}
