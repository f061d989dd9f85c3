import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { KeyRing } from "../app/security/key_ring.ts";
import { createAdmission } from "./admission.ts";
import type { AccessLog } from "../app/security/access_log.ts";
import { ACCESS, isLoopback, neededRole, routerPath } from "./access.ts";
import { accessGuard, keyHolder } from "./callers.ts";
import { isDeeper } from "../core/json_depth.ts";
import { InvalidInputError, messageOf } from "../core/errors.ts";
import type { DatabaseWatch } from "../app/database_watch.ts";
import { withDeadline } from "../core/deadline.ts";
import { type Api, type ApiDeps, type AppEnv, type CountingDeps, LOOPBACK } from "./deps.ts";
import { rememberSource, sourceOf } from "./remote_address.ts";
import { signedRequest, signer } from "./webhook_guard.ts";
import { ApiFault, UnavailableError } from "./problem.ts";
import { StatementScope } from "../db/statements.ts";
import { createRequestWatch } from "./request_watch.ts";

/** Longest body in bytes, once unpacked: of events and of rows to predict, and of everything else. */
export const EVENTS_BYTES_MAX = 32 * 1024 * 1024;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** of a model from outside, as base64 within JSON */
const BROUGHT_BYTES_MAX = 24 * 1024 * 1024;
const ANSWER_WITHIN_MS = 60_000;

const HEADERS = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": [
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "usb",
  ].map((feature) => `${feature}=()`).join(", "),
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cache-Control": "no-store",
});

/** NUL in an address: no database can hold it, whatever parameter it stands in. */
const NUL = /%00/;

/** Puts what every request passes through before anything answers: one layer, for each costs every prediction. */
export function addGuards(app: Api, deps: CountingDeps): void {
  const ownHost = hostGuard(deps.host ?? LOOPBACK, deps.publicUrl);
  const watch = createRequestWatch(deps.instruments);
  app.use("*", async (c, next) => {
    const id = requestId(c.req.raw.headers);
    c.set("requestId", id);
    c.set("who", "");
    await watch(c, async () => {
      ownHost(c);
      if (NUL.test(c.req.raw.url)) throw new InvalidInputError("The address must not hold NUL", "address");
      await next();
      complete(c.res.headers, id, c.req.raw);
    });
  });
}

/** Puts what the API's own routes want of a request before them. */
export function addRouteGuards(
  app: Api,
  { host = LOOPBACK, readsNeedKey, webhookSecrets = {}, database, admission = createAdmission(), oidc }: Pick<
    ApiDeps,
    "host" | "readsNeedKey" | "webhookSecrets" | "database" | "admission" | "oidc"
  >,
  keys: KeyRing,
  accesses: AccessLog,
): void {
  for (const [route, access] of Object.entries(ACCESS)) {
    const [method, path] = route.split(" ");
    const maxSize = bodyMax(path);
    const admit = accessGuard(route, { needed: neededRole(access, host, { readsNeedKey }), accesses });
    const limited = limitBody(maxSize);
    const isGivenUp = method !== "GET" && !path.startsWith("/predictions"); // these share what they wait for
    const isRepeatable = path === "/events"; // their ids keep each once, however often it is sent
    const isSmall = method !== "GET" && maxSize !== EVENTS_BYTES_MAX; // events and rows are read by code of their own
    app.on(method, routerPath(path), async (c, next) => {
      c.set("route", path);
      const holder = () => keyHolder(c, keys, oidc);
      if (PROBES.has(path)) {
        await admit(c, holder); // metrics are not for everybody
        return await limited(c, next);
      }
      const answered = async (handled: () => Promise<void>) => {
        const signed = signedRequest(c, webhookSecrets);
        if (!signed) await admit(c, holder);
        const leave = admission.enter(c.req.raw, signed ? BODY_BYTES_MAX : maxSize);
        try {
          return await (signed ? limitedBeforeKnown : limited)(c, async () => {
            if (signed) await admit(c, () => signer(c, signed));
            if (isSmall) await refuseDeep(c);
            await handled();
          });
        } finally {
          leave();
        }
      };
      if (!isGivenUp) return await inTime(answered(next), database);
      const statements = new StatementScope({ holdsCommits: !isRepeatable });
      const work = answered(() => statements.run(next));
      return await unlessLate(inTime(work, database), { work, statements });
    });
  }
}

