/** What every artefact store promises, seen on a folder and on a real S3 server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  DamagedArtefactError,
  MissingArtefactError,
  UnreadableArtefactError,
} from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/hash.ts";
import { type FileArtefacts, fileArtefacts, STORE_MARK } from "../../src/registry/artefacts.ts";
import { s3Artefacts } from "../../src/registry/s3_artefacts.ts";
import { freshName } from "../support/installation.ts";
import { type S3Server, startS3Server } from "../support/s3_server.ts";

const bytes = new TextEncoder().encode("weights of a model");
const hash = sha256(bytes);
const DAY_MS = 86_400_000;

/** A new store, and the folder in which its files lie, whatever serves them. */
interface Bench {
  store: FileArtefacts;
  folder: string;
  /** the same store as another process opens it */
  again(id?: string): FileArtefacts;
}

let server: S3Server;
Deno.test.beforeAll(async () => {
  server = await startS3Server();
});
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const STORES: Record<string, (work: (bench: Bench) => Promise<void>) => Promise<void>> = {
  async folder(work) {
    const folder = await Deno.makeTempDir();
    try {
      const again = (id?: string) => fileArtefacts(folder, { id });
      await work({ store: again(), folder, again });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  async s3(work) {
    const name = freshName("shop");
    const again = (id?: string) => s3Artefacts({ ...server.access, prefix: `${name}/` }, { id, page: 3 });
    await work({ store: again(), folder: join(server.folder, name), again });
  },
};

const pathIn = (folder: string, name = hash) => join(folder, name.slice(0, 2), name);
const namesIn = async (store: FileArtefacts) => (await store.list()).map(({ name }) => name).sort();

for (const [kind, inStore] of Object.entries(STORES)) {
  const test = (name: string, work: (bench: Bench) => Promise<void>) =>
    Deno.test(`${kind}: ${name}`, () => inStore(work));

  test("put() names bytes by their sha256, get() gives them back, stat() tells their size", async ({ store }) => {
    const before = Date.now() - 60_000;
    assert.equal(await store.put(bytes), hash);
    assert.deepEqual(await store.get(hash), bytes);
    const found = await store.stat(hash);
    assert.equal(found?.bytes, bytes.length);
    assert.ok(found.changedMs > before && found.changedMs < Date.now() + 60_000);
    assert.equal(await store.stat(sha256(Uint8Array.of(1))), null);
  });

  test("put() again changes nothing, and neither does put() by many at once", async ({ store, again }) => {
    const big = new Uint8Array(300_000).map((_, i) => i % 251);
    const names = await Promise.all(Array.from({ length: 12 }, () => again().put(big)));
    assert.deepEqual(new Set(names), new Set([sha256(big)]));
    assert.deepEqual(await namesIn(store), [sha256(big)]);
    assert.deepEqual(await store.get(sha256(big)), big);
  });

  test("put() of nothing is kept too", async ({ store }) => {
    assert.deepEqual(await store.get(await store.put(new Uint8Array())), new Uint8Array());
  });

  for (
    const [what, harm] of [
      ["one bit changed", async (path: string) => {
        const found = await Deno.readFile(path);
        found[3] ^= 1;
        await Deno.writeFile(path, found);
      }],
      ["it was cut short", (path: string) => Deno.truncate(path, 5)],
      ["bytes were added", (path: string) => Deno.writeFile(path, bytes, { append: true })],
    ] as const
  ) {
    test(`get() calls a file damaged and put() mends it, when ${what}`, async ({ store, folder }) => {
      await store.put(bytes);
      await harm(pathIn(folder));
      await assert.rejects(store.get(hash), DamagedArtefactError);
      await store.put(bytes);
      assert.deepEqual(await store.get(hash), bytes);
    });
  }

  test("get() calls a file missing that was removed; remove() is content where there is none", async ({ store }) => {
    await store.put(bytes);
    await store.remove(hash);
    await store.remove(hash);
    await assert.rejects(store.get(hash), MissingArtefactError);
    await store.put(bytes);
    assert.deepEqual(await store.get(hash), bytes);
  });

  test("nothing is written, and nothing is missing, where the mark is not this store's", async ({ store, again }) => {
    const [mine, other] = ["the id of the store", "another id"];
    await assert.rejects(again(mine).put(bytes), UnreadableArtefactError);
    await store.writeMark(`${mine}\n`, { onlyNew: true });
    await store.writeMark(`${other}\n`, { onlyNew: true });
    assert.equal(await store.readMark(), `${mine}\n`);
    await assert.rejects(again(other).put(bytes), UnreadableArtefactError);
    await assert.rejects(again(other).get(hash), UnreadableArtefactError);
    await assert.rejects(again(mine).get(hash), MissingArtefactError);
    await again(mine).put(bytes);
    assert.deepEqual(await again(mine).get(hash), bytes);
  });

  test("list() lists every file, over several pages, and nothing else", async ({ store, folder }) => {
    const names: string[] = [];
    for (let i = 0; i < 8; i++) names.push(await store.put(Uint8Array.of(i, i)));
    await store.writeMark("a mark", { onlyNew: true });
    await Deno.writeTextFile(join(folder, "note.txt"), "somebody's");
    const files = await store.list();
    assert.deepEqual(files.map(({ name }) => name).sort(), names.sort());
    assert.ok(files.every(({ bytes, changedMs }) => bytes === 2 && Date.now() - changedMs < 60_000));
    assert.notEqual(STORE_MARK, "note.txt");
  });

  test("redact() leads from the old name to the new rows, and leaves nothing of the old", async ({ store, folder }) => {
    const first = await store.put(bytes);
    const second = await store.redact(first, Uint8Array.of(2));
    const third = await store.redact(second, Uint8Array.of(3));
    assert.deepEqual(await store.getRows(first), Uint8Array.of(3));
    await assert.rejects(store.get(first), MissingArtefactError);
    await assert.rejects(Deno.stat(pathIn(folder, first)), Deno.errors.NotFound);
    assert.deepEqual(await namesIn(store), [third]);
  });

  test("isGzip() tells packed files by their first bytes", async ({ store }) => {
    const [packed, plain, empty] = [Uint8Array.of(0x1f, 0x8b, 8), Uint8Array.of(1), new Uint8Array()];
    const answers = [];
    for (const one of [packed, plain, empty]) answers.push(await store.isGzip(await store.put(one)));
    assert.deepEqual([...answers, await store.isGzip(hash)], [true, false, false, false]);
  });

  test("removeIfOld() deletes an old file, and no young one", async ({ store }) => {
    await store.put(bytes);
    assert.equal(await store.removeIfOld(hash, Date.now() - DAY_MS), false);
    assert.deepEqual(await store.get(hash), bytes);
    assert.equal(await store.removeIfOld(hash, Date.now() + DAY_MS), true);
    assert.equal(await store.removeIfOld(hash, Date.now() + DAY_MS), false);
    await assert.rejects(store.get(hash), MissingArtefactError);
    assert.deepEqual(await namesIn(store), []);
  });

  test("put() of an old file makes it young, so that a sweep leaves it", async ({ store, folder }) => {
    await store.put(bytes);
    await Deno.utime(pathIn(folder), 1, 1);
    await store.put(bytes);
    assert.equal(await store.removeIfOld(hash, Date.now() - 60_000), false);
    assert.deepEqual(await store.get(hash), bytes);
  });

  test("what writers store while sweeps delete is there when they are told so", async ({ store, folder, again }) => {
    for (let round = 0; round < 5; round++) {
      await store.put(bytes);
      await Deno.utime(pathIn(folder), 1, 1);
      const sweeps = [1, 2].map(() => again().removeIfOld(hash, Date.now() - 60_000));
      const writers = [1, 2].map(() => again().put(bytes));
      await Promise.all([...sweeps, ...writers]);
      assert.deepEqual(await store.get(hash), bytes);
    }
  });
}
