import type { Sql } from "../connect.ts";

/** Counts events that were sent again under an id that is stored, by the UTC day on which they were received. */
export async function countRepeats(
  sql: Sql,
  { source, events, nowMs }: { source: string; events: number; nowMs: number },
): Promise<void> {
  await sql`
    insert into repeats as stored (day, source, slot, events)
    values (floor(${nowMs}::float8 / 86400000)::int, ${source}, pg_backend_pid() % 16, ${events}::bigint)
    on conflict (day, source, slot) do update set events = stored.events + excluded.events`;
}
