import { z } from "zod";
import type { Sql } from "../connect.ts";

/** A process that runs activities, and when it last said that it is there. */
export const WorkerState = z.object({
  name: z.string(),
  startedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
});
export type WorkerState = z.infer<typeof WorkerState>;

/** A worker says that it is there. Those that said nothing for a week are forgotten. */
export async function workerSeen(sql: Sql, name: string): Promise<void> {
  await sql`insert into workers (name) values (${name}) on conflict (name) do update set seen_at = now()`;
  await sql`delete from workers where seen_at < now() - interval '7 days'`;
}

/** Workers, the one that was seen last first. */
export async function listWorkers(sql: Sql): Promise<WorkerState[]> {
  const rows = await sql`select name, started_at, seen_at from workers order by seen_at desc`;
  return z.array(WorkerState).parse([...rows]);
}
