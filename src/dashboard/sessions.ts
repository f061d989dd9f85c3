/** Signing in to the dashboard, and changing something from it: in the person's name, by the API's own routes. */
import { sleep } from "../core/deadline.ts";
import { parse, serialize } from "hono/utils/cookie";
import type { Change, Person, SessionActions } from "./session.ts";
import { endSession, leaveNotice, takeNotice } from "../db/access/sessions.ts";
import { createAttempts } from "../security/attempts.ts";
import {
  beginSession,
  beginSessionByCode,
  formToken,
  SESSION_MS,
  sessionOf,
} from "../app/security/sessions.ts";
import type { Api, ApiDeps } from "../api/deps.ts";
import { expiryOfKey } from "../app/security/keys.ts";
import type { Sql } from "../db/connect.ts";
import { moment } from "../format/times.ts";
import { addressOf, sourceOf } from "../api/remote_address.ts";
import { writeAudit } from "../db/access/audit.ts";

const FAILURES = { max: 10, perMs: 60_000 };
const FAILURE_TAKES_MS = 500;
/** The host of a change does not matter in process; the guard of hosts knows this one. */
const IN_PROCESS = "http://localhost";

/** Sessions, with who comes back. */
export interface SessionService extends SessionActions {
  currentUser(req: Request): Promise<Person | null>;
  /** Returns the notice that was left for the person's next page, once. */
  takeNotice(person: Person): Promise<string | null>;
}

/** Nobody is signed in, and nobody can: for pages that are drawn without an API behind them. */
export const ANONYMOUS: SessionService = {
  hasProvider: false,
  currentUser: () => Promise.resolve(null),
  signIn: () => Promise.resolve({ status: 403, why: "Nobody can sign in here" }),
  signOut: () => Promise.resolve(""),
  change: () => Promise.resolve({ status: 403, why: "Nothing can be changed here" }),
  ask: () => Promise.resolve({ status: 403, why: "Nothing can be asked here" }),
  download: () => Promise.resolve({ status: 403, why: "Nothing can be asked here" }),
  leaveNotice: () => Promise.resolve(),
  takeNotice: () => Promise.resolve(null),
};

/** @param api what changes are made through, as if they came over HTTP with the person's key */
export function createSessionService(
  { sql, clock, oidc }: Pick<ApiDeps, "sql" | "clock" | "oidc">,
  api: Api,
): SessionService {
  const attempts = createAttempts(clock, FAILURES);
  return {
    hasProvider: oidc !== undefined,
    async currentUser(req) {
      const id = parse(req.headers.get("cookie") ?? "")[cookieName(req)];
      const session = await sessionOf(sql, id, { atMs: clock() });
      if (!session) return null;
      const { keyName: name, role, expiresAt: until, sha256 } = session;
      return { name, role, until, session: sha256, token: formToken(id) };
    },
    async signIn(req, shown) {
      const counted = countedOf(req, shown);
      const waitMs = attempts.begin(counted);
      if (waitMs > 0 && "key" in shown) {
        const seconds = Math.ceil(waitMs / 1000);
        const why = `Too many keys were wrong: no sign-in by key for the next ${seconds} s. `;
        return { status: 429, why: why + "The link of perennial keys link works meanwhile" };
      }
      const atMs = clock();
      const begun = "key" in shown
        ? await beginSession(sql, shown.key.trim(), { atMs })
        : await beginSessionByCode(sql, shown.code, { atMs });
      // a code is random, so that nobody guesses one: its holder is never shut out, and wrong ones fill no audit
      if (begun || waitMs === 0) {
        await noteSignIn(sql, { name: begun?.session.keyName ?? null, address: addressOf(req), shown });
      }
      if (begun) {
        attempts.succeeded(counted);
        return { cookie: sessionCookie(req, begun.id, SESSION_MS) };
      }
      await sleep(FAILURE_TAKES_MS);
      return { status: 403, why: "key" in shown ? await refusal(sql, shown.key.trim()) : CODE_USED };
    },
    async signOut(req, person) {
      await endSession(sql, person.session);
      return sessionCookie(req, "", 0);
    },
    async change(person, change) {
      const answer = await askBy(api, person, change);
      return "why" in answer ? answer : null;
    },
    ask: (person, change) => askBy(api, person, change),
    download: (person, path) => downloadBy(api, person, path),
    leaveNotice: (person, notice) => leaveNotice(sql, person.session, notice),
    takeNotice: (person) => takeNotice(sql, person.session),
  };
}

