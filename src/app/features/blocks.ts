import { DAY_MS } from "../../core/time.ts";
import { isLostArtefact } from "../../core/errors.ts";
import { canonicalJson, sha256 } from "../../core/hash.ts";
import { createSharedWork } from "../../core/shared_work.ts";
import type { Sql } from "../../db/connect.ts";
import {
  findFeatureBlock,
  findLabelBlock,
  saveFeatureBlock,
  saveLabelBlock,
} from "../../db/cycles/snapshots.ts";
import { countEvents } from "../../db/events/events.ts";
import { readLabelDays, readUserDays } from "../../db/events/user_days.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { outcomeOf } from "../../models/outcome.ts";
import type { ArtefactStore } from "../../registry/artefacts.ts";
import { decodeFeatures, encodeFeatures, encodeLabels, type FeatureBlock } from "../../features/blocks.ts";
import { FEATURES } from "../../features/definition.ts";
import { type FeatureSet, SHARED_FEATURES } from "../../features/set.ts";
import { activityCode, compareRows, type UnorderedRow } from "../../features/order.ts";
import type { Activity } from "../../features/population.ts";

/** The sources of blocks, and the store that keeps them. */
export interface BlockDeps {
  sql: Sql;
  store: ArtefactStore;
}

/** Whom rows are made for, and how far their outcomes reach. */
interface Protocol {
  activeDays: number;
  activity: Activity;
  horizonDays: number;
  /** left out: those that every model has */
  featureSet?: FeatureSet;
}

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
  if (known && known.eventsSeen === eventsSeen && await isIntact(store, known.sha256)) return known;
  return await builds.run(
    store,
    `${key} ${cutoffMs} ${eventsSeen}`,
    () => sealFeatures({ sql, store }, protocol, { key, cutoffMs, eventsSeen }),
  );
}

async function sealFeatures(
  { sql, store }: BlockDeps,
  protocol: Protocol,
  { key, cutoffMs, eventsSeen }: { key: string; cutoffMs: number; eventsSeen: number },
): Promise<{ sha256: string; rows: number }> {
  const block = await buildFeatures(sql, protocol, cutoffMs);
  const hash = await store.put(encodeFeatures(block));
  const row = {
    key,
    cutoff: new Date(cutoffMs).toISOString(),
    eventsSeen,
    sha256: hash,
    rows: block.users.length,
  };
  await saveFeatureBlock(sql, row);
  return row;
}

/** Whether a block can be read as it was written; one that cannot is built again. */
async function isIntact(store: ArtefactStore, sha256: string): Promise<boolean> {
  try {
    await store.getRows(sha256);
    return true;
  } catch (error) {
    if (isLostArtefact(error)) return false;
    throw error;
  }
}

/**
 * The features of one cut-off's population, from events strictly before it. Rows are in an order that follows from what
 * shoppers did (docs/decisions/0033).
 */
export async function buildFeatures(sql: Sql, protocol: Protocol, cutoffMs: number): Promise<FeatureBlock> {
  const { activeDays, activity, horizonDays, featureSet = SHARED_FEATURES } = protocol;
  const { names, hash: featureHash, events } = featureSet;
  const population = { activeDays, activity };
  const rows: UnorderedRow[] = [];
  for await (const { userKey, days } of readUserDays(sql, { asOfMs: cutoffMs, population, events })) {
    const features = featureSet.row(days, cutoffMs, { horizonDays });
    rows.push({ userKey, code: activityCode(days), features });
  }
  rows.sort(compareRows);
  const width = names.length;
  const packed = new Float32Array(rows.length * width);
  rows.forEach(({ features }, i) => packed.set(features, i * width));
  const users = rows.map(({ userKey }) => userKey);
  const own = width > FEATURES.length ? { own: names.slice(FEATURES.length) } : {};
  return { cutoffMs, featureHash, users, width, ...own, features: packed };
}

/** The outcomes of one cut-off for the shoppers of its feature block, sealed; rebuilt when late events arrived. */
export async function labelBlock(
  { sql, store }: BlockDeps,
  model: Pick<ModelDefinition, "name" | "label" | "classes" | "events">,
  protocol: Protocol,
  { cutoffMs, features }: { cutoffMs: number; features: string },
): Promise<string> {
  const read = model.events?.length ? { events: model.events } : {};
  const classes = model.classes ? { classes: model.classes } : {};
  const key = keyOf({
    model: model.name,
    label: String(model.label),
    ...classes,
    ...read,
    ...plain(protocol),
  });
  const toMs = cutoffMs + protocol.horizonDays * DAY_MS;
  const eventsSeen = await countEvents(sql, { beforeMs: toMs });
  const known = await findLabelBlock(sql, key, cutoffMs);
  const fresh = known && known.eventsSeen === eventsSeen && known.featureSha256 === features;
  if (fresh && await isIntact(store, known.sha256)) return known.sha256;
  const { users } = decodeFeatures(await store.getRows(features));
  const hash = await store.put(
    encodeLabels(await buildLabels(sql, model, { fromMs: cutoffMs, toMs, users })),
  );
  const cutoff = new Date(cutoffMs).toISOString();
  await saveLabelBlock(sql, { key, cutoff, eventsSeen, featureSha256: features, sha256: hash });
  return hash;
}

/** One outcome per shopper from events in `[fromMs, toMs)`; shoppers who stayed away have the label of no days. */
export async function buildLabels(
  sql: Sql,
  model: Pick<ModelDefinition, "label" | "classes" | "events">,
  { fromMs, toMs, users }: { fromMs: number; toMs: number; users: readonly string[] },
): Promise<Float64Array> {
  const label = outcomeOf(model);
  const { events } = model;
  const absent = label([]);
  const labels = new Map<string, number>();
  for await (const { userKey, days } of readLabelDays(sql, { fromMs, toMs, users, events })) {
    labels.set(userKey, label(days));
  }
  return Float64Array.from(users, (user) => labels.get(user) ?? absent);
}
