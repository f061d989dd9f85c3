import assert from "node:assert/strict";
import { featureBlock, labelBlock } from "../../../src/app/features/blocks.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { DAY_MS } from "../../../src/core/time.ts";
import type { Database } from "../../../src/db/connect.ts";
import { insertEvents } from "../../../src/db/events/events.ts";
import {
  decodeShards,
  readColumns,
  readFeatures,
  readUsers,
  takePlaces,
} from "../../../src/features/shards.ts";
import churn from "../../../src/models/churn.ts";
import { createPseudonymizer } from "../../../src/privacy/pseudonym.ts";
import { type ArtefactStore, fileArtefacts } from "../../../src/registry/artefacts.ts";
import { loadRows, loadShoppers, loadTrainingSet } from "../../../src/training/dataset.ts";
import type { SnapshotBlock } from "../../../src/training/snapshot.ts";
import { withDatabase } from "../../db/database.ts";
import { event } from "../../db/events_support.ts";

const START_MS = Date.UTC(2024, 0, 1);
const CUTOFF_MS = START_MS + 60 * DAY_MS;
const PROTOCOL = { activeDays: 90, activity: "purchase", horizonDays: 28 } as const;
const SHOPPERS = 60;

/** A shop of some shoppers who bought, and stores that each begin empty. */
async function withShop(
  work: (sql: Database, newStore: () => Promise<ArtefactStore>) => Promise<void>,
  secret = "a secret of this test",
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const pseudonym = createPseudonymizer(secret);
  const random = seededRandom(4);
  const events = Array.from({ length: 600 }, (_, i) =>
    event({
      id: `e${i}`,
      userKey: pseudonym(`shopper ${i < SHOPPERS ? i : Math.floor(random() * SHOPPERS)}`),
      atMs: START_MS + Math.floor(random() * (i < SHOPPERS ? 60 : 88) * DAY_MS),
      amount: Math.round(random() * 10_000) / 100,
    }));
  try {
    await withDatabase(async (sql) => {
      await insertEvents(sql, events);
      await work(sql, async () => fileArtefacts(await Deno.makeTempDir({ dir: folder })));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Builds the labelled cut-off anew. */
async function built(sql: Database, store: ArtefactStore, shardShoppers: number): Promise<SnapshotBlock> {
  await sql`truncate feature_blocks, label_blocks, feature_shards`;
  const protocol = { ...PROTOCOL, shardShoppers };
  const { sha256: features, rows } = await featureBlock({ sql, store }, protocol, CUTOFF_MS);
  const labels = await labelBlock({ sql, store }, churn, protocol, { cutoffMs: CUTOFF_MS, features });
  return { cutoff: new Date(CUTOFF_MS).toISOString(), rows, features, labels };
}

const shardsOf = async (store: ArtefactStore, { features }: SnapshotBlock) =>
  decodeShards(await store.getRows(features))?.shards ?? [];

Deno.test("a cut-off in shards of any size has the rows and outcomes of one block, in its order", () =>
  withShop(async (sql, newStore) => {
    const store = await newStore();
    const whole = await built(sql, store, 1_000);
    assert.deepEqual([whole.rows, await shardsOf(store, whole)], [SHOPPERS, []]);
    for (const size of [59, 25, 7, 1]) {
      const parts = await built(sql, store, size);
      assert.equal((await shardsOf(store, parts)).length, Math.ceil(SHOPPERS / size));
      assert.equal(parts.labels, whole.labels, "outcomes are the same bytes");
      assert.deepEqual(await readUsers(store, parts.features), await readUsers(store, whole.features));
      assert.deepEqual(await readFeatures(store, parts.features), await readFeatures(store, whole.features));
      assert.deepEqual(await loadRows(store, [parts, whole]), await loadRows(store, [whole, parts]));
      assert.deepEqual(await loadShoppers(store, [parts]), await loadShoppers(store, [whole]));
      for (const max of [30, 1_000]) {
        const keep = (shopper: number) => shopper % 3 !== 0;
        const load = (block: SnapshotBlock) => loadTrainingSet(store, [block, block], { keep, max });
        assert.deepEqual(await load(parts), await load(whole));
      }
    }
    assert.equal(
      (await sql`select from feature_shards`).length,
      0,
      "a finished build leaves no shards behind",
    );
  }));

Deno.test("a cut-off in shards is ordered alike under another secret", async () => {
  const rowsUnder = async (secret: string) => {
    let rows: number[] = [];
    await withShop(async (sql, newStore) => {
      const store = await newStore();
      rows = [...(await readFeatures(store, (await built(sql, store, 9)).features)).features];
    }, secret);
    return rows;
  };
  assert.deepEqual(await rowsUnder("a first secret of this"), await rowsUnder("a second secret of this"));
});

Deno.test("an interrupted build goes on behind the shards that it sealed, and ends with the same bytes", () =>
  withShop(async (sql, newStore) => {
    const undisturbed = await built(sql, await newStore(), 10);
    await sql`truncate feature_blocks, label_blocks`;
    const store = await newStore();
    const writes = { left: 4, done: 0 };
    const dying: ArtefactStore = {
      ...store,
      put: (bytes) => writes.left-- > 0 ? store.put(bytes) : Promise.reject(new Error("killed")),
    };
    const protocol = { ...PROTOCOL, shardShoppers: 10 };
    await assert.rejects(featureBlock({ sql, store: dying }, protocol, CUTOFF_MS), /killed/);
    assert.equal((await sql`select from feature_shards`).length, 4);
    const counting: ArtefactStore = {
      ...store,
      put: (bytes) => store.put(bytes).finally(() => writes.done++),
    };
    const { sha256, rows } = await featureBlock({ sql, store: counting }, protocol, CUTOFF_MS);
    assert.deepEqual([sha256, rows], [undisturbed.features, SHOPPERS]);
    assert.equal(writes.done, 2 + 2, "two shards, the order of the rows, the list");
  }));

Deno.test("shards of other events are not taken over, and a lost shard is built again", () =>
  withShop(async (sql, newStore) => {
    const store = await newStore();
    const before = await built(sql, store, 10);
    await sql`insert into feature_shards (key, cutoff, events_seen, number, sha256, rows)
      select key, cutoff, 1, 0, 'gone', 10 from feature_blocks`;
    await store.remove((await shardsOf(store, before))[3].sha256);
    const protocol = { ...PROTOCOL, shardShoppers: 10 };
    assert.equal((await featureBlock({ sql, store }, protocol, CUTOFF_MS)).sha256, before.features);
    assert.equal((await readUsers(store, before.features)).length, SHOPPERS);
    await insertEvents(sql, [event({ id: "late", atMs: CUTOFF_MS - DAY_MS })]);
    const after = await featureBlock({ sql, store }, protocol, CUTOFF_MS);
    assert.notEqual(after.sha256, before.features);
    assert.equal((await sql`select from feature_shards`).length, 0);
  }));

Deno.test("readColumns() of shards takes evenly spread rows, takePlaces() those asked for", () =>
  withShop(async (sql, newStore) => {
    const store = await newStore();
    const { features: sha256 } = await built(sql, store, 7);
    const { users, features, width } = await readFeatures(store, sha256);
    const columns = () => [4, 0];
    const all = await readColumns(store, sha256, { columns });
    assert.deepEqual([all.users, all.width], [users, 2]);
    const some = await readColumns(store, sha256, { columns, rowsMax: 25 });
    const places = Array.from({ length: 25 }, (_, row) => Math.floor(row * SHOPPERS / 25));
    assert.deepEqual(some.users, places.map((place) => users[place]));
    assert.deepEqual(
      [...some.values],
      places.flatMap((place) => [features[place * width + 4], features[place * width]]),
    );
    const taken = await takePlaces(store, sha256, (place) => place % 9 === 2);
    assert.deepEqual(taken.users, users.filter((_, place) => place % 9 === 2));
    assert.deepEqual(taken.features.slice(0, width), features.slice(2 * width, 3 * width));
  }));
