/** A backup and what a restore makes of it, on real databases and folders. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { s3Artefacts } from "../../../src/registry/s3_artefacts.ts";
import { startS3Server } from "../../support/s3_server.ts";
import { folderPlace, s3BackupPlace } from "../../../src/app/backup/place.ts";
import { findBackup, listBackups } from "../../../src/app/backup/manifest.ts";
import {
  checkBackup,
  placeSecrets,
  restoreArtefacts,
  restoreDatabase,
  secretsIn,
} from "../../../src/app/backup/restore.ts";
import { backUp, type BackupDeps } from "../../../src/app/backup/write.ts";
import { adoptStore, checkStore, checkTemporal } from "../../../src/app/installation_identity.ts";
import { distrust, registerVersion } from "../../../src/app/registry/signatures.ts";
import { checkpointAudit, readKept, verifyAudit } from "../../../src/app/security/audit_chain.ts";
import { openSigning } from "../../../src/app/security/signing_key.ts";
import { RetrainingConfig } from "../../../src/config/retraining.ts";
import { writeAudit } from "../../../src/db/access/audit.ts";
import { createScope } from "../../../src/db/backtests/scopes.ts";
import { tablesOf } from "../../../src/db/backup.ts";
import { connect, type Database, type Sql } from "../../../src/db/connect.ts";
import { insertEvents } from "../../../src/db/events/events.ts";
import { moveServing } from "../../../src/db/models/serving.ts";
import { fileArtefacts } from "../../../src/registry/artefacts.ts";
import { sealValue } from "../../../src/registry/sealed.ts";
import { withDatabase } from "../../db/database.ts";
import { event } from "../../db/events_support.ts";
import { aManifest, deployment } from "../../db/models_support.ts";
import { freshDatabase } from "../../support/installation.ts";

const PASSPHRASE = "correct horse battery";
let moment = Date.parse("2026-11-29T02:00:00Z");

interface Bench {
  deps: BackupDeps;
  /** folder of the backups */
  folder: string;
  /** a folder for whoever restores */
  elsewhere: string;
}

/** An installation with a model, evidence, events, an audit and a backtest's scope. */
function withInstallation(work: (bench: Bench) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    const base = await Deno.makeTempDir();
    try {
      const home = join(base, "home");
      await Deno.mkdir(home);
      await Deno.writeTextFile(join(home, "secret"), "the secret of pseudonyms");
      const signing = await openSigning({ home });
      const artefacts = join(home, "artefacts");
      const { id } = await checkStore(sql, fileArtefacts(artefacts));
      const store = fileArtefacts(artefacts, { id });
      await fill(sql, { signing, store });
      await checkpointAudit(sql, { signing, home, last: 0 });
      const deps = { sql, store, clock: () => moment += 1000, home, given: {} };
      await work({ deps, folder: join(base, "backups"), elsewhere: join(base, "elsewhere") });
    } finally {
      await sql`drop schema if exists backtest_b_0 cascade`;
      await Deno.remove(base, { recursive: true });
    }
  });
}

async function fill(
  sql: Database,
  { signing, store }: { signing: Parameters<typeof registerVersion>[1]; store: BackupDeps["store"] },
): Promise<void> {
  const within = await store.put(Uint8Array.of(1, 1));
  const snapshotHash = await sealValue(store, { rows: within });
  const artefactSha256 = await store.put(Uint8Array.of(2));
  const manifest = aManifest({ snapshotHash, tested: { ...aManifest().tested, sha256: artefactSha256 } });
  await registerVersion(sql, signing, { manifest, artefactSha256, state: "deployed" });
  await moveServing(sql, deployment(1, null));
  await insertEvents(sql, [
    event({ product: "a\tb\\c\nd", category: null }),
    event({ amount: 0.1 + 0.2, category: "ä" }),
  ]);
  const profile = sql.json({ text: "x".repeat(700) });
  await sql`insert into quality_days (day, made_by, events, profile)
    select day, 1, 1, ${profile} from generate_series(1, 60) day`; // ends in the packet that fills a stream's buffer
  await checkTemporal(sql, { id: "namespace", place: "here" });
  await createScope(sql, "backtest_b_0", { config: RetrainingConfig.parse({}), why: "a test" });
  const entry = {
    who: "ann",
    action: "config",
    target: "config",
    why: "more",
    before: { a: 1 },
    after: { a: [1.5, null] },
  };
  for (const requestId of ["r1", "r2"]) await writeAudit(sql, { requestId, ...entry });
}

