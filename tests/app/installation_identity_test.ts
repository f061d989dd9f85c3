import assert from "node:assert/strict";
import { join } from "node:path";
import { checkStore, checkTemporal, isOnlyUser } from "../../src/app/installation_identity.ts";
import { openPseudonyms } from "../../src/app/security/pseudonym_secret.ts";
import { InvalidInputError, UnreadableArtefactError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/hash.ts";
import type { Database } from "../../src/db/connect.ts";
import { fileArtefacts, STORE_MARK } from "../../src/registry/artefacts.ts";
import { s3Artefacts } from "../../src/registry/s3_artefacts.ts";
import { startS3Server } from "../support/s3_server.ts";
import { withDatabase } from "../db/database.ts";

const here = { id: "n1", place: "the embedded server of a home" };

Deno.test("checkTemporal() refuses another Temporal with both names, until it is adopted", () =>
  withDatabase(async (sql) => {
    assert.deepEqual(await checkTemporal(sql, here), { lost: false });
    assert.deepEqual(
      await checkTemporal(sql, { id: "n1", place: "127.0.0.1:7140" }),
      { lost: false },
      "by address",
    );
    const other = { id: "n2", place: "127.0.0.1:7149" };
    await assert.rejects(checkTemporal(sql, other), ({ message }) => {
      const named = ["127.0.0.1:7149", "the embedded server of a home", "127.0.0.1:7140", "--adopt"];
      return named.every((name) => message.includes(name));
    });
    assert.deepEqual(await checkTemporal(sql, here), { lost: false }, "nothing was changed");
    assert.deepEqual(await checkTemporal(sql, other, { adopt: true }), { lost: true });
    await assert.rejects(checkTemporal(sql, here), /127\.0\.0\.1:7149/);
  }));

Deno.test("checkTemporal() tells a store that was lost from another Temporal: it is in the same place", () =>
  withDatabase(async (sql) => {
    await checkTemporal(sql, here);
    assert.deepEqual(await checkTemporal(sql, { ...here, id: "n2" }), { lost: true });
    assert.deepEqual(await checkTemporal(sql, { ...here, id: "n2" }), { lost: false });
  }));

async function withFolders(work: (sql: Database, folders: { ours: string; other: string }) => Promise<void>) {
  const home = await Deno.makeTempDir();
  try {
    await withDatabase((sql) => work(sql, { ours: join(home, "ours"), other: join(home, "other") }));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("checkStore() refuses another artefact folder with both names, until it is adopted", () =>
  withFolders(async (sql, { ours, other }) => {
    const { id } = await checkStore(sql, fileArtefacts(ours));
    assert.deepEqual(await checkStore(sql, fileArtefacts(ours)), { id, isThere: true });
    await Deno.mkdir(other);
    await Deno.writeTextFile(join(other, STORE_MARK), "the id of another store");
    for (const folder of [other, join(ours, "empty")]) {
      await assert.rejects(checkStore(sql, fileArtefacts(folder)), ({ message }) => {
        return [folder, ours, "--adopt"].every((name) => message.includes(name));
      });
    }
    const moved = await checkStore(sql, fileArtefacts(other), { adopt: true });
    assert.equal(moved.isThere, true);
    await assert.rejects(checkStore(sql, fileArtefacts(ours)), /--adopt/);
  }));

Deno.test("checkStore() follows a folder that was moved with its mark", () =>
  withFolders(async (sql, { ours, other }) => {
    const { id } = await checkStore(sql, fileArtefacts(ours));
    await Deno.rename(ours, other);
    assert.deepEqual(await checkStore(sql, fileArtefacts(other)), { id, isThere: true });
  }));

Deno.test("an artefact folder that is not mounted at the start is used once it is, and nothing is written before", () =>
  withFolders(async (sql, { ours, other }) => {
    const { id } = await checkStore(sql, fileArtefacts(ours));
    const hash = await fileArtefacts(ours, { id }).put(Uint8Array.of(1));
    await Deno.rename(ours, other);
    assert.deepEqual(await checkStore(sql, fileArtefacts(ours)), { id, isThere: false });
    const store = fileArtefacts(ours, { id });
    await assert.rejects(store.get(hash), UnreadableArtefactError);
    await assert.rejects(store.put(Uint8Array.of(2)), UnreadableArtefactError);
    await Deno.rename(other, ours);
    assert.deepEqual(await store.get(hash), Uint8Array.of(1));
    await store.put(Uint8Array.of(2));
  }));

Deno.test("checkStore() refuses another bucket with both names, and starts while the known one does not answer", () =>
  withDatabase(async (sql) => {
    await using server = await startS3Server();
    const store = s3Artefacts(server.access);
    const started = await Promise.all(Array.from({ length: 4 }, () => checkStore(sql, store)));
    const { id } = started[0];
    assert.deepEqual(
      new Set(started.map((one) => one.id)),
      new Set([id]),
      "processes that start at once agree",
    );
    assert.equal(await isOnlyUser(sql, store), true);
    const other = s3Artefacts({ ...server.access, prefix: "other/" });
    await assert.rejects(checkStore(sql, other), ({ message }) => {
      return [store.place, other.place, "--adopt"].every((name) => message.includes(name));
    });
    const wrongKey = s3Artefacts({ ...server.access, secretAccessKey: "a wrong one" });
    await assert.rejects(checkStore(sql, wrongKey), InvalidInputError);
    await server.kill();
    assert.deepEqual(await checkStore(sql, store), { id, isThere: false });
    const late = s3Artefacts(server.access, { id });
    await server.start();
    assert.equal(await late.put(Uint8Array.of(1)), sha256(Uint8Array.of(1)));
  }));

Deno.test("openPseudonyms() refuses another secret with both fingerprints", () =>
  withFolders(async (sql, { ours: home }) => {
    await openPseudonyms(sql, { home, given: "the first secret of all" });
    const another = openPseudonyms(sql, { home, given: "another secret, long enough" });
    await assert.rejects(another, /fingerprint [0-9a-f]{12}, this one's is [0-9a-f]{12}/);
  }));
