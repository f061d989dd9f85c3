import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { KeyHolder, PresentedKey } from "../db/access/api_keys.ts";
import type { KeyRing } from "../app/security/key_ring.ts";
import { covers } from "../security/scopes.ts";
import { allows, type Role } from "../security/roles.ts";
import { createAdmission } from "./admission.ts";
import type { AccessLog } from "../app/security/access_log.ts";
import { ABOUT_PERSONS, ACCESS, isLoopback, neededRole, routerPath, scopeOf } from "./access.ts";
import { systemClock } from "../core/clock.ts";
import { HOUR_MS } from "../core/time.ts";
import { isDeeper } from "../core/json_depth.ts";
import { InvalidInputError } from "../core/errors.ts";
import { withDeadline } from "../core/deadline.ts";
import { type Api, type ApiDeps, type AppEnv, LOOPBACK } from "./deps.ts";
import { addressOf, rememberSource, sourceOf } from "./remote_address.ts";
import { admitSigned, signedRequest } from "./webhook_guard.ts";
import { ApiFault, RoleNeededError, UnavailableError } from "./problem.ts";

/** Longest body in bytes, once unpacked: of events and of rows to predict, and of everything else. */
export const EVENTS_BYTES_MAX = 32 * 1024 * 1024;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const ANSWER_WITHIN_MS = 60_000;

const HEADERS = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
});

/** NUL in an address: no database can hold it, whatever parameter it stands in. */
const NUL = /%00/;

/** Puts what every request passes through before anything answers: one layer, for each costs every prediction. */
export function addGuards(app: Api, deps: ApiDeps): void {
  const ownHost = hostGuard(deps.host ?? LOOPBACK, deps.publicUrl);
  app.use("*", async (c, next) => {
    const id = requestId(c.req.raw.headers);
    c.set("requestId", id);
    c.set("who", "");
    ownHost(c);
    if (NUL.test(c.req.raw.url)) throw new InvalidInputError("The address must not hold NUL", "address");
    await next();
    complete(c.res.headers, id);
  });
}

/** Puts what the API's own routes want of a request before them. */
export function addRouteGuards(
  app: Api,
  { host = LOOPBACK, readsNeedKey, webhookSecrets = {}, database, admission = createAdmission() }: Pick<
    ApiDeps,
    "host" | "readsNeedKey" | "webhookSecrets" | "database" | "admission"
  >,
  keys: KeyRing,
  accesses: AccessLog,
): void {
  for (const [route, access] of Object.entries(ACCESS)) {
    const [method, path] = route.split(" ");
    const maxSize = /^\/(events|predictions)/.test(path) ? EVENTS_BYTES_MAX : BODY_BYTES_MAX;
    const admit = accessGuard(route, { needed: neededRole(access, host, { readsNeedKey }), keys, accesses });
    const limited = limitBody(maxSize);
    const readsJson = method !== "GET" && maxSize === BODY_BYTES_MAX; // events and rows are read by code of their own
    app.on(method, routerPath(path), async (c, next) => {
      const answered = async () => {
        const signed = signedRequest(c, webhookSecrets);
        if (signed) {
          const leaveSigned = admission.enter(c.req.raw, BODY_BYTES_MAX);
          const known = limitedBeforeKnown(c, async () => {
            await admitSigned(c, signed);
            await next();
          });
          return await Promise.resolve(known).finally(leaveSigned);
        }
        await admit(c);
        const leave = admission.enter(c.req.raw, maxSize);
        const read = limited(c, async () => {
          if (readsJson) await refuseDeep(c);
          await next();
        });
        return await Promise.resolve(read).finally(leave);
      };
      if (PROBES.has(path)) {
        await admit(c);
        return await limited(c, next);
      }
      const answer = database ? database.whileUp(answered(), postgresDown) : answered();
      return await withDeadline(answer, ANSWER_WITHIN_MS, late);
    });
  }
}

/** Whoever has shown no key yet is read less of. */
const limitedBeforeKnown = limitBody(BODY_BYTES_MAX);

/** They answer however busy this process is, and however Postgres does. */
const PROBES = new Set(["/healthz", "/readyz"]);

const postgresDown = () => new UnavailableError("Postgres", "Postgres does not answer; try again soon");
/** Deepest JSON of a request: none of ours has more than a few levels. */
export const DEPTH_MAX = 64;

async function refuseDeep(c: Context<AppEnv>): Promise<void> {
  if (!/json/i.test(c.req.header("content-type") ?? "")) return;
  if (isDeeper(await c.req.text(), DEPTH_MAX)) {
    throw new ApiFault("malformed", `The body is nested deeper than ${DEPTH_MAX} levels`);
  }
}

const late = () => new HTTPException(504, { message: `No answer within ${ANSWER_WITHIN_MS / 1000} s` });