/** Every row of every table, but of what a backup or a restore itself writes down. */
async function allRows(sql: Sql): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const { schema, name } of await tablesOf(sql)) {
    const found = await sql`select t::text as row from ${sql(schema)}.${sql(name)} t order by 1`;
    rows[`${schema}.${name}`] = found.map(({ row }) => row).filter((row) =>
      !/last_backup|artefacts|temporal|,re(store|stored)/.test(row)
    );
  }
  const { "public.audit": _audit, "public.audit_head": _head, ...others } = rows;
  return others;
}

Deno.test("a restore into an empty database brings back every row, the chain, the signatures and the files", () =>
  withInstallation(async ({ deps, folder, elsewhere }) => {
    const before = await allRows(deps.sql);
    const [{ audit }] = await deps.sql`select count(*)::int as audit from audit`;
    const done = await backUp(deps, { to: folderPlace(folder), passphrase: PASSPHRASE, who: "ann" });
    assert.deepEqual([done.artefacts, done.copied, done.missing], [3, 3, 0]);
    const manifest = await findBackup(folder);
    await checkBackup(folderPlace(folder), manifest);
    await using target = await freshDatabase();
    const sql = connect(target.url);
    try {
      await Deno.mkdir(elsewhere);
      await placeSecrets(elsewhere, await secretsIn(folder, manifest, PASSPHRASE));
      const store = fileArtefacts(join(elsewhere, "artefacts"));
      assert.equal(await restoreArtefacts(folderPlace(folder), manifest, store), 3);
      await restoreDatabase(sql, { folder, manifest, who: "ann" });
      await adoptStore(sql, store, manifest.store!.id);
      assert.deepEqual(await allRows(sql), before);
      const signing = await openSigning({ home: elsewhere });
      const verified = await verifyAudit(sql, signing, await readKept(elsewhere));
      assert.deepEqual(
        [verified.broken, verified.rows],
        [null, audit + 1],
        "the restore is in the chain itself",
      );
      assert.equal(await distrust(sql, signing, { model: "churn", version: 1 }), null);
      assert.deepEqual(
        await checkTemporal(sql, { id: "another", place: "there" }),
        { lost: false },
        "any Temporal will do",
      );
      assert.equal((await checkStore(sql, store)).isThere, true);
      await writeAudit(sql, {
        requestId: "r3",
        who: "bob",
        action: "config",
        target: "config",
        why: "goes on",
      });
      await moveServing(sql, { ...deployment(1, 1), key: "again" }); // identities go on behind what was there
      await assert.rejects(sql`delete from serving_history`, /append-only/);
      await assert.rejects(restoreDatabase(sql, { folder, manifest, who: "ann" }), /not empty/);
    } finally {
      await sql.end({ timeout: 5 });
    }
  }));

Deno.test("a second backup copies only what is new, --keep deletes old ones and files that none names any more", () =>
  withInstallation(async ({ deps, folder }) => {
    const wish = { to: folderPlace(folder), passphrase: null, who: "ann" };
    const first = await backUp(deps, wish);
    const second = await backUp(deps, wish);
    assert.deepEqual([first.copied, second.copied, second.artefacts], [3, 0, 3]);
    const orphan = fileArtefacts(join(folder, "artefacts"));
    const hash = await orphan.put(Uint8Array.of(9));
    const third = await backUp(deps, { ...wish, keep: 1 });
    assert.deepEqual(third.deleted, [first.id, second.id]);
    assert.deepEqual((await listBackups(folder)).map(({ id }) => id), [third.id]);
    assert.ok(!(await orphan.list()).some(({ name }) => name === hash));
    assert.equal((await orphan.list()).length, 3);
    const { mode } = await Deno.stat(folder);
    assert.equal(mode! & 0o077, 0, "nobody else reads a backup");
  }));

