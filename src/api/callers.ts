import type { Context } from "hono";
import type { AccessLog } from "../app/security/access_log.ts";
import { type Oidc, ProviderUnreachableError } from "../app/security/oidc.ts";
import type { KeyRing } from "../app/security/key_ring.ts";
import { systemClock } from "../core/clock.ts";
import { HOUR_MS } from "../core/time.ts";
import type { KeyHolder, PresentedKey } from "../db/access/api_keys.ts";
import { moment } from "../format/times.ts";
import { allows, type Role } from "../security/roles.ts";
import { covers } from "../security/scopes.ts";
import { ABOUT_PERSONS, scopeOf } from "./access.ts";
import type { AppEnv } from "./deps.ts";
import { ApiFault, type ProblemKind, RoleNeededError } from "./problem.ts";
import { addressOf } from "./remote_address.ts";

/** Who calls: the holder of a key, a person within this process, or a sender that signs. */
export type Caller = KeyHolder & Partial<PresentedKey>;

/** Nobody that is known, why, and what they are told. */
export interface Unknown {
  /** for the audit; left out: nothing was shown that could be wrong */
  refused?: string;
  fault: ProblemKind;
  told: string;
}

/** What becomes of the question who calls. */
export type Identified = { caller: Caller } | { unknown: Unknown };

/** Finds who calls by the key that came along, or by whose form this process answers. */
export function keyHolder(
  c: Context<AppEnv>,
  keys: KeyRing,
  oidc?: Oidc,
): Identified | Promise<Identified> {
  if (c.env?.actingAs) return { caller: c.env.actingAs };
  const key = presentedKey(c.req.raw.headers);
  if (key === undefined) return NO_KEY;
  if (oidc && isToken(key)) return serviceOf(oidc, key);
  const holder = keys.holderOf(key);
  return holder instanceof Promise
    ? holder.then((later) => later ? known(later) : notKnown(keys, key))
    : known(holder);
}

/** Says of a key that lets nobody in whether it did once. */
async function notKnown(keys: KeyRing, key: string): Promise<Identified> {
  const expiredAt = await keys.expiryOf(key);
  if (expiredAt === null) return WRONG_KEY;
  const told = `This key expired on ${moment(expiredAt, "moment")} UTC. Send a valid one ${HOW}`;
  return { unknown: { fault: "key-expired", refused: "the key has expired", told } };
}

const HOW = 'as "Authorization: Bearer <key>" or "X-API-Key: <key>"';
const NO_KEY: Identified = { unknown: { fault: "key-needed", told: `Send it ${HOW}` } };
const WRONG_KEY: Identified = {
  unknown: {
    fault: "key-unknown",
    refused: "the key is not known",
    told: `This key is not valid. Send a valid one ${HOW}`,
  },
};

/** A JWT: three parts of base64url. No key of ours has a dot. */
const isToken = (key: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(key);

async function serviceOf(oidc: Oidc, token: string): Promise<Identified> {
  try {
    return known(await oidc.serviceOf(token));
  } catch (error) {
    if (error instanceof ProviderUnreachableError) throw new ApiFault("unavailable", error.message);
    throw error;
  }
}

const known = (caller: PresentedKey | null): Identified => caller === null ? WRONG_KEY : { caller };

/** The key that a request was sent with. */
export function presentedKey(headers: Headers): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-api-key") ?? undefined;
}

/** Lets in who may call, and has refusals and reads of persons' data written down. */
export type Admit = (
  c: Context<AppEnv>,
  identify: () => Identified | Promise<Identified>,
) => void | Promise<void>;

/**
 * Returns the one place where a route lets somebody in, however they are known: a role, a scope, and the audit.
 * @param rules.needed null: nobody is asked who they are
 */
export function accessGuard(
  route: string,
  { needed, accesses }: { needed: Role | null; accesses: AccessLog },
): Admit {
  if (needed === null) return () => undefined;
  const isOfPersons = ABOUT_PERSONS.has(route);
  const scope = scopeOf(route);
  const lastNoted = new Map<string, number>(); // by the name of a key: there are few
  const refuse = (c: Context<AppEnv>, who: string, after: Record<string, unknown>) =>
    accesses.note({ kind: "refused", who, target: route, address: addressOf(c.req.raw), after });
  return async (c, identify) => {
    const who = await identify();
    if ("unknown" in who) {
      const { refused, fault, told } = who.unknown;
      if (refused !== undefined) refuse(c, "", { why: refused });
      throw new ApiFault(fault, told);
    }
    const { name, role, scopes = null, id = name } = who.caller;
    if (!allows(role, needed)) {
      refuse(c, name, { role, needed });
      throw new RoleNeededError(needed, who.caller);
    }
    if (!covers(scopes, scope)) {
      refuse(c, name, { scope });
      throw new ApiFault(
        "role-needed",
        `This needs the scope ${scope}, which the key of "${name}" does not have`,
      );
    }
    c.set("who", name);
    c.set("keyId", id);
    c.set("scopes", scopes);
    const hour = Math.floor(systemClock() / HOUR_MS);
    if (lastNoted.get(name) === hour) return; // as for nearly every prediction
    lastNoted.set(name, hour);
    const address = addressOf(c.req.raw);
    accesses.note({ kind: "first use of a key", who: name, target: "API", address });
    if (isOfPersons) accesses.note({ kind: "read of persons' data", who: name, target: route, address });
  };
}
