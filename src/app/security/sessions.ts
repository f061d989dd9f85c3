import { randomBytes } from "node:crypto";
import { sha256 } from "../../core/hash.ts";
import { NotFoundError } from "../../core/errors.ts";
import type { Sql } from "../../db/connect.ts";
import { addCode, takeCode } from "../../db/access/sign_in_codes.ts";
import { addSession, findSession, type Session, sessionSeen } from "../../db/access/sessions.ts";

/** After this long a person signs in again, used or not. */
export const SESSION_MS = 12 * 3_600_000;
const SEEN_EVERY_MS = 60_000;
const CODE_MS = 5 * 60_000;

/** The session id that a browser holds: 32 random bytes, in base64url. */
const ID = /^[\w-]{43}$/;

/** Begins a session with a key that was shown. @returns the id that only the browser keeps; null: the key is not known */
export async function beginSession(
  sql: Sql,
  key: string,
  { atMs }: { atMs: number },
): Promise<{ id: string; session: Session } | null> {
  return await begin(sql, { sha256: sha256(key) }, atMs);
}

/** Makes a code that signs in once, within five minutes, as the holder of a key. @throws {NotFoundError} there is none */
export async function makeSignInCode(
  sql: Sql,
  keyName: string,
  { atMs }: { atMs: number },
): Promise<{ code: string; expiresAt: string }> {
  const code = randomBytes(24).toString("base64url");
  const expiresMs = atMs + CODE_MS;
  if (!await addCode(sql, { sha256: sha256(code), keyName, expiresMs })) {
    throw new NotFoundError("key", keyName);
  }
  return { code, expiresAt: new Date(expiresMs).toISOString() };
}

/** Begins a session with a code from a link, which is used up by it. @returns null: it is not known, used, or too old */
export async function beginSessionByCode(
  sql: Sql,
  code: string,
  { atMs }: { atMs: number },
): Promise<{ id: string; session: Session } | null> {
  const taken = await takeCode(sql, sha256(code), { atMs });
  return taken && await begin(sql, { hash: taken.keyHash }, atMs);
}

async function begin(
  sql: Sql,
  key: { sha256: string } | { hash: string },
  atMs: number,
): Promise<{ id: string; session: Session } | null> {
  const id = randomBytes(32).toString("base64url");
  const session = await addSession(sql, { sha256: sha256(id), key, atMs, expiresMs: atMs + SESSION_MS });
  return session && { id, session };
}

/** The session that an id belongs to, or null. */
export async function sessionOf(
  sql: Sql,
  id: string | undefined,
  { atMs }: { atMs: number },
): Promise<Session | null> {
  if (id === undefined || !ID.test(id)) return null;
  const session = await findSession(sql, sha256(id), { atMs });
  if (session && atMs - Date.parse(session.seenAt) > SEEN_EVERY_MS) {
    await sessionSeen(sql, session.sha256, { atMs });
  }
  return session;
}

/**
 * Returns the token that a session's forms carry: it follows from the id, which no other site can read, and does not
 * tell it.
 */
export const formToken = (id: string): string => sha256(`form ${id}`);
