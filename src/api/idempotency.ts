import type { Context } from "hono";
import { canonicalJson, sha256 } from "../core/hash.ts";
import { InvalidInputError } from "../core/errors.ts";
import type { Sql } from "../db/connect.ts";
import { claimKey, releaseKey, storeAnswer } from "../db/access/idempotency.ts";
import type { AppEnv } from "./deps.ts";

const KEY_MAX = 200; // characters

/**
 * Does a change once per `Idempotency-Key`: the same request again gets the stored answer, another request with the
 * same key is refused. A failure is not stored, so that it can be tried again. Without the header, each request counts.
 * @param work gets the id under which the change is known everywhere, the same at each attempt with one key
 */
export async function answerOnce<T>(
  c: Context<AppEnv>,
  sql: Sql,
  { body, status }: { body: unknown; status: number },
  work: (requestId: string) => Promise<T>,
): Promise<T> {
  const sent = c.req.header("idempotency-key");
  if (sent === undefined) return await work(crypto.randomUUID());
  if (sent.length === 0 || sent.length > KEY_MAX) {
    throw new InvalidInputError(
      `Cannot use this Idempotency-Key: need 1 to ${KEY_MAX} characters`,
      "Idempotency-Key",
    );
  }
  const key = `${c.get("keyId") ?? c.get("who")}:${sent}`; // by the key: its name may be another's later
  const fingerprint = sha256(canonicalJson([c.req.method, c.req.path, body]));
  const known = await claimKey(sql, key, fingerprint);
  if (known) {
    c.header("Idempotent-Replayed", "true");
    return known.response as T;
  }
  try {
    const response = await work(sha256(key).slice(0, 32));
    await storeAnswer(sql, key, { status, response });
    return response;
  } catch (error) {
    await releaseKey(sql, key);
    throw error;
  }
}
