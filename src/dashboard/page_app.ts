import { fileURLToPath } from "node:url";
import { App, csp, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import { leaveLinksUnmarked } from "./current_links.ts";
import type { Dashboard } from "./dashboard.ts";
import type { State } from "./define.ts";
import { POLICY, withHeaders } from "./policy.ts";
import { SIGN_IN, toSignIn } from "./readers.ts";
import { isVisit } from "./requests.ts";
import { NO_UPLOADS, type PageUploads } from "./uploads.ts";
import { ANONYMOUS, type SessionService } from "./sessions.ts";

/** Options of the pages. */
export interface DashboardOptions {
  sessions?: SessionService;
  /** whether who has not signed in may read as well; else a key or a session is needed for all but the static files */
  mayRead?: (req: Request) => Promise<boolean>;
  cache?: string;
  /** left out: nothing can be uploaded */
  uploads?: PageUploads;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

leaveLinksUnmarked();

/** Builds the pages over what they read. Takes about half a second: it loads them and what draws their charts. */
export async function buildDashboard(
  dashboard: Dashboard,
  { sessions = ANONYMOUS, mayRead = () => Promise.resolve(true), cache, uploads = NO_UPLOADS }:
    DashboardOptions = {},
): Promise<(req: Request) => Promise<Response>> {
  const app = new App<State>().use(csp({ useNonce: true, csp: POLICY })).use(staticFiles());
  app.use(async ({ req, url, state, next }) => {
    const person = await sessions.currentUser(req);
    if (!person && url.pathname !== SIGN_IN && !await mayRead(req)) return toSignIn(req, url);
    const notice = person && isVisit(req) ? await sessions.takeNotice(person) : null;
    const mayStillRead = async () => await mayRead(req) || await sessions.currentUser(req) !== null;
    Object.assign(state, { dashboard, sessions, uploads, person, notice, mayStillRead, title: "Perennial" });
    return await next();
  }).fsRoutes();
  const options = { root: ROOT, cacheDir: cache }; // `cacheDir` is our host's own; Fresh's takes no notice of it
  const apply = await new Builder<State>(options).build({ snapshot: "memory" });
  apply(app);
  const handle = app.handler();
  return async (req) => withHeaders(await handle(req));
}
