import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { KeyRing } from "../app/security/key_ring.ts";
import { allows, type Role } from "../security/roles.ts";
import { createAdmission } from "./admission.ts";
import { ACCESS, isLoopback, neededRole, routerPath } from "./access.ts";
import { InvalidInputError } from "../core/errors.ts";
import { withDeadline } from "../core/deadline.ts";
import { type Api, type ApiDeps, type AppEnv, LOOPBACK } from "./deps.ts";
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
  const ownHost = hostGuard(deps.host ?? LOOPBACK);
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
  { host = LOOPBACK, database, admission = createAdmission() }: Pick<
    ApiDeps,
    "host" | "database" | "admission"
  >,
  keys: KeyRing,
): void {
  for (const [route, access] of Object.entries(ACCESS)) {
    const [method, path] = route.split(" ");
    const maxSize = /^\/(events|predictions)/.test(path) ? EVENTS_BYTES_MAX : BODY_BYTES_MAX;
    const admit = accessGuard(neededRole(access, host), keys);
    const limited = limitBody(maxSize);
    app.on(method, routerPath(path), async (c, next) => {
      const answered = async () => {
        await admit(c);
        const leave = admission.enter(c.req.raw, maxSize);
        return await Promise.resolve(limited(c, next)).finally(leave);
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

/** They answer however busy this process is, and however Postgres does. */
const PROBES = new Set(["/healthz", "/readyz"]);

const postgresDown = () => new UnavailableError("Postgres", "Postgres does not answer; try again soon");
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
    if (length === null || headers.has("transfer-encoding")) return await counted(c, next);
    if (Number(length) > maxSize) tooLarge();
    await next();
  };
}

/**
 * On loopback only this machine's names are answered: a web page that lets its own name point here (DNS rebinding)
 * would otherwise read what is open to this machine.
 */
function hostGuard(bound: string): (c: Context<AppEnv>) => void {
  if (!isLoopback(bound)) return () => undefined;
  let lastOwn = ""; // most requests name the same host
  return (c) => {
    const sent = c.req.raw.headers.get("host") ?? new URL(c.req.url).host;
    if (sent === lastOwn) return;
    const requestedHost = new URL(`http://${sent}`).hostname;
    if (!isLoopback(requestedHost)) {
      throw new ApiFault("foreign-host", `This server answers to localhost only, not to "${requestedHost}"`);
    }
    lastOwn = sent;
  };
}

/** Lets in who may call, and notes who that is. */
function accessGuard(needed: Role | null, keys: KeyRing): (c: Context<AppEnv>) => void | Promise<void> {
  if (needed === null) return () => undefined;
  return async (c) => {
    const key = presentedKey(c.req.raw.headers);
    const who = c.env?.actingAs ?? (key === undefined ? null : await keys.holderOf(key));
    if (who === null) {
      const how = key === undefined ? "Send it" : "This one is not known. Send a valid one";
      throw new ApiFault("key-needed", `${how} as "Authorization: Bearer <key>" or "X-API-Key: <key>"`);
    }
    if (!allows(who.role, needed)) throw new RoleNeededError(needed, who);
    c.set("who", who.name);
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
