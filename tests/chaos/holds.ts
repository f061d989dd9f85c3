/** Moments at which the database makes its client wait, so that a kill hits where it should. */
import type { Database } from "../../src/db/connect.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";

/** Each waits inside a transaction: what it was about to write is not there yet. */
const HOLDS = {
  import: { lock: 1, on: "update on imports", when: "new.lines_done >= 6000" },
  train: { lock: 2, on: "insert on model_versions", when: "true" },
  validate: { lock: 3, on: "update on cycles", when: "old.verdict is null and new.verdict is not null" },
  deploy: { lock: 4, on: "insert on serving_history", when: "true" },
} as const;
export type HoldName = keyof typeof HOLDS;

/** Makes the database able to hold. Without a lock that somebody has, its triggers do nothing. */
export async function plantHolds(sql: Database): Promise<void> {
  await sql.unsafe(`create function chaos_wait() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(tg_argv[0]::int); return new; end $$`);
  for (const [name, { lock, on, when }] of Object.entries(HOLDS)) {
    await sql.unsafe(`create trigger chaos_${name} before ${on} for each row when (${when})
      execute function chaos_wait(${lock})`);
  }
}

export interface Hold {
  /** settles once somebody waits there */
  reached(): Promise<void>;
  release(): Promise<void>;
}

/** Holds whoever comes to a moment, until it is released or the database dies. */
export async function hold(sql: Database, name: HoldName): Promise<Hold> {
  const { lock } = HOLDS[name];
  const mine = await sql.reserve();
  await mine`select pg_advisory_lock(${lock})`;
  const waiting = async () => {
    const rows =
      await sql`select from pg_locks where locktype = 'advisory' and objid = ${lock} and not granted`;
    return rows.length > 0;
  };
  return {
    async reached() {
      if (!await waitUntil(waiting, { withinMs: 120_000, everyMs: 10 })) {
        throw new Error(`Nobody came to "${name}"`);
      }
    },
    async release() {
      await mine`select pg_advisory_unlock(${lock})`;
      mine.release();
    },
  };
}