/** Says why a key signs nobody in. */
async function refusal(sql: Sql, key: string): Promise<string> {
  const expiredAt = await expiryOfKey(sql, key);
  if (expiredAt === null) return "This key is not valid here";
  return `This key expired on ${moment(expiredAt, "moment")} UTC: ask an admin for another`;
}

const CODE_USED =
  "This link was used already, or is older than five minutes: ask for another, or sign in with your key";
const PREFIX_LENGTH = 10;

/** What a failed attempt counts for: where it came from, and how the key begins. */
const countedOf = (req: Request, shown: { key: string } | { code: string }): string[] =>
  "code" in shown
    ? [`code from ${addressOf(req)}`]
    : [`from ${addressOf(req)}`, `key ${shown.key.trim().slice(0, PREFIX_LENGTH)}`];

/** Writes down who signed in, and who was refused, from which address. */
async function noteSignIn(
  sql: ApiDeps["sql"],
  { name, address, shown }: {
    name: string | null;
    address: string;
    shown: { key: string } | { code: string };
  },
): Promise<void> {
  const by = "key" in shown ? "key" : "code";
  await writeAudit(sql, {
    requestId: crypto.randomUUID(),
    who: name ?? "unknown",
    action: name === null ? "sign-in refused" : "sign in",
    target: "dashboard",
    why: "",
    after: { address, by },
  });
}

async function askBy(
  api: Api,
  { name, role }: Person,
  { method = "POST", path, body, once, ifMatch }: Change,
): ReturnType<SessionActions["ask"]> {
  if (!/^[\x21-\x7e]{1,200}$/.test(once)) { // our forms carry an id; no header can hold everything else
    return { status: 422, why: "The form is not as this page sent it: open it again" };
  }
  const init = {
    method,
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": once,
      ...ifMatch === undefined ? {} : { "If-Match": `"${ifMatch}"` },
    },
    body: body && JSON.stringify(body),
  };
  const answer = await api.request(`${IN_PROCESS}${path}`, init, { actingAs: { name, role } });
  if (answer.ok) return { body: await answer.json() };
  const { title, detail } = await answer.json() as { title: string; detail?: string };
  return { status: answer.status, why: detail ?? title };
}

async function downloadBy(
  api: Api,
  { name, role }: Person,
  path: string,
): ReturnType<SessionActions["download"]> {
  const answer = await api.request(`${IN_PROCESS}${path}`, {}, { actingAs: { name, role } });
  if (answer.ok) return { bytes: new Uint8Array(await answer.arrayBuffer()) };
  const { title, detail } = await answer.json() as { title: string; detail?: string };
  return { status: answer.status, why: detail ?? title };
}

/** Cookies are shared by all ports of a host: two installations on one machine must not sign each other out. */
const cookieName = ({ url }: Request): string => `perennial_${new URL(url).port || "session"}`;

/** The cookie of a session; without an id the one that clears it. */
export function sessionCookie(req: Request, value: string, lifeMs: number): string {
  const secure = new URL(req.url).protocol === "https:" ||
    req.headers.get("x-forwarded-proto") === "https" || // TLS may end before us
    (sourceOf(req).publicUrl?.startsWith("https:") ?? false);
  return serialize(cookieName(req), value, {
    httpOnly: true,
    sameSite: "Strict",
    path: "/",
    secure,
    maxAge: lifeMs / 1000,
  });
}
