/**
 * Moments at which the database makes its client wait, so that a kill hits where it should. Planted in the database
 * under test; the code under test knows nothing of them.
 */
import type { Database } from "../../src/db/connect.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";

/** Each waits inside a transaction: what it was about to write is not there yet. */
const HOLDS = {
  import: { on: "update on imports", when: "new.lines_done >= 6000" },
  train: { on: "insert on model_versions", when: "true" },
  validate: { on: "update on cycles", when: "old.verdict is null and new.verdict is not null" },
  deploy: { on: "insert on serving_history", when: "true" },
  begin_rollout: { on: "insert on rollouts", when: "true" },
  look: { on: "insert on rollout_looks", when: "true" },
  roll_back: { on: "insert on serving_history", when: "new.kind = 'roll back'" },
  conclude: { on: "insert on alerts", when: "new.kind = 'rollback'" },
} as const;
export type HoldName = keyof typeof HOLDS;

const REACHED_WITHIN_MS = 120_000;

/**
 * Makes the database able to hold. A hold counts for one start of the server: this one, or, as its `server` is not
 * known before, the next.
 */
export async function plantHolds(sql: Database): Promise<void> {
  await sql.unsafe(`
    create table chaos_holds (name text, server timestamptz, placed_at timestamptz default clock_timestamp());
    create function chaos_wait() returns trigger language plpgsql as $$ begin
      for i in 1..10000 loop
        exit when not exists (select from chaos_holds where name = tg_argv[0]
          and coalesce(server = pg_postmaster_start_time(), placed_at < pg_postmaster_start_time()));
        perform pg_sleep(0.02);
      end loop;
      return new;
    end $$`);
  for (const [name, { on, when }] of Object.entries(HOLDS)) {
    await sql.unsafe(`create trigger chaos_${name} before ${on} for each row when (${when})
      execute function chaos_wait('${name}')`);
  }
}

/** Holds whoever comes to this moment from now on. */
export async function holdNow(sql: Database, name: HoldName): Promise<void> {
  await sql`insert into chaos_holds (name, server) values (${name}, pg_postmaster_start_time())`;
}

/** Holds whoever comes to this moment once the server was started again: before anybody else can be there. */
export async function holdNext(sql: Database, name: HoldName): Promise<void> {
  await sql`insert into chaos_holds (name) values (${name})`;
}

/** Settles once somebody is held. */
export async function reached(sql: Database): Promise<void> {
  await sql`update chaos_holds set server = pg_postmaster_start_time() where server is null`; // not at the next start
  const isHeld = async () => {
    const rows =
      await sql`select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`;
    return rows.length > 0;
  };
  if (!await waitUntil(isHeld, { withinMs: REACHED_WITHIN_MS, everyMs: 10 })) {
    throw new Error("Nobody came to a hold");
  }
}

/** Lets whoever is held go on; with a name, at this moment only. */
export async function release(sql: Database, name: HoldName | null = null): Promise<void> {
  await sql`delete from chaos_holds where name = coalesce(${name}, name)`;
}
