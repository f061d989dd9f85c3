/** Temporal's own pages under our origin: behind our host guard and sign-in, since they know neither. */
import type { Context } from "hono";
import { writeAudit } from "../db/access/audit.ts";
import type { AppEnv } from "../api/deps.ts";
import { allows, aRole } from "../security/roles.ts";
import { isOwn } from "./form.ts";
import type { DashboardDeps } from "./deps.ts";
import { toSignIn } from "./readers.ts";
import type { Person } from "./session.ts";
import type { SessionService } from "./sessions.ts";

/** The path below which Temporal's pages are shown; the embedded server is told the same one. */
export const TEMPORAL_PATH = "/temporal";

/** What these pages load: their own scripts and styles, some of them inline, and nothing from elsewhere. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "form-action 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers of a request that Temporal's pages need; our own cookie and keys stay here. */
const PASSED_ON = ["accept", "content-type", "if-none-match", "if-modified-since", "x-csrf-token"];
/** Headers that belong to the connection with Temporal's server. */
const NOT_PASSED_BACK = [
  "content-encoding",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
];

const isReading = ({ method }: Request): boolean => method === "GET" || method === "HEAD";

/**
 * Returns what shows Temporal's pages to who has signed in. Viewers read; what changes something takes an admin, since it
 * goes past everything that the API asks, and stands in the audit.
 */
export function temporalPages(
  { sql, temporalPagesAt }: Pick<DashboardDeps, "sql" | "temporalPagesAt">,
  sessions: Pick<SessionService, "currentUser">,
): (c: Context<AppEnv>) => Promise<Response> {
  return async (c) => {
    const req = c.req.raw;
    const url = new URL(req.url);
    if (!temporalPagesAt) return new Response("There are no pages of Temporal here", { status: 404 });
    const person = await sessions.currentUser(req);
    if (person === null) return toSignIn(req, url);
    if (!isReading(req)) {
      const refusal = refusalOf(req, person);
      if (refusal) return refusal;
      await writeAudit(sql, {
        requestId: crypto.randomUUID(),
        who: person.name,
        action: "temporal pages",
        target: url.pathname.slice(TEMPORAL_PATH.length, 300),
        why: "",
        after: { method: req.method },
      });
    }
    return await passOn(req, `${temporalPagesAt}${url.pathname}${url.search}`);
  };
}

function refusalOf(req: Request, { name, role }: Person): Response | null {
  if (!isOwn(req, new URL(req.url))) return new Response("It did not come from this site", { status: 403 });
  if (allows(role, "admin")) return null;
  return new Response(`This needs the role admin; "${name}" is ${aRole(role)}`, { status: 403 });
}

async function passOn(req: Request, to: string): Promise<Response> {
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = req.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const csrf = /(?:^|;\s*)(_csrf=[^;]*)/.exec(req.headers.get("cookie") ?? "")?.[1];
  if (csrf) headers.set("cookie", csrf);
  const body = isReading(req) ? undefined : await req.arrayBuffer();
  const signal = AbortSignal.timeout(30_000);
  try {
    const answer = await fetch(to, { method: req.method, headers, body, redirect: "manual", signal });
    const back = new Headers(answer.headers);
    for (const name of NOT_PASSED_BACK) back.delete(name);
    back.set("content-security-policy", POLICY);
    return new Response(answer.body, { status: answer.status, headers: back });
  } catch {
    return new Response("Temporal's pages do not answer", { status: 503 });
  }
}
