/** The dashboard beside the API: one origin. Its pages read by themselves, and change things through the API. */
import type { Context, Next } from "hono";
import type { AppOptions } from "../api/app.ts";
import type { Api, AppEnv } from "../api/deps.ts";
import { limitBody } from "../api/guards.ts";
import { createUploads, UPLOAD_BYTES_MAX } from "../app/events/uploads.ts";
import { pageUploads } from "./uploads.ts";
import { messageOf } from "../core/errors.ts";
import type { DashboardDeps } from "./deps.ts";
import { buildDashboard } from "./page_app.ts";
import { readDashboard } from "./read_dashboard.ts";
import { readersOf } from "./readers.ts";
import { isForm, wantsPage } from "./requests.ts";
import { createSessionService, type SessionService } from "./sessions.ts";
import { addSingleSignOn } from "./single_sign_on.ts";
import { CODEC_PATH } from "../api/routes/codec.ts";
import { codecForPages } from "./codec_pages.ts";
import { TEMPORAL_PATH, temporalPages } from "./temporal_pages.ts";

/**
 * Paths that both the API and the dashboard have. Their parameters are called as the API's are: with two names for one place
 * Hono gives up its compiled routes, and walks a tree for every request.
 */
const SHARED = [
  "/rollouts",
  "/rollouts/:id{.+}",
  "/alerts",
  "/audit",
  "/backtests",
  "/backtests/:backtest",
  "/keys",
];
const FORM_BYTES_MAX = 64 * 1024;
const TEMPORAL_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The dashboard's pages beside the API: its own paths were there before and win, but for those that both have, where a
 * browser gets the page. Whatever is no page goes on to the API's own "not found", unless a browser asks, which gets a
 * page that says so. Beyond loopback the pages need a session or a key, as reading the API does.
 */
export function dashboardPages(deps: DashboardDeps): Required<AppOptions> {
  let building: ReturnType<typeof buildDashboard> | undefined;
  let service: SessionService | undefined;
  const sessionsOf = (app: Api) => service ??= createSessionService(deps, app);
  const handler = (app: Api) =>
    building ??= buildDashboard(readDashboard(deps), {
      sessions: sessionsOf(app),
      mayRead: readersOf(deps),
      cache: deps.cache,
      uploads: pageUploads(createUploads(deps)),
    }).catch((error) => {
      building = undefined; // the next request tries again
      throw error;
    });
  const show = (app: Api) => async (c: Context<AppEnv>, next: Next) => {
    const answer = await (await handler(app))(c.req.raw);
    return answer.status === 404 && !wantsPage(c.req.raw) ? await goOn(answer, next) : answer;
  };
  return {
    share(app) {
      const page = show(app);
      for (const way of ["decode", "encode"]) {
        app.post(
          `${CODEC_PATH}/${way}`,
          limitBody(TEMPORAL_BYTES_MAX),
          codecForPages(deps, sessionsOf(app), app),
        );
      }
      for (const path of SHARED) app.get(path, (c, next) => wantsPage(c.req.raw) ? page(c, next) : next());
    },
    mount(app) {
      handler(app).catch((error) => deps.log(`The dashboard cannot be shown: ${messageOf(error)}`));
      const page = show(app);
      const temporal = temporalPages(deps, sessionsOf(app));
      app.all(TEMPORAL_PATH, temporal);
      app.all(`${TEMPORAL_PATH}/*`, limitBody(TEMPORAL_BYTES_MAX), temporal);
      if (deps.oidc) addSingleSignOn(app, { ...deps, oidc: deps.oidc });
      app.get("*", page);
      app.post(UPLOAD, refuseLarge, (c, next) => isForm(c.req.raw) ? page(c, next) : next());
      app.post("*", limitBody(FORM_BYTES_MAX), (c, next) => isForm(c.req.raw) ? page(c, next) : next());
    },
  };
}

/** The page that files are uploaded to. */
const UPLOAD = "/act/import";

const limitedUpload = limitBody(UPLOAD_BYTES_MAX);

/** Tells who sends too large a file so on the page, instead of a page of the API's. */
async function refuseLarge(c: Context<AppEnv>, next: Next): Promise<Response | void> {
  const length = c.req.header("content-length");
  if (length === undefined) return await limitedUpload(c, next) ?? undefined;
  if (Number(length) <= UPLOAD_BYTES_MAX) return await next();
  await c.req.raw.body?.cancel();
  return c.redirect(`${UPLOAD}?too-large=1`, 303);
}

async function goOn(answer: Response, next: Next): Promise<void> {
  await answer.body?.cancel();
  await next();
}