function bodyMax(path: string): number {
  if (/^\/(events|predictions)/.test(path)) return EVENTS_BYTES_MAX;
  return path.endsWith("/brought") ? BROUGHT_BYTES_MAX : BODY_BYTES_MAX;
}

/**
 * Settles as `answer` does. Where that comes before the work has ended, its caller was told that it failed: then it does
 * not go on behind their back.
 */
async function unlessLate<T>(
  answer: Promise<T>,
  { work, statements }: { work: Promise<unknown>; statements: StatementScope },
): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  try {
    return await answer;
  } catch (error) {
    if (!isOver) statements.giveUp();
    throw !isOver && statements.mayBeKept ? inDoubt(error) : error;
  }
}

/** The error of a caller whose request was given up after a commit was sent: it may have come through. */
function inDoubt(error: unknown): unknown {
  const message =
    `${messageOf(error)}. It may have been kept all the same: send the same request again, with the ` +
    "same ids or Idempotency-Key, and it is kept once";
  if (error instanceof UnavailableError) return new UnavailableError(error.service, message);
  return error instanceof HTTPException ? new HTTPException(error.status, { message }) : error;
}

/** Of whoever is known by what is in the body, less is read. */
const limitedBeforeKnown = limitBody(BODY_BYTES_MAX);

/** They answer however busy this process is, and however Postgres does. */
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);

const postgresDown = () => new UnavailableError("Postgres", "Postgres does not answer; try again soon");
/** Deepest JSON of a request: none of ours has more than a few levels. */
export const DEPTH_MAX = 64;

async function refuseDeep(c: Context<AppEnv>): Promise<void> {
  if (!/json/i.test(c.req.header("content-type") ?? "")) return;
  if (isDeeper(await c.req.text(), DEPTH_MAX)) {
    throw new ApiFault("malformed", `The body is nested deeper than ${DEPTH_MAX} levels`);
  }
}

const tooLate = () => new HTTPException(504, { message: `No answer within ${ANSWER_WITHIN_MS / 1000} s` });

/** Settles as `work` does, unless that takes too long, or Postgres does not answer meanwhile. */
const inTime = <T>(work: Promise<T>, database: DatabaseWatch | undefined): Promise<T> =>
  database?.whileUp(work, postgresDown, tooLate) ?? withDeadline(work, ANSWER_WITHIN_MS, tooLate);

/** The id of a request: the caller's own where it is a plain word, else a new one. */
function requestId(headers: Headers): string {
  const sent = headers.get("x-request-id");
  return sent && /^[\w.-]{1,64}$/.test(sent) ? sent : crypto.randomUUID();
}

/** Adds headers that a handler may set otherwise, as the pages of the dashboard do. */
export function complete(headers: Headers, id: string, request: Request): void {
  for (const [name, value] of HEADERS) if (!headers.has(name)) headers.set(name, value);
  headers.set("X-Request-Id", id);
  if (isOverTls(request)) headers.set("Strict-Transport-Security", "max-age=31536000");
}

/** Whether a browser came here by TLS, and not by a name of its own machine, where other ports may speak none. */
function isOverTls(request: Request): boolean {
  const { publicUrl } = sourceOf(request);
  if (!request.url.startsWith("https:") && !publicUrl?.startsWith("https:")) return false;
  return !isLoopback(new URL(publicUrl ?? request.url).hostname);
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

function tooLarge(): never {
  throw new ApiFault("too-large", "Send less at once: at most 4 MiB, and 32 MiB of events or rows");
}
