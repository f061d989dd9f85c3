import assert from "node:assert/strict";
import { join } from "node:path";
import { DAY_MS } from "../../src/core/time.ts";
import { ConflictError, NotFoundError } from "../../src/core/errors.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import type { Database } from "../../src/db/connect.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { addVersion, getVersion, listVersions } from "../../src/db/models/versions.ts";
import { FEATURE_HASH } from "../../src/features/definition.ts";
import churn from "../../src/models/churn.ts";
import { type ArtefactStore, fileArtefacts } from "../../src/registry/artefacts.ts";
import { knownGood, rollBack } from "../../src/app/registry/moves.ts";
import { createVersionFiles, type VersionFiles } from "../../src/app/registry/version_files.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import type { Predictor } from "../../src/serving/prediction.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { withDatabase } from "../db/database.ts";
import { aManifest, AS_OF, deployment } from "../db/models_support.ts";
import { tinyArtefact as artefact } from "./artefact.ts";

const NOW_MS = Date.UTC(2024, 4, 10);
const ann = pseudonym("ann");
const bob = pseudonym("bob");
const nobody = pseudonym("nobody");

interface Shop {
  sql: Database;
  store: ArtefactStore;
  predictor: Predictor;
  /** registers these bytes as the next version and lets it serve */
  deploy(bytes: Uint8Array): Promise<string>;
  /** the file of a version, by its hash */
  path(sha256: string): string;
  folder: string;
  files: VersionFiles;
  /** what one user is told, and by whom */
  ask(user?: string): Promise<[number | null, boolean, number | null]>;
}

/** A shop with two shoppers and a predictor over a database and a folder of its own. */
function inShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    const predictor = createPredictor({
      sql,
      store,
      models: new Map([["churn", churn]]),
      clock: () => NOW_MS,
    });
    await insertEvents(sql, [
      event({ userKey: ann, atMs: NOW_MS - 3 * DAY_MS }),
      event({ userKey: bob, atMs: NOW_MS - 10 * DAY_MS }),
    ]);
    let serving: number | null = null;
    const deploy = async (bytes: Uint8Array) => {
      const artefactSha256 = await store.put(bytes);
      const cycleId = `cycle ${(serving ?? 0) + 1}`;
      const version = await addVersion(sql, { manifest: aManifest({ cycleId }), artefactSha256 });
      await moveServing(sql, deployment(version, serving));
      serving = version;
      return artefactSha256;
    };
    const path = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
    const ask = async (user = ann): Promise<[number | null, boolean, number | null]> => {
      const { version, fallback, predictions } = await predictor.predict({ model: "churn", users: [user] });
      const { prediction } = predictions[0];
      return [version, fallback, prediction === null ? null : Math.round(prediction * 1e4) / 1e4];
    };
    const files = createVersionFiles({ sql, store, clock: () => NOW_MS });
    await work({ sql, store, predictor, deploy, path, folder, files, ask }).finally(() =>
      Deno.remove(folder, { recursive: true })
    );
  });
}

async function flipByte(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[bytes.length - 1] ^= 1;
  await Deno.writeFile(path, bytes);
}

Deno.test("predict() answers each user in the order asked, by features as of now, and names the version", () =>
  inShop(async ({ predictor, deploy }) => {
    await deploy(artefact(1, { slope: 0.01 }));
    const found = await predictor.predict({ model: "churn", users: [bob, nobody, ann, bob] });
    assert.deepEqual([found.version, found.fallback, found.asOf], [1, false, new Date(NOW_MS).toISOString()]);
    const [first, unknown, third, again] = found.predictions;
    assert.ok(Math.abs(first.prediction! - 0.2) < 1e-6 && Math.abs(third.prediction! - 0.13) < 1e-6);
    assert.deepEqual(unknown, { user: nobody, prediction: null, reason: "no events of this user are known" });
    assert.deepEqual(again, first);
  }));

