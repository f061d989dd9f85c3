import assert from "node:assert/strict";
import { join } from "node:path";
import { ConflictError, NotFoundError } from "../../../src/core/errors.ts";
import { listAudit } from "../../../src/db/access/audit.ts";
import { listAlerts } from "../../../src/db/alerts/alerts.ts";
import { moveServing, servingHistory, servingVersion } from "../../../src/db/models/serving.ts";
import type { Database } from "../../../src/db/connect.ts";
import {
  addVersion,
  doubtedVersions,
  getVersion,
  markDamaged,
  markRemoved,
} from "../../../src/db/models/versions.ts";
import { knownGood, type MoveDeps, promote, rollBack, rollBackTo } from "../../../src/app/registry/moves.ts";
import { createVersionFiles } from "../../../src/app/registry/version_files.ts";
import { fileArtefacts } from "../../../src/registry/artefacts.ts";
import { withDatabase } from "../../db/database.ts";
import { aManifest, AS_OF, deployment } from "../../db/models_support.ts";
import { tinyArtefact } from "../../serving/artefact.ts";

const request = (requestId: string) => ({
  model: "churn",
  requestId,
  by: "ann",
  why: "complaints",
  asOf: AS_OF,
});

interface Registry {
  sql: Database;
  deps: MoveDeps;
  /** the file of a version */
  pathOf(version: number): Promise<string>;
}

