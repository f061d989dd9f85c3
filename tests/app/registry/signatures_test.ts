import assert from "node:assert/strict";
import {
  distrust,
  replaceCandidate,
  signOldVersions,
  signVersion,
} from "../../../src/app/registry/signatures.ts";
import {
  markOldVersionsSigned,
  openSigning,
  rotateSigningKey,
} from "../../../src/app/security/signing_key.ts";
import { listAudit } from "../../../src/db/access/audit.ts";
import { listAlerts } from "../../../src/db/alerts/alerts.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { getVersion } from "../../../src/db/models/versions.ts";
import { createModelCache } from "../../../src/serving/loaded_model.ts";
import { newSigningKey, openSigningKeys } from "../../../src/security/signing.ts";
import { freshDatabase } from "../../support/installation.ts";
import { addVersions, deployment } from "../../db/models_support.ts";
import { UntrustedVersionError } from "../../../src/core/errors.ts";
import { moveServing, servingState } from "../../../src/db/models/serving.ts";
import { type ArtefactStore, fileArtefacts } from "../../../src/registry/artefacts.ts";
import { loadServingSet } from "../../../src/serving/serving_set.ts";

const signing = openSigningKeys({ privatePem: newSigningKey(), trusted: [] });

async function withVersions(use: (sql: Database) => Promise<void>): Promise<void> {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 2 });
  try {
    await migrate(sql);
    await addVersions(sql, 2);
    await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

for (
  const [what, change, want] of [
    ["nothing was changed", (_sql: Database) => Promise.resolve(), null],
    [
      "another file was put in, with its hash in the row",
      (sql: Database) => sql`update model_versions set artefact_sha256 = ${"f".repeat(64)} where version = 1`,
      /is not what was signed/,
    ],
    [
      "its manifest was changed",
      (sql: Database) =>
        sql`update model_versions set manifest = jsonb_set(manifest, '{baseline}', '0.9') where version = 1`,
      /is not what was signed/,
    ],
    [
      "another version's signature was put in",
      (sql: Database) =>
        sql`update model_versions set signature = (select signature from model_versions where version = 2) where version = 1`,
      /is not what was signed/,
    ],
    [
      "another installation signed it",
      (sql: Database) =>
        signVersion(sql, openSigningKeys({ privatePem: newSigningKey(), trusted: [] }), {
          model: "churn",
          version: 1,
        }),
      /is not of this installation/,
    ],
    [
      "its signature is gone",
      (sql: Database) => sql`update model_versions set signature = null where version = 1`,
      /it is not signed/,
    ],
    [
      "its signature is nonsense",
      (sql: Database) => sql`update model_versions set signature = 'nonsense' where version = 1`,
      /is not of this installation/,
    ],
  ] as [string, (sql: Database) => Promise<unknown>, RegExp | null][]
) {
  Deno.test(`distrust() ${want === null ? "lets a version serve" : "keeps a version from serving"}, when ${what}`, () =>
    withVersions(async (sql) => {
      const one = { model: "churn", version: 1 };
      for (const version of [1, 2]) await signVersion(sql, signing, { ...one, version });
      await change(sql);
      const why = await distrust(sql, signing, one);
      if (want === null) assert.equal(why, null);
      else assert.match(why!, want);
    }));
}

Deno.test("a version that nobody signed is not read to serve, is marked, and a critical alert says why", () =>
  withVersions(async (sql) => {
    const store: ArtefactStore = {
      put: () => Promise.reject(new Error("not asked")),
      get: () => Promise.reject(new Error("its file must not be read")),
      getRows: () => Promise.reject(new Error("it is no rows")),
      remove: () => Promise.reject(new Error("not asked")),
    };
    const load = createModelCache({ sql, store, signing, clock: () => 0 });
    assert.deepEqual(await load("churn", 1), { version: 1, scorer: null, manifest: null });
    const [{ severity, title }] = await listAlerts(sql);
    assert.equal(severity, "critical");
    assert.match(title, /^churn: the file of version 1 cannot be used: .*: it is not signed/);
  }));

const FORGED = { baseline: 999, unit: "forged", classes: ["forged"] };
const store = fileArtefacts("/nowhere", {});

Deno.test("what an unsigned manifest says is told to nobody: a trusted version's guess answers, or none", () =>
  withVersions(async (sql) => {
    for (const version of [1, 2]) await signVersion(sql, signing, { model: "churn", version });
    for (const [version, previous] of [[1, null], [2, 1]] as const) {
      await moveServing(sql, deployment(version, previous));
    }
    const forge = (version: number) =>
      sql`update model_versions set manifest = manifest || ${sql.json(FORGED)} where version = ${version}`;
    const serve = async () =>
      loadServingSet(
        sql,
        createModelCache({ sql, store, signing, clock: () => 0 }),
        (await servingState(sql, "churn"))!,
      );
    const honest = (await getVersion(sql, "churn", 1)).manifest;
    await forge(2);
    const { champion, baseline, unit, classes } = await serve();
    assert.deepEqual([champion.manifest, baseline.prediction, unit, classes], [
      null,
      honest.baseline,
      honest.unit,
      honest.classes,
    ]);
    await forge(1);
    await assert.rejects(
      serve(),
      /no version that served is signed as it stands; put signing key and rows back/,
    );
  }));

Deno.test("signOldVersions() signs what an older release made, and the audit says so", () =>
  withVersions(async (sql) => {
    assert.equal(await signOldVersions(sql, signing), 2);
    assert.equal(await signOldVersions(sql, signing), 0);
    assert.equal(await distrust(sql, signing, { model: "churn", version: 2 }), null);
    const [{ who, action, after }] = await listAudit(sql);
    assert.deepEqual([who, action], ["perennial", "sign old versions"]);
    assert.deepEqual((after as { versions: string[] }).versions, ["churn 1", "churn 2"]);
  }));

Deno.test("rotateSigningKey() goes on trusting what the old key signed; files are their owner's alone", async () => {
  const home = await Deno.makeTempDir({ prefix: "perennial-signing-" });
  try {
    const [before, same] = await Promise.all([openSigning({ home }), openSigning({ home })]);
    assert.equal(before.keyId, same.keyId, "two processes that start at once");
    const signature = before.sign("a text");
    const { keyId } = await rotateSigningKey(home);
    const after = await openSigning({ home });
    assert.deepEqual([after.keyId, after.keyId === before.keyId], [keyId, false]);
    assert.equal(after.check("a text", signature), "valid");
    assert.equal(after.check("another text", signature), "foreign");
    assert.equal(before.check("a text", after.sign("a text")), "valid", "by who runs still");
    const stranger = openSigningKeys({ privatePem: newSigningKey(), trusted: [] });
    assert.equal(before.check("a text", stranger.sign("a text")), "foreign");
    for await (const { name } of Deno.readDir(home)) {
      assert.equal((await Deno.stat(`${home}/${name}`)).mode! & 0o777, 0o600, name);
    }
    await assert.rejects(openSigning({ home, given: "no key" }), /PERENNIAL_SIGNING_KEY|Cannot sign/);
    await markOldVersionsSigned(home);
    await Deno.remove(`${home}/signing-key`);
    await assert.rejects(openSigning({ home }), /its key ".*signing-key" is gone\. Put it back/);
    await rotateSigningKey(home);
    assert.equal(
      (await openSigning({ home })).check("a text", signature),
      "valid",
      "of the one before the lost one",
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("activities register and change versions through what signs them", async () => {
  const root = new URL("../../../activities/", import.meta.url);
  const unsigned: string[] = [];
  const read = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await read(new URL(`${name}/`, folder));
      else if (/\b(addVersion|updateCandidate)\(/.test(await Deno.readTextFile(new URL(name, folder)))) {
        unsigned.push(name);
      }
    }
  };
  await read(root);
  assert.deepEqual(unsigned, []);
});

Deno.test("a version is replaced and signed both or neither, however its worker ends", () =>
  withVersions(async (sql) => {
    await sql`update model_versions set state = 'candidate' where version = 1`;
    await signVersion(sql, signing, { model: "churn", version: 1 });
    const { manifest, artefactSha256: honest } = await getVersion(sql, "churn", 1);
    const changed = { model: "churn", version: 1, manifest, artefactSha256: "e".repeat(64) };
    const dies = { ...signing, sign: () => assert.fail("the worker was killed here") };
    await assert.rejects(replaceCandidate(sql, dies, changed), /killed here/);
    assert.equal(await distrust(sql, signing, { model: "churn", version: 1 }), null, "as it was");
    await sql`update model_versions set artefact_sha256 = ${"f".repeat(64)} where version = 1`;
    await assert.rejects(
      replaceCandidate(sql, signing, changed),
      UntrustedVersionError,
      "it would be vouched for",
    );
    await sql`update model_versions set artefact_sha256 = ${honest} where version = 1`;
    await replaceCandidate(sql, signing, changed);
    assert.equal((await getVersion(sql, "churn", 1)).artefactSha256, changed.artefactSha256);
    assert.equal(await distrust(sql, signing, { model: "churn", version: 1 }), null);
  }));
