/** The dashboard beside the API: one origin, pages that only read. */
import type { Context, Next } from "hono";
import { fileURLToPath } from "node:url";
import { App, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import type { Dashboard } from "../../routes/(_parts)/dashboard.ts";
import type { State } from "../../routes/(_parts)/define.ts";
import { messageOf, NotFoundError } from "../core/errors.ts";
import { listAlerts } from "../db/alerts.ts";
import { listChecks } from "../db/checks.ts";
import { getCycle, listCycles } from "../db/cycles.ts";
import { lastReplay } from "../db/last_replay.ts";
import { listReplayScores } from "../db/replays.ts";
import { servingHistory } from "../db/serving.ts";
import { getVersion, listVersions } from "../db/versions.ts";
import { readStatus } from "../reporting/read_status.ts";
import { nameOfKey } from "../security/keys.ts";
import { needsKey } from "./access.ts";
import { type Api, type ApiDeps, type AppEnv, LOOPBACK } from "./deps.ts";

/** What the dashboard is built from: a part of what the API is. */
export interface DashboardDeps
  extends Pick<ApiDeps, "sql" | "clock" | "models" | "temporalUi" | "host" | "log"> {
  /** Temporal's namespace, for links to its UI */
  namespace?: string;
  /** folder that keeps the bundled islands from one start to the next; left out: they are bundled at each start */
  cache?: string;
}

const VERSIONS_SHOWN = 200;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** No inline script, no inline style, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** What the pages read, out of Postgres only: they answer while workers and Temporal are down. */
export function readDashboard(deps: DashboardDeps): Dashboard {
  const { sql, clock, temporalUi, namespace = "default" } = deps;
  return {
    now: () => new Date(clock()).toISOString(),
    status: () => readStatus(deps),
    cycles: (query) => listCycles(sql, query),
    cycle: (id) => orNull(getCycle(sql, id)),
    version: (model, version) => orNull(getVersion(sql, model, version)),
    versions: (model) => listVersions(sql, model, VERSIONS_SHOWN),
    moves: (model) => servingHistory(sql, model),
    alerts: () => listAlerts(sql),
    checks: (limit) => listChecks(sql, { limit }),
    async replayScores() {
      const replay = await lastReplay(sql);
      return replay === null ? [] : await listReplayScores(sql, replay);
    },
    workflowUrl: (workflowId, runId) =>
      temporalUi &&
      new URL(
        `/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`,
        temporalUi,
      ).href,
  };
}

async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** The pages over what they read. Takes about half a second: it loads the pages and what draws their charts. */
export async function buildDashboard(
  dashboard: Dashboard,
  { cache }: { cache?: string } = {},
): Promise<(req: Request) => Promise<Response>> {
  const app = new App<State>().use(withPolicy).use(staticFiles()).use((ctx) => {
    Object.assign(ctx.state, { dashboard, title: "Perennial" });
    return ctx.next();
  }).fsRoutes();
  const options = { root: ROOT, cacheDir: cache }; // `cacheDir` is our host's own; Fresh's takes no notice of it
  const apply = await new Builder<State>(options).build({ snapshot: "memory" });
  apply(app);
  return app.handler();
}

async function withPolicy({ next }: { next: () => Promise<Response> }): Promise<Response> {
  const answer = await next();
  answer.headers.set("content-security-policy", POLICY);
  // a browser asks again each time, and is told "not modified" where there is an ETag
  answer.headers.set("cache-control", answer.headers.has("etag") ? "no-cache" : "no-store");
  return answer;
}

/**
 * Answers GET and HEAD of the dashboard's pages; the API's own paths were there before and win. Whatever is no page
 * goes on to the API's own "not found", unless a browser asks, which gets a page that says so.
 * Beyond loopback the pages need a key, as reading the API does: a browser asks for it (any name, the key as password).
 */
export function mountDashboard(app: Api, deps: DashboardDeps): void {
  let building: ReturnType<typeof buildDashboard> | undefined;
  const handler = () =>
    building ??= buildDashboard(readDashboard(deps), deps).catch((error) => {
      building = undefined; // the next request tries again
      throw error;
    });
  handler().catch((error) => deps.log(`The dashboard cannot be shown: ${messageOf(error)}`));
  app.on(["GET"], "*", async (c, next) => {
    if (!await mayRead(c, deps)) {
      return c.text("Sign in with the key of this installation as password", 401, {
        "WWW-Authenticate": 'Basic realm="perennial", charset="UTF-8"',
      });
    }
    const answer = await (await handler())(c.req.raw);
    return answer.status === 404 && !wantsPage(c) ? await goOn(answer, next) : answer;
  });
}

async function goOn(answer: Response, next: Next): Promise<void> {
  await answer.body?.cancel();
  await next();
}

const wantsPage = (c: Context) => c.req.header("accept")?.includes("text/html") ?? false;

async function mayRead(c: Context<AppEnv>, { sql, host = LOOPBACK }: DashboardDeps): Promise<boolean> {
  if (!needsKey("reader", host)) return true;
  const [scheme, value = ""] = c.req.header("authorization")?.split(" ") ?? [];
  const key = /^basic$/i.test(scheme)
    ? passwordOf(value)
    : /^bearer$/i.test(scheme)
    ? value
    : c.req.header("x-api-key");
  return key ? await nameOfKey(sql, key) !== null : false;
}

/** The password of Basic credentials; empty where they cannot be read. */
function passwordOf(credentials: string): string {
  try {
    return atob(credentials).replace(/^[^:]*:/, "");
  } catch {
    return ""; // not base64: no key
  }
}
