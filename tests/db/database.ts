import { connect, type Database } from "../../src/db/connect.ts";
import { type FreshDatabase } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

let shared: Promise<FreshDatabase> | undefined;

Deno.test.afterAll(async () => {
  await (await shared)?.dispose();
});

/** Runs `work` on a migrated database without rows: one for all tests of a file, as making one takes a while. */
export async function withDatabase(work: (sql: Database) => Promise<void>): Promise<void> {
  const { url } = await (shared ??= migratedDatabase());
  const sql = connect(url);
  try {
    await deleteAll(sql);
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Past triggers and foreign keys, as only an administrator may. */
async function deleteAll(sql: Database): Promise<void> {
  await sql`do $$
    declare found text;
    begin
      perform set_config('session_replication_role', 'replica', true);
      for found in select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
        and relname not in ('migrations', 'audit_head') loop execute format('delete from %I', found);
      end loop;
      update audit_head set link = 0, hash = repeat('0', 64);
    end $$`;
}
