import { WorkerState } from "../../alerts/heartbeats.ts";
import { z } from "zod";
import type { QueueKind } from "../../config/queues.ts";
import type { Sql } from "../connect.ts";

/** A worker says that it is there, and which kinds of work it takes. Those that said nothing for a week are forgotten. */
export async function workerSeen(
  sql: Sql,
  { name, queues }: { name: string; queues: readonly QueueKind[] },
): Promise<void> {
  await sql`insert into workers (name, queues) values (${name}, ${[...queues]})
            on conflict (name) do update set seen_at = now(), queues = excluded.queues`;
  await sql`delete from workers where seen_at < now() - interval '7 days'`;
}

/** Workers, the one that was seen last first. */
export async function listWorkers(sql: Sql): Promise<WorkerState[]> {
  const rows = await sql`select name, started_at, seen_at, queues from workers order by seen_at desc`;
  return z.array(WorkerState).parse([...rows]);
}
