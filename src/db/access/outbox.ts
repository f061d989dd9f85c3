import { z } from "zod";
import type { Sql } from "../connect.ts";

/** A message to a workflow that was written down and is to be sent. */
export const OutboxMessage = z.object({
  id: z.int(),
  key: z.string(),
  target: z.string(),
  message: z.unknown(),
  createdAt: z.iso.datetime(),
  attempts: z.int(),
});
export type OutboxMessage = z.infer<typeof OutboxMessage>;

/** A message that waits, or was given up, for longer than it should. */
export const UnsentMessage = z.object({
  target: z.string(),
  createdAt: z.iso.datetime(),
  lastError: z.string().nullable(),
  givenUp: z.boolean(),
});
export type UnsentMessage = z.infer<typeof UnsentMessage>;

/** Writes a message down, once per key. */
export async function addMessage(
  tx: Sql,
  { key, target, message }: Pick<OutboxMessage, "key" | "target" | "message">,
): Promise<void> {
  await tx`insert into outbox (key, target, message) values (${key}, ${target}, ${tx.json(message as never)})
    on conflict (key) do nothing`;
}

/** Lists the workflows that messages wait for, the longest wait first. Uses index `outbox_unsent`. */
export async function targetsWaiting(sql: Sql, { limit }: { limit: number }): Promise<string[]> {
  const rows = await sql`select target from outbox where sent_at is null and given_up_at is null
    group by target order by min(id) limit ${limit}`;
  return rows.map(({ target }) => target);
}

/**
 * Takes the oldest message that waits for a workflow, and keeps it for this transaction: another process that sends at
 * the same time waits here, so that messages arrive in their order. Null: none waits.
 */
export async function takeMessage(tx: Sql, target: string): Promise<OutboxMessage | null> {
  const [row] = await tx`select id, key, target, message, created_at, attempts from outbox
    where target = ${target} and sent_at is null and given_up_at is null order by id limit 1 for update`;
  return row ? OutboxMessage.parse(row) : null;
}

/** Writes down that a message was sent. */
export async function messageSent(tx: Sql, id: number): Promise<void> {
  await tx`update outbox set sent_at = now(), last_error = null where id = ${id}`;
}

/** Writes down that a message could not be sent. @param options.counts whether Temporal answered and refused it */
export async function messageFailed(
  tx: Sql,
  id: number,
  { error, counts, attemptsMax }: { error: string; counts: boolean; attemptsMax: number },
): Promise<void> {
  await tx`update outbox set last_error = ${error}, attempts = attempts + ${counts ? 1 : 0},
    given_up_at = case when attempts + ${counts ? 1 : 0} >= ${attemptsMax} then now() end where id = ${id}`;
}

/** Tells whether a message was sent. */
export async function isSent(sql: Sql, key: string): Promise<boolean> {
  return (await sql`select 1 from outbox where key = ${key} and sent_at is not null`).count > 0;
}

/** Lists the messages that have waited since before `beforeMs`, and those that were given up lately. */
export async function unsentMessages(sql: Sql, { beforeMs }: { beforeMs: number }): Promise<UnsentMessage[]> {
  const rows =
    await sql`select target, created_at, last_error, given_up_at is not null as given_up from outbox
    where sent_at is null and (given_up_at > now() - interval '1 day' or
      (given_up_at is null and created_at < ${new Date(beforeMs)}))
    order by id`;
  return z.array(UnsentMessage).parse([...rows]);
}

/** Lists when each workflow was last sent something. */
export async function lastSent(sql: Sql): Promise<Map<string, string>> {
  const rows =
    await sql`select target, max(sent_at) as sent_at from outbox where sent_at is not null group by target`;
  return new Map(rows.map(({ target, sentAt }) => [target, sentAt]));
}

/** Deletes messages that were sent or given up more than a month ago. */
export async function pruneOutbox(sql: Sql): Promise<void> {
  await sql`delete from outbox where coalesce(sent_at, given_up_at) < now() - interval '30 days'`;
}
