import assert from "node:assert/strict";
import { join } from "node:path";
import { createSweepActivities } from "../../activities/sweep.ts";
import { checkStore } from "../../src/app/installation_identity.ts";
import { DAY_MS } from "../../src/core/time.ts";
import type { Database } from "../../src/db/connect.ts";
import { addVersion } from "../../src/db/models/versions.ts";
import { type FileArtefacts, fileArtefacts } from "../../src/registry/artefacts.ts";
import { sealValue } from "../../src/registry/sealed.ts";
import { withDatabase } from "../db/database.ts";
import { aManifest } from "../db/models_support.ts";

interface Bench {
  sql: Database;
  store: FileArtefacts;
  folder: string;
  /** a sweep so many days from now */
  sweep(days: number): Promise<{ orphans: number; deleted: number }>;
}

function withStore(work: (bench: Bench) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    try {
      const { id } = await checkStore(sql, fileArtefacts(folder));
      const store = fileArtefacts(folder, { id });
      const sweep = (days: number) =>
        createSweepActivities({ sql, store, clock: () => Date.now() + days * DAY_MS, log: () => undefined })
          .sweepArtefacts();
      await work({ sql, store, folder, sweep });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const bytes = (value: number) => Uint8Array.of(value, value, value);
const names = async (store: FileArtefacts) => new Set((await store.list()).map(({ name }) => name));

Deno.test("sweepArtefacts() lists what nothing names at first, and deletes it a day later; what is named stays", () =>
  withStore(async ({ sql, store, folder, sweep }) => {
    const [named, tested, within, orphan] = await Promise.all([1, 2, 3, 4].map((n) => store.put(bytes(n))));
    const sealed = await sealValue(store, { rows: within });
    await addVersion(sql, {
      manifest: aManifest({ tested: { ...aManifest().tested, sha256: tested }, snapshotHash: sealed }),
      artefactSha256: named,
    });
    const draft = `${orphan}.${crypto.randomUUID()}`;
    await Deno.writeFile(join(folder, orphan.slice(0, 2), draft), bytes(5));
    assert.deepEqual(
      await sweep(0).then(({ orphans, deleted }) => [orphans, deleted]),
      [0, 0],
      "all are young",
    );
    assert.deepEqual(await sweep(2).then(({ orphans, deleted }) => [orphans, deleted]), [2, 0], "listed");
    assert.deepEqual(await sweep(4).then(({ orphans, deleted }) => [orphans, deleted]), [2, 2]);
    assert.deepEqual(await names(store), new Set([named, tested, within, sealed]));
  }));

Deno.test("sweepArtefacts() leaves a file that was stored again since it was listed", () =>
  withStore(async ({ store, sweep }) => {
    const hash = await store.put(bytes(1));
    await sweep(2);
    const later = (Date.now() + 4 * DAY_MS - 1000) / 1000;
    await Deno.utime(join(store.folder!, hash.slice(0, 2), hash), later, later); // as put() does then
    assert.equal((await sweep(4)).deleted, 0);
    assert.deepEqual(await store.get(hash), bytes(1));
  }));

Deno.test("put() of bytes that are being swept keeps them, whoever is first", () =>
  withStore(async ({ store }) => {
    for (let round = 0; round < 40; round++) {
      const hash = await store.put(bytes(round));
      const path = join(store.folder!, hash.slice(0, 2), hash);
      await Deno.utime(path, 0, 0);
      await Promise.all([store.removeIfOld(hash, Date.now() - DAY_MS), store.put(bytes(round))]);
      assert.deepEqual(await store.get(hash), bytes(round), `round ${round}`);
    }
  }));

Deno.test("sweepArtefacts() deletes nothing from a folder that another database has used", () =>
  withStore(async ({ store, folder, sweep }) => {
    await store.put(bytes(1));
    const mark = join(folder, ".perennial-store");
    await Deno.writeTextFile(mark, `${await Deno.readTextFile(mark)}another-database\n`);
    await sweep(2);
    const { orphans, deleted } = await sweep(4);
    assert.deepEqual([orphans, deleted], [1, 0]);
  }));