Deno.test("rows and files of a backup are of one moment: what is written while it is made is not in it", () =>
  withInstallation(async ({ deps, folder }) => {
    const { sql, store } = deps;
    let isWritten = false;
    const clock = () => moment += 1000;
    const list = {
      ...store,
      isGzip: async (hash: string) => {
        if (!isWritten) {
          isWritten = true; // after the tables were read, while files are looked for
          await insertEvents(sql, [event({ id: "late" })]);
        }
        return await store.isGzip(hash);
      },
    };
    await backUp({ ...deps, clock, store: list }, { to: folderPlace(folder), passphrase: null, who: "ann" });
    assert.ok(isWritten);
    const manifest = await findBackup(folder);
    await using target = await freshDatabase();
    const restored = connect(target.url);
    try {
      await restoreDatabase(restored, { folder, manifest, who: "ann" });
      assert.equal((await restored`select count(*)::int as n from events`)[0].n, 2);
      assert.equal((await restored`select count(*)::int as n from user_days`)[0].n, 1);
      assert.equal((await sql`select count(*)::int as n from events`)[0].n, 3);
    } finally {
      await restored.end({ timeout: 5 });
    }
  }));

Deno.test("a damaged backup is refused by the file's name before anything is written; files alone can be put back", () =>
  withInstallation(async ({ deps, folder, elsewhere }) => {
    await backUp(deps, { to: folderPlace(folder), passphrase: null, who: "ann" });
    const manifest = await findBackup(folder);
    const { pathOf } = deps.store;
    const [gone, changed] = manifest.artefacts;
    await Deno.remove(pathOf(gone));
    await Deno.writeTextFile(pathOf(changed), "other bytes");
    assert.equal(await restoreArtefacts(folderPlace(folder), manifest, deps.store), 2);
    for (const hash of manifest.artefacts) await deps.store.get(hash);
    const path = join(folder, manifest.id, "tables", "public.events.copy.gz");
    await Deno.writeTextFile(path, "x", { append: true });
    await assert.rejects(checkBackup(folderPlace(folder), manifest), /public\.events\.copy\.gz" is damaged/);
    await assert.rejects(findBackup(elsewhere), /Cannot find a backup/);
  }));

Deno.test("secrets are not written over others, and a backup half made is none", () =>
  withInstallation(async ({ deps, folder }) => {
    await assert.rejects(
      placeSecrets(deps.home, { secret: "another one" }),
      /its file secret is another one/,
    );
    const broken = { ...deps.store, get: () => Promise.reject(new Error("the disk is gone")) };
    await assert.rejects(
      backUp({ ...deps, store: broken }, { to: folderPlace(folder), passphrase: null, who: "ann" }),
      /the disk is gone/,
    );
    assert.deepEqual(await listBackups(folder), []);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a backup in a bucket is copied once, let go by --keep, and restored on a machine that has nothing of it", () =>
  withInstallation(async ({ deps, folder, elsewhere }) => {
    await using server = await startS3Server();
    const access = { ...server.access, prefix: "backups/" };
    const before = await allRows(deps.sql);
    const wish = { to: await s3BackupPlace(access, folder), passphrase: PASSPHRASE, who: "ann", keep: 1 };
    const first = await backUp(deps, wish);
    const again = { ...wish, to: await s3BackupPlace(access, `${folder}-again`) };
    const second = await backUp(deps, again);
    assert.deepEqual([first.copied, second.copied, second.deleted], [3, 0, [first.id]]);
    const place = await s3BackupPlace(access, elsewhere);
    assert.deepEqual((await listBackups(elsewhere)).map(({ id }) => id), [second.id]);
    const manifest = await findBackup(elsewhere);
    await place.fetch(manifest.id);
    await checkBackup(place, manifest);
    const home = `${elsewhere}-home`;
    await Deno.mkdir(home);
    const secrets = await secretsIn(elsewhere, manifest, PASSPHRASE);
    await placeSecrets(home, secrets);
    assert.equal(secrets.secret, "the secret of pseudonyms");
    await using target = await freshDatabase();
    const sql = connect(target.url);
    try {
      const store = s3Artefacts({ ...server.access, prefix: "restored/" });
      assert.equal(await restoreArtefacts(place, manifest, store), 3);
      await restoreDatabase(sql, { folder: elsewhere, manifest, who: "ann" });
      await adoptStore(sql, store, manifest.store!.id);
      const { "public.settings": _settings, ...rows } = await allRows(sql);
      const { "public.settings": _before, ...wanted } = before;
      assert.deepEqual(rows, wanted);
    } finally {
      await sql.end({ timeout: 5 });
    }
    const [hash] = manifest.artefacts;
    await Deno.truncate(join(server.folder, "backups", "artefacts", hash.slice(0, 2), hash), 1);
    await assert.rejects(checkBackup(place, manifest), /damaged.*nothing was changed/);
  }));