/** The id of a request: the caller's own where it is a plain word, else a new one. */
function requestId(headers: Headers): string {
  const sent = headers.get("x-request-id");
  return sent && /^[\w.-]{1,64}$/.test(sent) ? sent : crypto.randomUUID();
}

/** Adds headers that a handler may set otherwise, as the pages of the dashboard do. */
export function complete(headers: Headers, id: string): void {
  for (const [name, value] of HEADERS) if (!headers.has(name)) headers.set(name, value);
  headers.set("X-Request-Id", id);
}

/** Refuses a longer body. One that tells its length is not read for that; of another the bytes are counted. */
export function limitBody(maxSize: number): MiddlewareHandler<AppEnv> {
  const counted = bodyLimit({ maxSize, onError: tooLarge });
  return async (c, next) => {
    const { headers } = c.req.raw;
    const length = headers.get("content-length");
    if (length === null || headers.has("transfer-encoding")) {
      const source = sourceOf(c.req.raw);
      return await counted(c, async () => {
        rememberSource(c.req.raw, source); // what was counted comes in a request of its own
        await next();
      });
    }
    if (Number(length) > maxSize) tooLarge();
    await next();
  };
}

/**
 * On loopback only this machine's names are answered: a web page that lets its own name point here (DNS rebinding)
 * would otherwise read what is open to this machine.
 */
function hostGuard(bound: string, publicUrl?: string): (c: Context<AppEnv>) => void {
  if (!isLoopback(bound)) return () => undefined;
  const publicHost = publicUrl === undefined ? null : new URL(publicUrl).hostname;
  let lastOwn = ""; // most requests name the same host
  return (c) => {
    const sent = c.req.raw.headers.get("host") ?? new URL(c.req.url).host;
    if (sent === lastOwn) return;
    if (!/^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(sent) || !URL.canParse(`http://${sent}`)) {
      throw new ApiFault("malformed", "The request names no host, or none that can be");
    }
    const requestedHost = new URL(`http://${sent}`).hostname;
    if (!isLoopback(requestedHost) && requestedHost !== publicHost) {
      throw new ApiFault("foreign-host", `This server answers to localhost only, not to "${requestedHost}"`);
    }
    lastOwn = sent;
  };
}

interface AccessRules {
  needed: Role | null;
  keys: KeyRing;
  accesses: AccessLog;
}

/** Lets in who may call, notes who that is, and has refusals and reads of persons' data written down. */
function accessGuard(
  route: string,
  { needed, keys, accesses }: AccessRules,
): (c: Context<AppEnv>) => void | Promise<void> {
  if (needed === null) return () => undefined;
  const isOfPersons = ABOUT_PERSONS.has(route);
  const scope = scopeOf(route);
  const lastNoted = new Map<string, number>(); // by the name of a key: there are few
  return async (c) => {
    const key = presentedKey(c.req.raw.headers);
    const who: KeyHolder & Partial<PresentedKey> | null = c.env?.actingAs ??
      (key === undefined ? null : await keys.holderOf(key));
    if (who === null) {
      const address = addressOf(c.req.raw);
      if (key !== undefined) {
        accesses.note({
          kind: "refused",
          who: "",
          target: route,
          address,
          after: { why: "the key is not known" },
        });
      }
      const kind = key === undefined ? "key-needed" : "key-unknown";
      const how = key === undefined ? "Send it" : "This key is not valid. Send a valid one";
      throw new ApiFault(kind, `${how} as "Authorization: Bearer <key>" or "X-API-Key: <key>"`);
    }
    const { name, role } = who;
    if (!allows(role, needed)) {
      const address = addressOf(c.req.raw);
      accesses.note({ kind: "refused", who: name, target: route, address, after: { role, needed } });
      throw new RoleNeededError(needed, who);
    }
    if (!covers(who.scopes ?? null, scope)) {
      const address = addressOf(c.req.raw);
      accesses.note({ kind: "refused", who: name, target: route, address, after: { scope } });
      throw new ApiFault(
        "role-needed",
        `This needs the scope ${scope}, which the key of "${name}" does not have`,
      );
    }
    c.set("who", name);
    c.set("keyId", who.id ?? name);
    const hour = Math.floor(systemClock() / HOUR_MS);
    if (lastNoted.get(name) === hour) return; // as for nearly every prediction
    lastNoted.set(name, hour);
    const address = addressOf(c.req.raw);
    accesses.note({ kind: "first use of a key", who: name, target: "API", address });
    if (isOfPersons) accesses.note({ kind: "read of persons' data", who: name, target: route, address });
  };
}

/** The key that a request was sent with. */
export function presentedKey(headers: Headers): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-api-key") ?? undefined;
}

function tooLarge(): never {
  throw new ApiFault("too-large", "Send less at once: at most 4 MiB, and 32 MiB of events or rows");
}
