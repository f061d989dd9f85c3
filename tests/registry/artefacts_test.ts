import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  DamagedArtefactError,
  MissingArtefactError,
  UnreadableArtefactError,
} from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/hash.ts";
import { type ArtefactStore, fileArtefacts } from "../../src/registry/artefacts.ts";

const bytes = new TextEncoder().encode("weights of a model");
const hash = sha256(bytes);

async function inFolder(work: (store: ArtefactStore, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(fileArtefacts(folder), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const pathOf = (folder: string) => join(folder, hash.slice(0, 2), hash);
const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((
    e,
  ) => e.name);

Deno.test("put() again writes nothing, but says that the file is wanted again", () =>
  inFolder(async (store, folder) => {
    await store.put(bytes);
    const { ino } = await Deno.stat(pathOf(folder));
    await Deno.utime(pathOf(folder), 0, 0);
    assert.equal(await store.put(bytes), hash);
    const again = await Deno.stat(pathOf(folder));
    assert.deepEqual([again.ino, again.mtime!.getTime() > 0], [ino, true]);
  }));

for (
  const [name, harm] of [
    ["a folder", (path: string) => Deno.mkdir(join(path, "within"), { recursive: true })],
    ["a link to itself", (path: string) => Deno.symlink(path, path)],
    ["half of it", (path: string) => Deno.writeFile(path, bytes.slice(0, 5))],
  ] as const
) {
  Deno.test(`put() writes anew what cannot be read, where ${name} lies in its place`, () =>
    inFolder(async (store, folder) => {
      await store.put(bytes);
      await Deno.remove(pathOf(folder));
      await harm(pathOf(folder));
      assert.equal(await store.put(bytes), hash);
      assert.deepEqual(await store.get(hash), bytes);
    }));
}

Deno.test("list() passes over a file that lies where a folder of files would", () =>
  inFolder(async (_store, folder) => {
    const store = fileArtefacts(folder);
    await store.put(bytes);
    await Deno.writeTextFile(join(folder, "00"), "in the way");
    assert.deepEqual((await store.list()).map(({ name }) => name), [hash]);
  }));

Deno.test("put() of the same bytes at once leaves one whole file and no draft", () =>
  inFolder(async (store, folder) => {
    const big = new Uint8Array(300_000).map((_, i) => i % 251);
    const names = await Promise.all(Array.from({ length: 12 }, () => store.put(big)));
    assert.deepEqual(new Set(names), new Set([sha256(big)]));
    assert.deepEqual(await filesIn(folder), [sha256(big)]);
    assert.deepEqual(await store.get(sha256(big)), big);
  }));

Deno.test("put() keeps other users of the machine out", () =>
  inFolder(async (store, folder) => {
    await store.put(bytes);
    assert.equal((await Deno.stat(pathOf(folder))).mode! & 0o077, 0);
  }));

for (
  const [name, harm] of [
    ["a folder lies in its place", async (path: string) => {
      await Deno.remove(path);
      await Deno.mkdir(path);
    }],
    ["a device lies in its place that never ends", async (path: string) => {
      await Deno.remove(path);
      await Deno.symlink("/dev/zero", path);
    }],
  ] as const
) {
  Deno.test(`get() refuses a file, when ${name}`, () =>
    inFolder(async (store, folder) => {
      await store.put(bytes);
      await harm(pathOf(folder));
      await assert.rejects(store.get(hash), DamagedArtefactError);
    }));
}

for (
  const [name, harm] of [
    ["it is gone", (path: string) => Deno.remove(path)],
    [
      "the folder is not mounted yet",
      (_path: string, folder: string) => Deno.rename(folder, `${folder}.away`),
    ],
  ] as const
) {
  Deno.test(`get() says that a file is not there, which is no damage, when ${name}`, () =>
    inFolder(async (store, folder) => {
      await store.put(bytes);
      await harm(pathOf(folder), folder);
      await assert.rejects(store.get(hash), MissingArtefactError);
      await Deno.rename(`${folder}.away`, folder).catch(() => undefined);
    }));
}

Deno.test("get() says that a file cannot be read now, which is no damage, when the system refuses it", () =>
  inFolder(async (_store, folder) => {
    const inTheWay = join(folder, "store");
    await Deno.writeTextFile(inTheWay, "a file where the folder should be");
    await assert.rejects(fileArtefacts(inTheWay).get(hash), UnreadableArtefactError);
  }));

Deno.test("get() gives bytes of its own: changing them changes nothing stored", () =>
  inFolder(async (store) => {
    await store.put(bytes);
    (await store.get(hash)).fill(0);
    assert.deepEqual(await store.get(hash), bytes);
  }));

Deno.test("put() says why, when the folder cannot be written", () =>
  inFolder(async (_store, folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "in the way");
    await assert.rejects(fileArtefacts(join(file, "artefacts")).put(bytes), /ENOTDIR|EEXIST|Not a directory/);
  }));
