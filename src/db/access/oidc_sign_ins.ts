import type { Sql } from "../connect.ts";

/** What a sign-in that was begun has to fit, and where it leads. */
export interface BegunSignIn {
  verifier: string;
  nonce: string;
  toPath: string;
}

/** Keeps a sign-in that was begun under the sha256 of its state; those that nobody finished are cleared away. */
export async function addSignIn(
  sql: Sql,
  { sha256, verifier, nonce, toPath, atMs, expiresMs }: BegunSignIn & {
    sha256: string;
    atMs: number;
    expiresMs: number;
  },
): Promise<void> {
  await sql`delete from oidc_sign_ins where expires_at <= ${new Date(atMs)}`;
  await sql`insert into oidc_sign_ins (sha256, verifier, nonce, to_path, expires_at)
    values (${sha256}, ${verifier}, ${nonce}, ${toPath}, ${new Date(expiresMs)})`;
}

/** Uses a sign-in up. @returns null: it is not known, was used, or is too old */
export async function takeSignIn(
  sql: Sql,
  sha256: string,
  { atMs }: { atMs: number },
): Promise<BegunSignIn | null> {
  const [row] = await sql`delete from oidc_sign_ins where sha256 = ${sha256}
    returning verifier, nonce, to_path, expires_at`;
  if (!row || Date.parse(row.expiresAt) <= atMs) return null;
  return { verifier: row.verifier, nonce: row.nonce, toPath: row.toPath };
}
