/** `perennial backup` and `restore` as typed: on a home of its own, its archive, and a bucket of a real S3 server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readConfig } from "../../src/config/environment.ts";
import { checkStore } from "../../src/app/installation_identity.ts";
import type { Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { lookAtBackups } from "../../src/doctor/looks/database.ts";
import type { Patient } from "../../src/doctor/patient.ts";
import { cacheHome, makeFolder } from "../../src/embedded/home.ts";
import { archiveAt, pruneArchive } from "../../src/embedded/postgres_archive.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { markRestoring, postgresFiles } from "../../src/embedded/postgres_data.ts";
import { findDatabase, opened, startDatabase } from "../../src/start/local_database.ts";
import { Undo } from "../../src/start/undo.ts";
import { event } from "../db/events_support.ts";
import { startS3Server } from "../support/s3_server.ts";
import { type Ran, runWith } from "./support.ts";

const uid = Deno.uid();
const cache = cacheHome({ env: Deno.env.toObject(), uid });

interface Shop {
  home: string;
  /** parent of homes, archive and backups */
  base: string;
  sql: Database;
  run(...args: string[]): Promise<Ran>;
  /** Opens another installation's database for as long as `use` takes. */
  within<T>(name: string, use: (sql: Database) => Promise<T>): Promise<T>;
}

async function withShop(
  test: (shop: Shop) => Promise<void>,
  given: Record<string, string> = {},
): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "perennial-backup-" });
  await Deno.chmod(base, 0o755); // as root the server runs as another user
  const env = {
    PERENNIAL_HOME: join(base, "homes"),
    PERENNIAL_CACHE: cache,
    PERENNIAL_BACKUP_PASSPHRASE: "correct horse battery",
    ...given,
  };
  const log = () => undefined;
  const placeOf = (name: string) => ({
    home: join(base, "homes", name),
    cache,
    config: readConfig(env),
    uid,
    log,
  });
  const place = placeOf("default");
  await makeFolder(place.home, "PERENNIAL_HOME", uid);
  const undo = new Undo(log);
  try {
    const sql = await opened(await startDatabase(place, undo), undo);
    await migrate(sql);
    const store = fileArtefacts(join(place.home, "artefacts"));
    await checkStore(sql, store);
    await store.put(Uint8Array.of(1));
    await test({
      home: place.home,
      base,
      sql,
      run: (...args) => runWith(args, { env }),
      async within(name, use) {
        const later = new Undo(log);
        try {
          return await use((await findDatabase(placeOf(name), later))!);
        } finally {
          await later.run();
        }
      },
    });
  } finally {
    await undo.run();
    await Deno.remove(base, { recursive: true });
  }
}

const sold = async (sql: Database): Promise<string[]> =>
  (await sql<{ product: string }[]>`select product from events order by product`).map(({ product }) =>
    product
  );

/** The present, as the database tells it. */
const now = async (sql: Database): Promise<string> =>
  (await sql<{ at: string }[]>`select clock_timestamp() as at`)[0].at;

