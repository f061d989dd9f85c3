import type { Context, Next } from "hono";
import { presentedKey } from "../api/callers.ts";
import type { Api, AppEnv } from "../api/deps.ts";
import type { DashboardDeps } from "./deps.ts";
import { isOwn } from "./form.ts";
import type { SessionService } from "./sessions.ts";

/** The host does not matter in process; the guard of hosts knows this one. */
const IN_PROCESS = "http://localhost";

/**
 * Returns what lets Temporal's pages, which send the cookie of who has signed in, ask the codec in that person's name: the
 * API decides by their role, as it does of a key. Whoever brings a key goes on to the API.
 */
export function codecForPages(
  { temporalUi }: Pick<DashboardDeps, "temporalUi">,
  sessions: Pick<SessionService, "currentUser">,
  api: Api,
): (c: Context<AppEnv>, next: Next) => Promise<Response | void> {
  const pages = temporalUi === null ? null : new URL(temporalUi).origin;
  return async (c, next) => {
    const req = c.req.raw;
    if (c.env?.actingAs || presentedKey(req.headers) !== undefined) return await next();
    const person = await sessions.currentUser(req);
    if (person === null) return await next();
    if (!isOwn(req, new URL(req.url)) && !isOfPages(req, pages)) {
      return new Response("It did not come from Temporal's pages", { status: 403 });
    }
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: await req.arrayBuffer(),
    };
    const { name, role } = person;
    return await api.request(`${IN_PROCESS}${c.req.path}`, init, { actingAs: { name, role } });
  };
}

/** Whether the pages of the Temporal that is configured sent it. */
const isOfPages = (req: Request, origin: string | null): boolean =>
  origin !== null && req.headers.get("origin") === origin &&
  req.headers.get("sec-fetch-site") !== "cross-site";
