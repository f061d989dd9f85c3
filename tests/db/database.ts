import { connect, type Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { type FreshDatabase, freshDatabase } from "../support/installation.ts";

let shared: Promise<FreshDatabase> | undefined;

Deno.test.afterAll(async () => {
  await (await shared)?.dispose();
});

/** Runs `work` on a migrated database without rows: one for all tests of a file, as making one takes a while. */
export async function withDatabase(work: (sql: Database) => Promise<void>): Promise<void> {
  const { url } = await (shared ??= freshDatabase());
  const sql = connect(url);
  try {
    await migrate(sql);
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
        and relname <> 'migrations' loop execute format('delete from %I', found);
      end loop;
    end $$`;
}
