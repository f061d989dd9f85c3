import { z } from "zod";
import { type Role, ROLES } from "../../security/roles.ts";
import { hashIn } from "./api_keys.ts";
import type { Sql } from "../connect.ts";

/** Somebody who has signed in to the dashboard. */
const Session = z.object({
  sha256: z.string(),
  /** of the key, or of the person whom a provider vouches for */
  keyName: z.string(),
  /** what its key allows now */
  role: z.enum(ROLES),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
});
export type Session = z.infer<typeof Session>;

interface NewSession {
  sha256: string;
  /** the key that was shown, or the stored hash of the one that a code stands for */
  key: { sha256: string } | { hash: string };
  atMs: number;
  expiresMs: number;
}

/**
 * Begins a session of a key; those that have ended are cleared away. Null: there is no such key, or it has scopes: a
 * session may all that its role allows.
 */
export async function addSession(
  sql: Sql,
  { sha256, key, atMs, expiresMs }: NewSession,
): Promise<Session | null> {
  await sql`delete from sessions where expires_at <= ${new Date(atMs)}`;
  const keyHash = "hash" in key ? sql`${key.hash}` : hashIn(sql, key.sha256);
  const [row] = await sql`with its as (select name, role, hash from api_keys
        where hash = ${keyHash} and coalesce(expires_at > now(), true) and scopes is null),
      used as (update api_keys k set last_used_at = now() from its where k.name = its.name)
    insert into sessions (sha256, key_name, key_hash, created_at, expires_at, seen_at)
    select ${sha256}, name, hash, ${new Date(atMs)}, ${new Date(expiresMs)}, ${new Date(atMs)} from its
    returning sha256, key_name, (select role from its), created_at, expires_at, seen_at`;
  return row ? Session.parse(row) : null;
}

interface NewPersonSession {
  sha256: string;
  person: string;
  role: Role;
  subject: string;
  /** how the provider names its own session; null: it does not */
  providerSession: string | null;
  atMs: number;
  expiresMs: number;
}

/** Begins a session of somebody whom a provider vouches for. */
export async function addPersonSession(
  sql: Sql,
  { sha256, person, role, subject, providerSession, atMs, expiresMs }: NewPersonSession,
): Promise<void> {
  await sql`delete from sessions where expires_at <= ${new Date(atMs)}`;
  const at = new Date(atMs);
  await sql`insert into sessions
      (sha256, person, role, subject, provider_session, created_at, expires_at, seen_at)
    values (${sha256}, ${person}, ${role}, ${subject}, ${providerSession}, ${at}, ${new Date(
    expiresMs,
  )}, ${at})`;
}

/**
 * Ends the sessions of a person at a provider: of one session there where it is named, else all. @returns how many
 */
export async function endPersonSessions(
  sql: Sql,
  { issuer, subject, providerSession }: {
    issuer: string;
    subject: string | null;
    providerSession: string | null;
  },
): Promise<number> {
  const ended = await sql`delete from sessions where starts_with(subject, ${`${issuer}#`})
    and (${subject}::text is null or subject = ${subject})
    and (${providerSession}::text is null or provider_session = ${providerSession})`;
  return ended.count;
}

/** A session that holds: it has not ended, and its key is still the one that was shown. Else null. */
export async function findSession(
  sql: Sql,
  sha256: string,
  { atMs }: { atMs: number },
): Promise<Session | null> {
  const [row] = await sql`select s.sha256, coalesce(s.person, s.key_name) as key_name,
      coalesce(k.role, s.role) as role, s.created_at, s.expires_at, s.seen_at
    from sessions s left join api_keys k on k.name = s.key_name and coalesce(k.expires_at > now(), true)
      and (k.hash = s.key_hash or (k.previous_hash = s.key_hash and k.previous_until > now()))
    where s.sha256 = ${sha256} and s.expires_at > ${new Date(atMs)}
      and (k.name is not null or s.person is not null)`;
  return row ? Session.parse(row) : null;
}

/** Writes down that a session was used, and with it its key. */
export async function sessionSeen(sql: Sql, sha256: string, { atMs }: { atMs: number }): Promise<void> {
  await sql`with seen as (update sessions set seen_at = ${new Date(
    atMs,
  )} where sha256 = ${sha256} returning key_name)
    update api_keys k set last_used_at = now() from seen where k.name = seen.key_name`;
}

export async function endSession(sql: Sql, sha256: string): Promise<void> {
  await sql`delete from sessions where sha256 = ${sha256}`;
}

/** Leaves word for the next page of a session. */
export async function leaveNotice(sql: Sql, sha256: string, notice: string): Promise<void> {
  await sql`update sessions set notice = ${notice} where sha256 = ${sha256}`;
}

/** The word that was left, once; null: there is none. */
export async function takeNotice(sql: Sql, sha256: string): Promise<string | null> {
  const [row] = await sql`update sessions s set notice = null
    from (select sha256, notice from sessions where sha256 = ${sha256} and notice is not null for update) was
    where s.sha256 = was.sha256 returning was.notice`;
  return row?.notice ?? null;
}
