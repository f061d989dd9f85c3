import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import * as client from "openid-client";
import { randomBytes } from "node:crypto";
import { messageOf } from "../../core/errors.ts";
import { sha256 } from "../../core/hash.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { addSignIn, takeSignIn } from "../../db/access/oidc_sign_ins.ts";
import { addPersonSession, endPersonSessions } from "../../db/access/sessions.ts";
import { useSignature } from "../../db/access/signal_uses.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";
import {
  type Claims,
  groupsOf,
  nameOf,
  type OidcSettings,
  roleOfGroups,
  scopesOf,
  subjectOf,
} from "../../security/oidc.ts";
import type { Role } from "../../security/roles.ts";
import type { Scope } from "../../security/scopes.ts";
import { SESSION_MS } from "./sessions.ts";

/** The time that a person has to sign in at the provider. */
export const SIGN_IN_MS = 10 * 60_000;
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
const LOGOUT_AGE_MAX_S = 5 * 60;
/** Clocks of the provider and of this machine may differ by so much. */
const CLOCK_TOLERANCE_S = 5;
/** Asymmetric ones only: whoever checks by a shared secret could forge. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** A service, by the token that it was sent with. */
export interface Bearer {
  name: string;
  id: string;
  role: Role;
  scopes: Scope[] | null;
}

/** Why nobody is signed in: the sign-in is none, the provider's answer is no good, or no group has a role. */
export type RefusedSignIn = "used" | "answer" | "groups";

/** How a sign-in ended. */
export type SignedIn = { id: string; name: string; toPath: string } | { why: RefusedSignIn };

/** Signing in by an OpenID provider. */
export interface Oidc {
  /** Begins a sign-in. @returns where the browser goes, and what it keeps until it comes back */
  begin(redirectUri: string, toPath: string): Promise<{ address: string; state: string }>;
  /** Ends a sign-in with what the provider sent the browser back with. */
  finish(address: URL, state: string): Promise<SignedIn>;
  /** Ends the sessions that the provider says are over. @returns how many; null: the token is not the provider's, or was used */
  endSessions(logoutToken: string): Promise<number | null>;
  /** Returns the service of a token; null: the token is not valid here. */
  serviceOf(token: string): Promise<Bearer | null>;
}

/** The provider does not answer. */
export class ProviderUnreachableError extends Error {
  override name = "ProviderUnreachableError";
  constructor(issuer: string, override readonly cause: unknown) {
    super(`The OpenID provider ${issuer} cannot be asked: ${messageOf(cause)}`);
  }
}

/** Opens a provider. It is asked for its addresses and keys when somebody first signs in, and again after a failure. */
export function createOidc(
  settings: OidcSettings,
  { sql, clock, log }: { sql: Sql; clock: () => number; log: (line: string) => void },
): Oidc {
  const provider = createProvider(settings);
  return {
    async begin(redirectUri, toPath) {
      const { config } = await provider();
      const [state, nonce, verifier] = [newState(), client.randomNonce(), client.randomPKCECodeVerifier()];
      const expiresMs = clock() + SIGN_IN_MS;
      await addSignIn(sql, { sha256: sha256(state), verifier, nonce, toPath, atMs: clock(), expiresMs });
      const address = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: `openid ${settings.scope}`,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      return { address: address.href, state };
    },
    async finish(address, state) {
      const begun = await takeSignIn(sql, sha256(state), { atMs: clock() });
      if (!begun) return { why: "used" };
      const { config } = await provider();
      const claims = await claimsOf(config, address, { begun, state, claim: settings.groupsClaim });
      if ("why" in claims) {
        log(`a sign-in by ${settings.issuer} failed: ${claims.why}`);
        return { why: "answer" };
      }
      return await beginPersonSession(sql, settings, {
        claims: claims.claims,
        toPath: begun.toPath,
        atMs: clock(),
      });
    },
    async endSessions(logoutToken) {
      const { jwks } = await provider();
      const claims = await verified(logoutToken, jwks, {
        issuer: settings.issuer,
        audience: settings.clientId,
        maxTokenAge: LOGOUT_AGE_MAX_S,
      });
      if (!claims || !isLogout(claims)) return null;
      const { issuer } = settings;
      const subject = claims.sub === undefined ? null : subjectOf(claims, issuer);
      const providerSession = typeof claims.sid === "string" ? claims.sid : null;
      const use = { signature: `logout/${sha256(`${issuer} ${claims.jti}`)}`, receipt: crypto.randomUUID() };
      return await inTransaction(sql, async (tx) => { // what fails may be sent again, to whichever process
        if (!await useSignature(tx, use)) return null;
        return await endPersonSessions(tx, { issuer, subject, providerSession });
      });
    },
    async serviceOf(token) {
      const { audience, issuer, roles, groupsClaim } = settings;
      if (audience === undefined) return null;
      const { jwks } = await provider();
      const claims = await verified(token, jwks, { issuer, audience, requiredClaims: ["exp"] });
      if (!claims) return null;
      const clients = [claims.client_id, claims.azp].filter((name) => typeof name === "string");
      const role = roleOfGroups(roles, [
        ...groupsOf(claims, groupsClaim),
        ...clients.map((name) => `client:${name}`),
      ]);
      if (role === null) return null;
      return {
        name: nameOf(claims, "service"),
        id: subjectOf(claims, issuer),
        role,
        scopes: scopesOf(claims),
      };
    },
  };
}

