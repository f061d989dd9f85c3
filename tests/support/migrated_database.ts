/** Databases with the newest schema, as copies of one that was migrated once for the whole test run. */
import { sha256 } from "../../src/core/hash.ts";
import { connect } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { asAdministrator, type FreshDatabase, freshDatabase, sharedInstallation } from "./installation.ts";

const MIGRATIONS = new URL("../../src/db/migrations/", import.meta.url);
const LOCK = 7_310_002; // any number that no migration locks

let template: Promise<string> | undefined;

/** A database with the newest schema and no rows; many times cheaper than migrating one. */
export async function migratedDatabase(): Promise<FreshDatabase> {
  return await freshDatabase({ template: await (template ??= migratedTemplate()) });
}

/** Returns the name of the database to copy, and makes it where no other test process has. */
async function migratedTemplate(): Promise<string> {
  const { databaseUrl } = await sharedInstallation();
  const name = `test_template_${(await migrationsHash()).slice(0, 12)}`;
  await asAdministrator(databaseUrl, async (sql) => {
    await sql`select pg_advisory_lock(${LOCK})`; // held until the connection ends
    const [{ made }] = await sql`select exists (select from pg_database where datname = ${name}) as made`;
    if (made) return;
    await sql.unsafe(`drop database if exists ${name}_draft with (force)`);
    await sql.unsafe(`create database ${name}_draft`);
    await migrateDatabase(databaseUrl, `${name}_draft`);
    await sql.unsafe(`alter database ${name}_draft rename to ${name}`);
  });
  return name;
}

async function migrateDatabase(databaseUrl: string, name: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const sql = connect(url.href, { max: 1 });
  try {
    await migrate(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Names a state of the migrations: another one has a template of its own, where servers outlive a run. */
async function migrationsHash(): Promise<string> {
  const names = [...Deno.readDirSync(MIGRATIONS)].map(({ name }) => name).sort();
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, MIGRATIONS))));
  return sha256(names.map((name, i) => `${name}\n${texts[i]}`).join("\n"));
}
