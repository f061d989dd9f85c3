import assert from "node:assert/strict";
import { NotFoundError } from "../../src/core/errors.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import {
  addVersion,
  getVersion,
  listVersions,
  markDamaged,
  markRemoved,
  setVersionState,
  updateCandidate,
  versionOfCycle,
} from "../../src/db/models/versions.ts";
import { withDatabase } from "./database.ts";
import { addVersions, aManifest, deployment } from "./models_support.ts";

const artefactSha256 = "b".repeat(64);

Deno.test("addVersion() numbers each model's versions from 1, without a gap, also at once", () =>
  withDatabase(async (sql) => {
    const add = (model: string, i: number) =>
      addVersion(sql, { manifest: aManifest({ model, cycleId: `${model}/${i}` }), artefactSha256 });
    const churn = await Promise.all([1, 2, 3, 4, 5, 6].map((i) => add("churn", i)));
    assert.deepEqual(churn.toSorted(), [1, 2, 3, 4, 5, 6]);
    assert.equal(await add("spending", 1), 1);
  }));

Deno.test("addVersion() of the same cycle gives the number given first, also at once", () =>
  withDatabase(async (sql) => {
    const add = () => addVersion(sql, { manifest: aManifest(), artefactSha256 });
    assert.deepEqual(await Promise.all([add(), add(), add(), add()]), [1, 1, 1, 1]);
    assert.equal((await listVersions(sql, "churn")).length, 1);
  }));

Deno.test("getVersion() gives back the manifest as it was stored", () =>
  withDatabase(async (sql) => {
    const manifest = aManifest({ targetCap: 1234.5, parent: null });
    await addVersion(sql, { manifest, artefactSha256 });
    const found = await getVersion(sql, "churn", 1);
    assert.deepEqual(found.manifest, manifest);
    assert.deepEqual(await versionOfCycle(sql, manifest.cycleId), found);
    assert.deepEqual([found.state, found.damagedAt, found.artefactRemovedAt], ["candidate", null, null]);
  }));

Deno.test("getVersion() says what is missing, and versionOfCycle() is null before there is one", () =>
  withDatabase(async (sql) => {
    await assert.rejects(getVersion(sql, "churn", 4), NotFoundError);
    assert.equal(await versionOfCycle(sql, "retrainer/churn/cycle/1"), null);
  }));

Deno.test("updateCandidate() changes what never served, and never what did", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 2);
    const refitted = { ...aManifest(), served: { ...aManifest().served, refitted: true } };
    const update = (version: number) =>
      updateCandidate(sql, { model: "churn", version, manifest: refitted, artefactSha256 });
    await setVersionState(sql, "churn", 1, "rejected"); // another policy may still serve it
    await moveServing(sql, deployment(2, null));
    await update(1);
    await update(2);
    const [two, one] = await listVersions(sql, "churn");
    assert.deepEqual([one.manifest.served.refitted, one.artefactSha256], [true, artefactSha256]);
    assert.deepEqual([two.manifest.served.refitted, two.artefactSha256], [false, "2".repeat(64)]);
  }));

Deno.test("markDamaged() and markRemoved() keep the moment it was first noted", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 1);
    const mark = async () => {
      await markDamaged(sql, "churn", 1);
      await markRemoved(sql, "churn", 1);
      const { damagedAt, artefactRemovedAt } = await getVersion(sql, "churn", 1);
      return [damagedAt, artefactRemovedAt];
    };
    const first = await mark();
    assert.ok(first.every((moment) => moment !== null));
    assert.deepEqual(await mark(), first);
  }));
