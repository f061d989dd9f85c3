import { ConflictError, InvalidInputError } from "../../core/errors.ts";
import type { Sql } from "../connect.ts";

/** An answer given before to the same request. */
export interface StoredAnswer {
  status: number;
  response: unknown;
}

/**
 * Claims `key` for one request. Returns the stored answer of an earlier, equal request; null: this caller is first.
 * A claim without an answer that is older than a minute belonged to a process that died, and is taken over.
 * @throws {InvalidInputError} if the key was used for another request
 * @throws {ConflictError} if an equal request still runs
 */
export async function claimKey(sql: Sql, key: string, fingerprint: string): Promise<StoredAnswer | null> {
  const claimed = await sql`insert into idempotency_keys (key, fingerprint) values (${key}, ${fingerprint})
    on conflict (key) do update set at = now() where idempotency_keys.fingerprint = ${fingerprint}
      and idempotency_keys.status is null and idempotency_keys.at < now() - interval '1 minute' returning key`;
  if (claimed.count === 1) return null;
  const [row] = await sql`select fingerprint, status, response from idempotency_keys where key = ${key}`;
  if (row.fingerprint !== fingerprint) {
    throw new InvalidInputError(
      "This Idempotency-Key was used for another request; use a new one",
      "Idempotency-Key",
    );
  }
  if (row.status === null) {
    throw new ConflictError("A request with this Idempotency-Key is still running; ask again soon");
  }
  return { status: row.status, response: row.response };
}

/** Stores the answer to the request that claimed `key`. */
export async function storeAnswer(sql: Sql, key: string, { status, response }: StoredAnswer): Promise<void> {
  const responseJson = sql.json(response as never);
  await sql`update idempotency_keys set status = ${status}, response = ${responseJson} where key = ${key}`;
}

/** Gives a claim back after a failure, so that the caller may try again. */
export async function releaseKey(sql: Sql, key: string): Promise<void> {
  await sql`delete from idempotency_keys where key = ${key} and status is null`;
}
