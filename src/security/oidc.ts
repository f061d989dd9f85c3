import { type Role, ROLES } from "./roles.ts";
import { type Scope, SCOPES } from "./scopes.ts";

/** How an OpenID provider is reached, and what its word gives. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret?: string;
  /** claim that lists the groups of a person, or of a service */
  groupsClaim: string;
  /** asked for at the sign-in, besides `openid` */
  scope: string;
  /** role of each group; `client:NAME` stands for a service without groups */
  roles: ReadonlyMap<string, Role>;
  /** whom tokens of services have to be for; left out: none is taken */
  audience?: string;
}

/** Claims of a token, as they came. */
export type Claims = Readonly<Record<string, unknown>>;

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");

/** Returns the groups that a token names. */
export const groupsOf = (claims: Claims, claim: string): string[] => texts(claims[claim]);

/** Returns the role that groups give: of several the one that comes last in the list of roles. Null: none of them has one. */
export function roleOfGroups(roles: OidcSettings["roles"], groups: readonly string[]): Role | null {
  const given = groups.flatMap((group) => roles.get(group) ?? []);
  return ROLES.findLast((role) => given.includes(role)) ?? null;
}

/** Returns what a token's `scope` bounds its bearer to; null: it names no scope of ours. */
export function scopesOf(claims: Claims): Scope[] | null {
  const named = texts(claims.scope).flatMap((text) => text.split(" "));
  const ours = SCOPES.filter((scope) => named.includes(scope));
  return ours.length > 0 ? ours : null;
}

const NAME_MAX = 60;

/**
 * Returns the name that the audit has of whom a provider vouches for. No key can have it: a person who calls themselves
 * "owner" there is "sso:owner" here.
 */
export function nameOf(claims: Claims, kind: "sso" | "service"): string {
  const names = kind === "sso"
    ? [claims.preferred_username, claims.email, claims.name, claims.sub]
    : [claims.client_id, claims.azp, claims.sub];
  const name = texts(names).find((text) => text.trim() !== "") ?? "unnamed";
  return `${kind}:${name.replaceAll(/[^\p{L}\p{N} ._@-]/gu, "_").slice(0, NAME_MAX)}`;
}

/** How a provider's person is named in the database: the same name of two providers is two persons. */
export const subjectOf = (claims: Claims, issuer: string): string => `${issuer}#${String(claims.sub)}`;
