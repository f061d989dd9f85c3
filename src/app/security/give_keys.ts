import { sha256 } from "../../core/hash.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../../core/errors.ts";
import { type ApiKey, deleteKey, insertKey, replaceKey } from "../../db/access/api_keys.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { type Database, inTransaction } from "../../db/connect.ts";
import { FIRST_KEY, GIVEN_KEY, newKey } from "./keys.ts";
import { beyond, type Scope, type Scopes } from "../../security/scopes.ts";
import type { Role } from "../../security/roles.ts";

/** Names that the audit gives to what is no person. */
const TAKEN = [FIRST_KEY, GIVEN_KEY, "perennial"];

interface Giving {
  name: string;
  /** who gives or takes the key */
  by: string;
  why: string;
  /** what the giver's own key is bounded to; left out: to nothing */
  ownScopes?: Scopes;
}

/** A key would get into hands that may do less than it. */
export class ScopesExceededError extends Error {
  override name = "ScopesExceededError";
  constructor(readonly missing: readonly Scope[], { name, by }: Pick<Giving, "name" | "by">) {
    super(
      `The key of "${name}" would have the scopes ${
        missing.join(", ")
      }, which the key of "${by}" does not have: ` +
        "name scopes of your own, or ask an admin whose key has no scopes",
    );
  }
}

/** @throws {ScopesExceededError} the giver's own key does not have all of these scopes */
function refuseMore(scopes: Scopes, { name, by, ownScopes = null }: Giving): void {
  const missing = beyond(ownScopes, scopes);
  if (missing.length > 0) throw new ScopesExceededError(missing, { name, by });
}

/**
 * Makes a key for somebody, and writes down who gave it. The answer alone holds it.
 * @throws {InvalidInputError} the name means something else   @throws {ConflictError} there is a key of this name
 * @throws {ScopesExceededError} the giver may do less than it
 */
export async function giveKey(
  sql: Database,
  { name, role, by, why, scopes, expiresAt, ownScopes }: Giving & {
    role: Role;
    scopes?: readonly Scope[];
    expiresAt?: string;
  },
): Promise<ApiKey & { key: string }> {
  if (TAKEN.includes(name.toLowerCase())) {
    throw new InvalidInputError(`Cannot name a key "${name}": the audit calls something else so`, "name");
  }
  refuseMore(scopes ?? null, { name, by, why, ownScopes });
  const key = newKey();
  const added = await inTransaction(sql, async (tx) => {
    const keyRow = await insertKey(tx, { name, role, sha256: sha256(key), by, scopes, expiresAt });
    if (!keyRow) {
      throw new ConflictError(`There is a key of "${name}" already; revoke it first, or name another`);
    }
    const auditEntry = { who: by, action: "add key", target: name, why, after: { role, scopes, expiresAt } };
    await writeAudit(tx, { requestId: crypto.randomUUID(), ...auditEntry });
    return keyRow;
  });
  return { ...added, key };
}

/**
 * Makes another key for the holder of one, which holds on for a while, and writes down who did.
 * @throws {NotFoundError} there is none of this name   @throws {ConflictError} the environment gives it
 * @throws {ScopesExceededError} who asks, and is told the key, may do less than it
 */
export async function rotateKey(
  sql: Database,
  { name, by, why, overlapMs, ownScopes }: Giving & { overlapMs: number },
): Promise<ApiKey & { key: string }> {
  if (name === GIVEN_KEY) {
    throw new ConflictError(`Cannot rotate "${GIVEN_KEY}": it is what PERENNIAL_API_KEY says`);
  }
  const key = newKey();
  const replaced = await inTransaction(sql, async (tx) => {
    const row = await replaceKey(tx, { name, sha256: sha256(key), overlapMs });
    if (!row) throw new NotFoundError("key", name);
    refuseMore(row.scopes, { name, by, why, ownScopes });
    const auditEntry = { who: by, action: "rotate key", target: name, why, after: { overlapMs } };
    await writeAudit(tx, { requestId: crypto.randomUUID(), ...auditEntry });
    return row;
  });
  return { ...replaced, key };
}

/**
 * Ends a key and every session that it began, and writes down who did.
 * @throws {NotFoundError} there is none of this name   @throws {ConflictError} it has to stay
 */
export async function revokeKey(sql: Database, { name, by, why }: Giving): Promise<ApiKey> {
  if (name === FIRST_KEY) {
    throw new ConflictError(
      `Cannot revoke "${FIRST_KEY}": it is the installation's own key, the one that was printed at its first start`,
    );
  }
  if (name === by) throw new ConflictError(`Cannot revoke "${name}": it is the key that you call with`);
  return await inTransaction(sql, async (tx) => {
    const gone = await deleteKey(tx, name);
    if (!gone) throw new NotFoundError("key", name);
    const auditEntry = { who: by, action: "revoke key", target: name, why, before: { role: gone.role } };
    await writeAudit(tx, { requestId: crypto.randomUUID(), ...auditEntry });
    return gone;
  });
}