Deno.test("predict() sees an event as soon as it is in, and none after the moment asked for", () =>
  inShop(async ({ sql, predictor, deploy, ask }) => {
    await deploy(artefact(0, { slope: 0.01 }));
    assert.deepEqual(await ask(), [1, false, 0.03]);
    await insertEvents(sql, [event({ userKey: ann, atMs: NOW_MS - DAY_MS })]);
    assert.deepEqual(await ask(), [1, false, 0.01]);
    const before = await predictor.predict({ model: "churn", users: [ann], asOfMs: NOW_MS - 2 * DAY_MS });
    assert.ok(Math.abs(before.predictions[0].prediction! - 0.01) < 1e-6);
  }));

Deno.test("predict() measures features in the horizon that the version was trained for", () =>
  inShop(async ({ deploy, ask }) => {
    await deploy(artefact(0, { slope: 0.1, feature: "baskets_horizon", horizonDays: 28 }));
    assert.deepEqual(await ask(bob), [1, false, 0.1]);
    await deploy(artefact(0, { slope: 0.1, feature: "baskets_horizon", horizonDays: 7 }));
    assert.deepEqual(await ask(bob), [2, false, 0]);
  }));

Deno.test("predict() follows a deployment and a roll-back at once", () =>
  inShop(async ({ sql, files, deploy, ask }) => {
    await deploy(artefact(1));
    assert.deepEqual(await ask(), [1, false, 0.1]);
    await deploy(artefact(2));
    assert.deepEqual(await ask(), [2, false, 0.2]);
    await rollBack({ sql, files }, {
      model: "churn",
      requestId: "r",
      by: "ann",
      why: "complaints",
      asOf: AS_OF,
    });
    assert.deepEqual(await ask(), [1, false, 0.1]);
  }));

for (
  const [name, harm] of [
    ["a byte changed", flipByte],
    ["it was cut short", (path: string) => Deno.truncate(path, 20)],
  ] as const
) {
  Deno.test(`predict() lets the last known good version speak and opens an alert, when a file is damaged: ${name}`, () =>
    inShop(async ({ sql, deploy, ask, path }) => {
      await deploy(artefact(1));
      await deploy(artefact(2));
      await harm(path(await deploy(artefact(3))));
      assert.deepEqual(await ask(), [2, true, 0.2]);
      assert.deepEqual(await ask(), [2, true, 0.2]);
      const alerts = await listAlerts(sql);
      assert.deepEqual(alerts.map((a) => a.key), ["damaged/churn/3"]);
      assert.ok((await getVersion(sql, "churn", 3)).damagedAt !== null);
    }));
}

for (
  const [name, leave, comeBack] of [
    ["the folder was not mounted", (_path: string, folder: string) => Deno.rename(folder, `${folder}.away`), (
      _path: string,
      folder: string,
    ) => Deno.rename(`${folder}.away`, folder)],
    [
      "the file was away",
      (path: string) => Deno.rename(path, `${path}.away`),
      (path: string) => Deno.rename(`${path}.away`, path),
    ],
    ["the file was cut short", async (path: string) => {
      await Deno.copyFile(path, `${path}.whole`);
      await Deno.truncate(path, 20);
    }, (path: string) => Deno.rename(`${path}.whole`, path)],
    ["a byte had changed", flipByte, flipByte],
  ] as const
) {
  Deno.test(`predict() heals mark and alert at the next good read, when ${name}`, () =>
    inShop(async ({ sql, deploy, ask, path, folder }) => {
      for (const tenths of [1, 2]) await deploy(artefact(tenths));
      const file = path(await deploy(artefact(3)));
      await leave(file, folder);
      assert.equal((await ask())[1], true, "another one answers");
      assert.equal((await listAlerts(sql)).length, 1);
      await comeBack(file, folder);
      assert.deepEqual(await ask(), [3, false, 0.3]);
      assert.deepEqual(await listAlerts(sql), []);
      const versions = await listVersions(sql, "churn");
      assert.deepEqual(versions.map(({ damagedAt }) => damagedAt), [null, null, null]);
    }));
}

