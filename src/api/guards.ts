import type { Context, MiddlewareHandler, Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { systemClock } from "../core/clock.ts";
import { createKeyRing } from "../security/key_ring.ts";
import { ACCESS, type Access, isLoopback, needsKey, routerPath } from "./access.ts";
import { withDeadline } from "./deadline.ts";
import { type Api, type ApiDeps, type AppEnv, LOOPBACK } from "./deps.ts";
import { ApiFault } from "./problem.ts";

/** Longest body in bytes, once unpacked: of events and of rows to predict, and of everything else. */
export const EVENTS_BYTES_MAX = 32 * 1024 * 1024;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const ANSWER_WITHIN_MS = 60_000;

const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
} as const;

/** Puts what every request passes through before anything answers. */
export function addGuards(app: Api, deps: ApiDeps): void {
  app.use("*", requestId, headers, ownHost(deps.host ?? LOOPBACK));
}

/** Puts what the API's own routes want of a request before them. */
export function addRouteGuards(app: Api, deps: ApiDeps): void {
  const nameOfKey = createKeyRing(deps.sql, systemClock);
  for (const [route, access] of Object.entries(ACCESS)) {
    const [method, path] = route.split(" ");
    const maxSize = /^\/(events|predictions)/.test(path) ? EVENTS_BYTES_MAX : BODY_BYTES_MAX;
    app.on(
      method,
      routerPath(path),
      inTime,
      accessGuard(access, deps.host ?? LOOPBACK, nameOfKey),
      limitBody(maxSize),
    );
  }
}

/** Gives a request its id: the caller's own where it is a plain word, else a new one. */
async function requestId(c: Context<AppEnv>, next: Next): Promise<void> {
  const sent = c.req.header("x-request-id");
  const id = sent && /^[\w.-]{1,64}$/.test(sent) ? sent : crypto.randomUUID();
  c.set("requestId", id);
  c.set("who", "");
  await next();
  c.res.headers.set("X-Request-Id", id);
}

async function inTime(_c: Context, next: Next): Promise<void> {
  const late = () => new HTTPException(504, { message: `No answer within ${ANSWER_WITHIN_MS / 1000} s` });
  await withDeadline(next(), ANSWER_WITHIN_MS, late);
}

/** Refuses a longer body. One that tells its length is not read for that; of another the bytes are counted. */
export function limitBody(maxSize: number): MiddlewareHandler<AppEnv> {
  const counted = bodyLimit({ maxSize, onError: tooLarge });
  return async (c, next) => {
    const length = c.req.header("content-length");
    if (length === undefined || c.req.header("transfer-encoding") !== undefined) {
      return await counted(c, next);
    }
    if (Number(length) > maxSize) tooLarge();
    await next();
  };
}

/** Headers that a handler may set otherwise, as the pages of the dashboard do. */
async function headers(c: Context<AppEnv>, next: Next): Promise<void> {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
}

/**
 * On loopback only this machine's names are answered: a web page that lets its own name point here (DNS rebinding)
 * would otherwise read what is open to this machine.
 */
function ownHost(bound: string): MiddlewareHandler<AppEnv> {
  if (!isLoopback(bound)) return async (_c, next) => await next();
  let lastOwn = ""; // most requests name the same host
  return async (c, next) => {
    const sent = c.req.header("host") ?? new URL(c.req.url).host;
    if (sent !== lastOwn) {
      const asked = new URL(`http://${sent}`).hostname;
      if (!isLoopback(asked)) {
        throw new ApiFault("foreign-host", `This server answers to localhost only, not to "${asked}"`);
      }
      lastOwn = sent;
    }
    await next();
  };
}

function accessGuard(
  access: Access,
  host: string,
  nameOfKey: ReturnType<typeof createKeyRing>,
): MiddlewareHandler<AppEnv> {
  if (!needsKey(access, host)) return async (_c, next) => await next();
  return async (c, next) => {
    const key = presentedKey(c.req.raw.headers);
    const who = c.env?.actingAs ?? (key === undefined ? null : await nameOfKey(key));
    if (who === null) {
      const how = key === undefined ? "Send it" : "This one is not known. Send a valid one";
      throw new ApiFault("key-needed", `${how} as "Authorization: Bearer <key>" or "X-API-Key: <key>"`);
    }
    c.set("who", who);
    await next();
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