/** A model whose versions 1 to `count` were deployed one after the other, with their files in a folder. */
const withVersions = (count: number, work: (registry: Registry) => Promise<void>) =>
  withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    try {
      for (let v = 1; v <= count; v++) {
        const manifest = aManifest({ cycleId: `retrainer/churn/cycle/${v}` });
        await addVersion(sql, { manifest, artefactSha256: await store.put(tinyArtefact(v)) });
        await moveServing(sql, deployment(v, v === 1 ? null : v - 1));
      }
      const files = createVersionFiles({ sql, store, clock: () => Date.parse(AS_OF) });
      const pathOf = async (version: number) => {
        const { artefactSha256 } = await getVersion(sql, "churn", version);
        return join(folder, artefactSha256.slice(0, 2), artefactSha256);
      };
      await work({ sql, deps: { sql, files }, pathOf });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

Deno.test("rollBack() goes back version by version, until none is left", () =>
  withVersions(3, async ({ sql, deps }) => {
    assert.equal((await rollBack(deps, request("r1"))).version, 2);
    assert.equal((await rollBack(deps, request("r2"))).version, 1);
    await assert.rejects(rollBack(deps, request("r3")), ConflictError);
    assert.equal(await servingVersion(sql, "churn"), 1);
    const audit = await listAudit(sql);
    assert.deepEqual(audit.map((a) => [a.who, a.action, a.before, a.after]), [
      ["ann", "roll back", { version: 2 }, { version: 1 }],
      ["ann", "roll back", { version: 3 }, { version: 2 }],
    ]);
  }));

Deno.test("rollBack() asked again for the same request answers the same, also when nothing is left to go back to", () =>
  withVersions(2, async ({ sql, deps }) => {
    const first = await rollBack(deps, request("r1"));
    assert.deepEqual(await rollBack(deps, request("r1")), first);
    assert.deepEqual([(await servingHistory(sql, "churn")).length, (await listAudit(sql)).length], [3, 1]);
  }));

Deno.test("rollBack() asked by several people at once goes back once for each, as far as it goes", () =>
  withVersions(4, async ({ sql, deps }) => {
    const asked = Array.from({ length: 6 }, (_, i) => rollBack(deps, request(`r${i}`)));
    const answers = await Promise.allSettled(asked);
    const moved = answers.flatMap((a) => a.status === "fulfilled" ? [a.value.version] : []);
    assert.deepEqual(moved.toSorted(), [1, 2, 3].slice(-moved.length));
    for (const answer of answers) {
      if (answer.status === "rejected") assert.ok(answer.reason instanceof ConflictError, `${answer.reason}`);
    }
    assert.equal(await servingVersion(sql, "churn"), Math.min(...moved));
  }));

Deno.test("rollBack() passes over versions whose file is damaged or not kept", () =>
  withVersions(4, async ({ sql, deps, pathOf }) => {
    await Deno.writeTextFile(await pathOf(3), "no artefact");
    await markRemoved(sql, "churn", 2);
    await assert.rejects(rollBack(deps, { ...request("r1"), to: 3 }), ConflictError);
    await assert.rejects(rollBack(deps, { ...request("r1"), to: 2 }), ConflictError);
    assert.equal((await rollBack(deps, request("r2"))).version, 1);
  }));

for (
  const [name, harm] of [
    ["is gone", (path: string) => Deno.remove(path)],
    ["was cut short", (path: string) => Deno.truncate(path, 9)],
    ["is another one's", (path: string) => Deno.writeFile(path, tinyArtefact(9))],
  ] as const
) {
  Deno.test(`promote() and rollBack() leave what serves well, when the file of the other version ${name}`, () =>
    withVersions(2, async ({ sql, deps, pathOf }) => {
      await harm(await pathOf(1));
      await assert.rejects(
        promote(deps, { ...request("r1"), version: 1 }),
        /its file was read and cannot be used/,
      );
      await assert.rejects(rollBack(deps, { ...request("r2"), to: 1 }), ConflictError);
      await assert.rejects(rollBack(deps, request("r3")), /no earlier good version/);
      assert.equal(await servingVersion(sql, "churn"), 2);
      assert.deepEqual(await listAudit(sql), []);
    }));
}

Deno.test("promote() takes a version whose file was put back, and its mark and its alert go", () =>
  withVersions(2, async ({ sql, deps, pathOf }) => {
    const path = await pathOf(1);
    const whole = await Deno.readFile(path);
    await Deno.truncate(path, 9);
    await assert.rejects(promote(deps, { ...request("r1"), version: 1 }), ConflictError);
    assert.deepEqual((await doubtedVersions(sql)).map((v) => v.version), [1]);
    await Deno.writeFile(path, whole);
    assert.equal((await promote(deps, { ...request("r2"), version: 1 })).version, 1);
    assert.deepEqual([await listAlerts(sql), await doubtedVersions(sql)], [[], []]);
  }));

Deno.test("rollBack() goes to a version whose file was marked and is good again", () =>
  withVersions(2, async ({ sql, deps }) => {
    await markDamaged(sql, "churn", 1); // as 0.5.0 marked what was not mounted
    assert.equal(await knownGood(sql, "churn"), null);
    assert.equal((await rollBack(deps, request("r1"))).version, 1);
    assert.equal((await getVersion(sql, "churn", 1)).damagedAt, null);
  }));

Deno.test("rollBack() and promote() take any kept version that is named", () =>
  withVersions(3, async ({ sql, deps }) => {
    assert.equal((await rollBack(deps, { ...request("r1"), to: 1 })).version, 1);
    assert.equal((await promote(deps, { ...request("r2"), version: 3 })).previous, 1);
    await assert.rejects(promote(deps, { ...request("r3"), version: 9 }), NotFoundError);
    assert.equal((await listAudit(sql)).length, 2);
  }));

Deno.test("rollBackTo() does nothing, when another version serves by now", () =>
  withVersions(3, async ({ sql }) => {
    const move = { model: "churn", version: 1, expected: 2, key: "cycle 2/watch", why: "worse", asOf: AS_OF };
    await assert.rejects(rollBackTo(sql, move), ConflictError);
    assert.equal(await servingVersion(sql, "churn"), 3);
    const done = await rollBackTo(sql, { ...move, version: 2, expected: 3 });
    assert.deepEqual(await rollBackTo(sql, { ...move, version: 2, expected: 3 }), done);
  }));