Deno.test("predict() marks nothing as damaged, when files are not there", () =>
  inShop(async ({ sql, deploy, ask, folder }) => {
    for (const tenths of [1, 2, 3]) await deploy(artefact(tenths));
    await Deno.rename(folder, `${folder}.away`);
    assert.deepEqual(await ask(), [null, true, 0.68]);
    await Deno.rename(`${folder}.away`, folder);
    assert.equal(await knownGood(sql, "churn"), 2);
    assert.deepEqual((await listAlerts(sql)).map((a) => [a.key, a.title.includes("cannot be read now")]), [
      ["damaged/churn/3", true],
    ]);
  }));

for (
  const [name, bytes] of [
    ["what was stored is no artefact", new TextEncoder().encode("not an artefact")],
    ["it was trained on other features", artefact(9, { featureHash: "another" })],
  ] as const
) {
  Deno.test(`predict() passes over a version, when ${name}`, () =>
    inShop(async ({ deploy, ask }) => {
      await deploy(artefact(1));
      await deploy(bytes);
      assert.deepEqual(await ask(), [1, true, 0.1]);
    }));
}

Deno.test("predict() gives the naive baseline at last, when no file is good", () =>
  inShop(async ({ sql, deploy, ask, path }) => {
    for (const tenths of [1, 2, 3]) await flipByte(path(await deploy(artefact(tenths))));
    assert.deepEqual(await ask(), [null, true, 0.68]);
    assert.equal((await listAlerts(sql)).length, 3);
    assert.deepEqual(await ask(nobody), [null, true, null]);
  }));

Deno.test("predict() goes on from memory, when a file is lost while it serves", () =>
  inShop(async ({ sql, deploy, ask, path }) => {
    const file = path(await deploy(artefact(1)));
    assert.deepEqual(await ask(), [1, false, 0.1]);
    await Deno.remove(file);
    assert.deepEqual(await ask(), [1, false, 0.1]);
    assert.deepEqual(await listAlerts(sql), []);
  }));

Deno.test("predict() takes a file again that was put back", () =>
  inShop(async ({ deploy, ask, path }) => {
    await deploy(artefact(1));
    const file = path(await deploy(artefact(2)));
    const whole = await Deno.readFile(file);
    await flipByte(file);
    assert.deepEqual(await ask(), [1, true, 0.1]);
    await Deno.writeFile(file, whole);
    assert.deepEqual(await ask(), [2, false, 0.2]);
  }));

Deno.test("predict() keeps what it said, to meet its outcome later", () =>
  inShop(async ({ sql, predictor, deploy }) => {
    await deploy(artefact(1));
    await predictor.predict({ model: "churn", users: [ann, nobody] });
    const rows =
      await sql`select model, version, user_key, prediction, fallback, feature_hash from predictions`;
    const { prediction, ...said } = rows[0];
    assert.deepEqual(said, {
      model: "churn",
      version: 1,
      userKey: ann,
      fallback: false,
      featureHash: FEATURE_HASH,
    });
    assert.deepEqual([rows.length, Math.round(prediction * 1e6)], [1, 100_000]);
  }));

Deno.test("predict() speaks as of the moment at which a demo stands still, or just after a newer event", () =>
  inShop(async ({ sql, predictor, deploy }) => {
    await deploy(artefact(1));
    const asOf = async () => (await predictor.predict({ model: "churn", users: [ann] })).asOf;
    await pinMoment(sql, NOW_MS - DAY_MS);
    assert.equal(await asOf(), new Date(NOW_MS - DAY_MS).toISOString());
    await insertEvents(sql, [event({ userKey: ann, atMs: NOW_MS + 5 })]);
    assert.equal(await asOf(), new Date(NOW_MS + 6).toISOString());
  }));

Deno.test("predict() refuses an unknown model, and one that nothing serves yet", () =>
  inShop(async ({ predictor }) => {
    await assert.rejects(predictor.predict({ model: "luck", users: [ann] }), NotFoundError);
    await assert.rejects(predictor.predict({ model: "churn", users: [ann] }), ConflictError);
  }));