Deno.test("a restore brings back the moment before a mistake, from the archive", async () => {
  const folder = await Deno.makeTempDir({ prefix: "perennial-archive-" });
  await Deno.chmod(folder, 0o755);
  try {
    await withShop(async ({ base, home, sql, run, within }) => {
      const backups = join(base, "backups");
      const early = await now(sql);
      await insertEvents(sql, [event({ product: "before the backup" })]);
      const backup = await run("backup", backups);
      assert.equal(backup.code, 0, backup.err);
      assert.match(backup.out, /Any later moment can be restored: perennial restore --at TIME/);
      await insertEvents(sql, [event({ product: "after the backup" })]);
      await sql`select pg_sleep(0.01)`;
      const moment = await now(sql);
      await sql`select pg_sleep(0.01)`;
      await sql`delete from events`;
      await archived(sql);
      assert.deepEqual(await sold(sql), []);

      const restore = (at: string, name: string) =>
        run("restore", backups, "--at", at, "--installation", name);
      const restored = await restore(moment, "second");
      assert.equal(restored.code, 0, restored.err);
      assert.match(restored.out, /Who was erased or has objected since then is back/);
      await within("second", async (other) => {
        assert.deepEqual(await sold(other), ["after the backup", "before the backup"]);
        const [{ action, before }] = await other`select action, before from audit order by id desc limit 1`;
        assert.deepEqual([action, before], ["restore", { createdAt: moment }]);
        await insertEvents(other, [event({ product: "since then" })]); // it takes writes
      });
      assert.notEqual((await archiveAt(join(base, "homes", "second")))!.wal, (await archiveAt(home))!.wal);

      const tooEarly = await restore(early, "third");
      assert.equal(tooEarly.code, 2);
      assert.match(tooEarly.err, /no backup in the archive ".*" is so old/);
      const tooLate = await restore(new Date(Date.now() + 86_400_000).toISOString(), "third");
      assert.equal(tooLate.code, 2);
      assert.match(tooLate.err, /the archive ".*" ends before it/);
      const again = await restore(moment, "second");
      assert.match(again.err, /its database is not empty/);
      await markRestoring(postgresFiles(join(base, "homes", "second"))); // as a restore that was killed leaves it
      const cutOff = await restore(moment, "second");
      assert.equal(cutOff.code, 0, cutOff.err);
      await within("second", async (other) => {
        assert.deepEqual(await sold(other), ["after the backup", "before the backup"]);
      });
      const afterwards = await restore(moment, "third"); // what failed left nothing behind
      assert.equal(afterwards.code, 0, afterwards.err);

      const pruned = await prune(home, () => run("backup", backups, "--keep", "1"));
      assert.ok(pruned.after < pruned.before, "segments before the one copy left went");
      assert.match((await restore(moment, "fourth")).err, /is so old/);

      assert.deepEqual(await examined(sql), []);
      await Deno.rename((await archiveAt(home))!.wal, join(base, "unmounted"));
      await insertEvents(sql, [event({ product: "meanwhile" })]);
      await sql`select pg_switch_wal()`;
      const isTold = async () => (await examined(sql)).includes("archive-failing");
      assert.ok(await waitUntil(isTold, { withinMs: 60_000, everyMs: 100 }));
    }, { PERENNIAL_ARCHIVE: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What the doctor finds about backups and archive. */
const examined = async (sql: Database): Promise<string[]> =>
  (await lookAtBackups(sql, { clock: Date.now } as Patient)).map(({ id }) => id);

/** Ends the segment that is written to, and waits for it to be in the archive. */
async function archived(sql: Database): Promise<void> {
  const [{ segment }] = await sql`select pg_walfile_name(pg_switch_wal()) as segment`;
  const isThere = async () =>
    (await sql`select 1 from pg_stat_archiver where last_archived_wal >= ${segment}`).count === 1;
  assert.ok(await waitUntil(isThere, { withinMs: 60_000, everyMs: 50 }));
}

/** How many of the segments that were there before are there after. */
async function prune(home: string, run: () => Promise<Ran>): Promise<{ before: number; after: number }> {
  const archive = (await archiveAt(home))!;
  const names = () => [...Deno.readDirSync(archive.wal)].map(({ name }) => name);
  const before = names();
  const { code, err } = await run();
  assert.equal(code, 0, err);
  assert.deepEqual(await pruneArchive(archive, 1), [], "one copy is left");
  const left = new Set(names());
  return { before: before.length, after: before.filter((name) => left.has(name)).length };
}

Deno.test("a folder that cannot stand in Postgres' command is no archive", async () => {
  await assert.rejects(
    withShop(() => Promise.resolve(), { PERENNIAL_ARCHIVE: "/mnt/$(id)" }),
    /name an absolute path/,
  );
});

Deno.test("backups in a bucket: made, listed and restored by command", async () => {
  await using server = await startS3Server();
  const { bucket } = server.access;
  await withShop(async ({ sql, run, within }) => {
    await insertEvents(sql, [event({ product: "in the bucket" })]);
    const where = `s3://${bucket}/nightly`;
    const made = await run("backup", where);
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, new RegExp(`is in "${where}"`));
    const { backups } = JSON.parse((await run("backup", where, "--list", "--json")).out);
    assert.equal(backups.length, 1);
    const restored = await run("restore", where, "--installation", "second");
    assert.equal(restored.code, 0, restored.err);
    assert.deepEqual(await within("second", sold), ["in the bucket"]);
    const none = await run("restore", `s3://${bucket}/nothing-here`, "--installation", "third");
    assert.equal(none.code, 1);
    assert.match(none.err, new RegExp(`Cannot find a backup in "s3://${bucket}/nothing-here`));
  }, server.env);
});
