import type { Sql } from "../connect.ts";

/**
 * Claims a signature for what was heard under `receipt`: a signal, or a logout token.
 * @returns false: it was used before
 */
export async function useSignature(
  sql: Sql,
  { signature, receipt }: { signature: string; receipt: string },
): Promise<boolean> {
  const [row] =
    await sql`insert into signal_uses as used (signature, receipt) values (${signature}, ${receipt})
    on conflict (signature) do update set at = used.at returning receipt`;
  return row.receipt === receipt;
}

/** Forgets signatures older than those that are accepted at all. */
export async function pruneSignatures(sql: Sql, { olderThanMs }: { olderThanMs: number }): Promise<void> {
  await sql`delete from signal_uses where at < ${new Date(olderThanMs)}`;
}