const newState = () => randomBytes(32).toString("base64url");

interface Provider {
  config: client.Configuration;
  jwks: ReturnType<typeof createRemoteJWKSet>;
}

function createProvider({ issuer, clientId, clientSecret }: OidcSettings): () => Promise<Provider> {
  let found: Promise<Provider> | undefined;
  const find = async (): Promise<Provider> => {
    const isPlain = issuer.startsWith("http:"); // only of this machine: see the environment's schema
    const config = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute: isPlain ? [client.allowInsecureRequests] : [],
    });
    const { jwks_uri: address } = config.serverMetadata();
    if (address === undefined) throw new Error("it names no keys (jwks_uri)");
    return { config, jwks: createRemoteJWKSet(new URL(address)) };
  };
  return () =>
    found ??= find().catch((error) => {
      found = undefined; // the next one tries again
      throw new ProviderUnreachableError(issuer, error);
    });
}

/** The claims of the ID token; the groups from the provider's page about the person, where the token has none. */
async function claimsOf(
  config: client.Configuration,
  address: URL,
  { begun, state, claim }: { begun: { verifier: string; nonce: string }; state: string; claim: string },
): Promise<{ claims: Claims } | { why: string }> {
  try {
    const tokens = await client.authorizationCodeGrant(config, address, {
      pkceCodeVerifier: begun.verifier,
      expectedState: state,
      expectedNonce: begun.nonce,
      idTokenExpected: true,
    });
    const claims: Claims = { ...tokens.claims() };
    if (claims[claim] !== undefined) return { claims };
    const more = await client.fetchUserInfo(config, tokens.access_token, String(claims.sub));
    return { claims: { ...more, ...claims } };
  } catch (error) {
    return { why: messageOf(error) };
  }
}

async function beginPersonSession(
  sql: Sql,
  { issuer, roles, groupsClaim }: OidcSettings,
  { claims, toPath, atMs }: { claims: Claims; toPath: string; atMs: number },
): Promise<SignedIn> {
  const name = nameOf(claims, "sso");
  const role = roleOfGroups(roles, groupsOf(claims, groupsClaim));
  const subject = subjectOf(claims, issuer);
  const entry = { requestId: crypto.randomUUID(), who: name, target: "dashboard", why: "" };
  if (role === null) {
    await writeAudit(sql, { ...entry, action: "sign-in refused", after: { by: "single sign-on", subject } });
    return { why: "groups" };
  }
  const id = randomBytes(32).toString("base64url");
  await addPersonSession(sql, {
    sha256: sha256(id),
    person: name,
    role,
    subject,
    providerSession: typeof claims.sid === "string" ? claims.sid : null,
    atMs,
    expiresMs: atMs + SESSION_MS,
  });
  await writeAudit(sql, { ...entry, action: "sign in", after: { by: "single sign-on", subject, role } });
  return { id, name, toPath };
}

/** Whether a token that is the provider's says that a session is over, and is nothing else. */
const isLogout = (claims: Claims): claims is Claims & { jti: string } =>
  claims.nonce === undefined && typeof claims.iat === "number" && typeof claims.jti === "string" &&
  (claims.sub !== undefined || claims.sid !== undefined) &&
  typeof claims.events === "object" && claims.events !== null && LOGOUT_EVENT in claims.events;

/** The claims of a token that the provider signed, for us, and that holds now; null: it is none. */
async function verified(
  token: string,
  jwks: Provider["jwks"],
  wanted: { issuer: string; audience: string; maxTokenAge?: number; requiredClaims?: string[] },
): Promise<Claims | null> {
  try {
    const { payload } = await jwtVerify(token, jwks, {
      ...wanted,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    return payload;
  } catch (error) {
    const isUnreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
    if (isUnreachable) throw new ProviderUnreachableError(wanted.issuer, error);
    return null;
  }
}
