import { z } from "zod";
import type { Sql } from "../connect.ts";

/** A row of the audit as its hash covers it: texts and bytes as the database holds them. */
export const ChainedRow = z.object({
  id: z.int(),
  link: z.int().nullable(),
  previousHash: z.string().nullable(),
  hash: z.string().nullable(),
  fields: z.array(z.string().nullable()),
});
export type ChainedRow = z.infer<typeof ChainedRow>;

/** A link of the chain. */
export const ChainHead = z.object({ link: z.int(), hash: z.string() });
export type ChainHead = z.infer<typeof ChainHead>;

/** A link that was signed. */
export const Checkpoint = ChainHead.extend({ signature: z.string(), at: z.iso.datetime() });
export type Checkpoint = z.infer<typeof Checkpoint>;

/** Reads rows of the chain after a link, in their order. */
export async function chainedRows(
  sql: Sql,
  { after, limit }: { after: number; limit: number },
): Promise<ChainedRow[]> {
  const rows = await sql`select id, link, previous_hash, hash, request_id,
      (extract(epoch from at) * 1000000)::bigint::text as at_us, who, action, target, why,
      before::text as before_text, after::text as after_text
    from audit where link > ${after} order by link limit ${limit}`;
  const chained = rows.map(({ id, link, previousHash, hash, ...row }) => {
    const { requestId, atUs, who, action, target, why, beforeText, afterText } = row;
    const fields = [requestId, atUs, who, action, target, why, beforeText, afterText];
    return { id, link, previousHash, hash, fields };
  });
  return z.array(ChainedRow).parse(chained);
}

/** Returns a row that stands outside of the chain, which nothing of ours writes; null: there is none. */
export async function unchainedRow(sql: Sql): Promise<number | null> {
  const [row] = await sql`select id from audit where link is null order by id limit 1`;
  return row?.id ?? null;
}

/** The newest link, as the audit itself has it. */
export async function chainHead(sql: Sql): Promise<ChainHead> {
  const [row] = await sql`select link, hash from audit where link is not null order by link desc limit 1`;
  return row ? ChainHead.parse(row) : { link: 0, hash: "0".repeat(64) };
}

/** The head that the next row will follow, as the trigger that chains rows keeps it; null: somebody deleted it. */
export async function keptHead(sql: Sql): Promise<ChainHead | null> {
  const [row] = await sql`select link, hash from audit_head`;
  return row ? ChainHead.parse(row) : null;
}

/** Stores what was signed; a link is signed once. */
export async function saveCheckpoint(
  sql: Sql,
  { link, hash, signature }: Omit<Checkpoint, "at">,
): Promise<void> {
  await sql`insert into audit_checkpoints (link, hash, signature) values (${link}, ${hash}, ${signature})
    on conflict (link) do nothing`;
}

/** Lists what was signed, oldest first. */
export async function listCheckpoints(sql: Sql): Promise<Checkpoint[]> {
  const rows = await sql`select link, hash, signature, at from audit_checkpoints order by link`;
  return z.array(Checkpoint).parse([...rows]);
}
