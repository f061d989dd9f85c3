/** The dashboard beside the API: one origin. Its pages read by themselves, and change things through the API. */
import type { Context, Next } from "hono";
import { fileURLToPath } from "node:url";
import { App, csp, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import type { Dashboard, RolloutStory } from "./dashboard.ts";
import type { State } from "./define.ts";
import { messageOf, NotFoundError } from "../core/errors.ts";
import {
  countOpenAlerts,
  getAlert,
  lastClosedAt,
  listAlerts,
  pageOfClosedAlerts,
} from "../db/alerts/alerts.ts";
import { listApprovals } from "../db/rollouts/approvals.ts";
import { auditNames, pageOfAudit } from "../db/access/audit.ts";
import { listBacktests } from "../db/backtests/backtests.ts";
import { listChecks } from "../db/cycles/checks.ts";
import { deliveriesOf } from "../db/alerts/deliveries.ts";
import { configHistory, currentConfig, DEFAULT_CONFIG } from "../db/config/config_versions.ts";
import type { Sql } from "../db/connect.ts";
import { getCycle, listCycles } from "../db/cycles/cycles.ts";
import { readRevisions } from "../db/revisions.ts";
import { lastReplay } from "../db/cycles/last_replay.ts";
import { listQuarantined } from "../db/events/quarantine_list.ts";
import { listReplayScores } from "../db/cycles/replays.ts";
import { findRollout, listLooks, listRollouts } from "../db/rollouts/rollouts.ts";
import { servingChanges, servingHistory } from "../db/models/serving.ts";
import { getVersion, listVersions } from "../db/models/versions.ts";
import { readAnalysis } from "./reads/analysis.ts";
import { readComparison, readLineage } from "./reads/compare.ts";
import { readBacktest, summaryOf } from "../app/reports/backtest.ts";
import { readDataView } from "./reads/data.ts";
import { readMonitoringView } from "./reads/monitoring.ts";
import { planText } from "../rollout/plan_text.ts";
import { readStatus } from "../app/reports/status.ts";
import { readWhatIf } from "../app/reports/what_if.ts";
import { rolloutLooks } from "../app/reports/rollout_looks.ts";
import { knownGood } from "../app/registry/moves.ts";
import { holderOfKey } from "../app/security/keys.ts";
import { neededRole } from "../api/access.ts";
import type { AppOptions } from "../api/app.ts";
import { type Api, type ApiDeps, type AppEnv, LOOPBACK } from "../api/deps.ts";
import { ANONYMOUS, createSessionService, type SessionService } from "./sessions.ts";
import { limitBody, presentedKey } from "../api/guards.ts";

/** The dependencies of the dashboard: some of the API's. */
export interface DashboardDeps
  extends Pick<ApiDeps, "sql" | "clock" | "models" | "temporalUi" | "host" | "log"> {
  /** opens what impacts were measured on */
  explain: Pick<ApiDeps["explain"], "open">;
  /** Temporal's namespace, for links to its UI */
  namespace?: string;
  /** folder that keeps the bundled islands from one start to the next; left out: they are bundled at each start */
  cache?: string;
}

const VERSIONS_SHOWN = 200;
const ROLLOUTS_SHOWN = 200;
const LOOKS_SHOWN = 200;
const CONFIGS_SHOWN = 1000;
const ALERTS_SHOWN = 200;
const BACKTESTS_SHOWN = 200;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** No inline script, no inline style, nothing from elsewhere; but for the script that Fresh itself writes, by its nonce. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'none'",
  "media-src 'none'",
  "worker-src 'none'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** Reads for the pages, out of Postgres only: they answer while workers and Temporal are down. */
export function readDashboard(deps: DashboardDeps): Dashboard {
  const { sql, clock, temporalUi, namespace = "default" } = deps;
  return {
    now: () => new Date(clock()).toISOString(),
    status: () => readStatus(deps),
    cycles: (query) => listCycles(sql, query),
    cycle: (id) => nullIfNotFound(getCycle(sql, id)),
    version: (model, version) => nullIfNotFound(getVersion(sql, model, version)),
    versions: (model) => listVersions(sql, model, VERSIONS_SHOWN),
    moves: (model) => servingHistory(sql, model),
    knownGood: (model) => knownGood(sql, model),
    async rollouts() {
      const all = await listRollouts(sql, { limit: ROLLOUTS_SHOWN });
      const [running, ended] = [all.filter((r) => r.endedAt === null), all.filter((r) => r.endedAt !== null)];
      return [...running, ...ended];
    },
    rollout: (id) => readRollout(sql, id),
    approvals: () => listApprovals(sql),
    alerts: () => listAlerts(sql),
    revisions: () => readRevisions(sql),
    checks: (limit) => listChecks(sql, { limit }),
    async replayScores() {
      const replay = await lastReplay(sql);
      return replay === null ? [] : await listReplayScores(sql, replay);
    },
    async alertList({ state, kind, model, before, limit }) {
      const open = state === "closed" || before
        ? Promise.resolve([])
        : listAlerts(sql, { kind, model, limit: ALERTS_SHOWN });
      const closed = state === "open"
        ? Promise.resolve({ alerts: [], next: null })
        : pageOfClosedAlerts(sql, { kind, model, before, limit });
      const lists = [await open, (await closed).alerts] as const;
      const deliveries = await deliveriesOf(sql, lists.flat().map(({ id }) => id));
      return {
        open: lists[0],
        closed: lists[1],
        next: (await closed).next,
        deliveries,
        lastClosedAt: await lastClosedAt(sql),
      };
    },
    alert: (id) => nullIfNotFound(getAlert(sql, id)),
    openAlerts: () => countOpenAlerts(sql),
    audit: (query) => pageOfAudit(sql, query),
    auditNames: () => auditNames(sql),
    async configuration() {
      const [current, versions] = await Promise.all([
        currentConfig(sql),
        configHistory(sql, CONFIGS_SHOWN),
      ]);
      return { current, defaults: DEFAULT_CONFIG, versions, models: [...deps.models.keys()] };
    },
    simulateConfig: (wanted, days) => readWhatIf(deps, { wanted, days }),
    monitoring: (query) => readMonitoringView(deps, query),
    analysis: (query) => readAnalysis({ ...deps, open: deps.explain.open }, query),
    lineage: (model) => readLineage(sql, model),
    comparison: (query) => nullIfNotFound(readComparison(deps, query)),
    data: () => readDataView(deps),
    quarantined: ({ limit, ...which }) => listQuarantined(sql, limit, which),
    backtests: async (limit = BACKTESTS_SHOWN) => (await listBacktests(sql, { limit })).map(summaryOf),
    backtest: (id) => nullIfNotFound(readBacktest({ sql, models: deps.models, open: deps.explain.open }, id)),
    workflowUrl: (workflowId, runId) =>
      temporalUi &&
      new URL(
        `/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`,
        temporalUi,
      ).href,
  };
}

async function readRollout(sql: Sql, id: string): Promise<RolloutStory | null> {
  const rollout = await findRollout(sql, id);
  if (!rollout) return null;
  const [looks, changes] = await Promise.all([
    listLooks(sql, id, LOOKS_SHOWN),
    servingChanges(sql, rollout.model),
  ]);
  return {
    rollout,
    plan: planText(rollout.plan).split("\n"),
    looks: rolloutLooks(rollout, looks).toReversed(),
    moves: changes.filter((move) => move.rollout === id).toReversed(),
  };
}

async function nullIfNotFound<T>(row: Promise<T>): Promise<T | null> {
  try {
    return await row;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** Options of the pages. */
export interface DashboardOptions {
  sessions?: SessionService;
  /** whether who has not signed in may read as well; else a key or a session is needed for all but the static files */
  mayRead?: (req: Request) => Promise<boolean>;
  cache?: string;
}

/** The pages over what they read. Takes about half a second: it loads the pages and what draws their charts. */
export async function buildDashboard(
  dashboard: Dashboard,
  { sessions = ANONYMOUS, mayRead = () => Promise.resolve(true), cache }: DashboardOptions = {},
): Promise<(req: Request) => Promise<Response>> {
  const app = new App<State>().use(csp({ useNonce: true, csp: POLICY })).use(staticFiles());
  app.use(async ({ req, url, state, next }) => {
    const person = await sessions.currentUser(req);
    if (!person && url.pathname !== SIGN_IN && !await mayRead(req)) return toSignIn(req, url);
    const notice = person && isVisit(req) ? await sessions.takeNotice(person) : null;
    const mayStillRead = async () => await mayRead(req) || await sessions.currentUser(req) !== null;
    Object.assign(state, { dashboard, sessions, person, notice, mayStillRead, title: "Perennial" });
    return await next();
  }).fsRoutes();
  const options = { root: ROOT, cacheDir: cache }; // `cacheDir` is our host's own; Fresh's takes no notice of it
  const apply = await new Builder<State>(options).build({ snapshot: "memory" });
  apply(app);
  const handle = app.handler();
  return async (req) => withHeaders(await handle(req));
}

const SIGN_IN = "/sign-in";

function toSignIn(req: Request, { pathname, search }: URL): Response {
  if (!wantsPage(req)) {
    const headers = { "www-authenticate": 'Bearer realm="perennial"' };
    return new Response("Send the key of this installation, or sign in", { status: 401, headers });
  }
  const to = new URLSearchParams({ to: pathname + search });
  return new Response(null, { status: 303, headers: { location: `${SIGN_IN}?${to}` } });
}

/** Around the app, since on Fresh itself an error page is drawn outside of the middlewares. */
function withHeaders(answer: Response): Response {
  const { headers } = answer;
  const policy = (headers.get("content-security-policy") ?? POLICY.join("; "))
    .replace(" 'unsafe-inline'", "") // where there was no nonce to take its place
    .replace("; upgrade-insecure-requests", ""); // Fresh's own: there may be no https here
  headers.set("content-security-policy", policy);
  headers.set("referrer-policy", "same-origin"); // without any a browser would not say where our own forms come from
  // a browser asks again each time, and is told "not modified" where there is an ETag
  headers.set("cache-control", headers.has("etag") ? "no-cache" : "no-store");
  return answer;
}

/** Paths that both the API and the dashboard have. */
const SHARED = ["/rollouts", "/rollouts/:id{.+}", "/alerts", "/audit", "/backtests", "/backtests/:id"];
const FORM_BYTES_MAX = 64 * 1024;

/**
 * The dashboard's pages beside the API: its own paths were there before and win, but for those that both have, where a
 * browser gets the page. Whatever is no page goes on to the API's own "not found", unless a browser asks, which gets a
 * page that says so. Beyond loopback the pages need a session or a key, as reading the API does.
 */
export function dashboardPages(deps: DashboardDeps): Required<AppOptions> {
  let building: ReturnType<typeof buildDashboard> | undefined;
  const handler = (app: Api) =>
    building ??= buildDashboard(readDashboard(deps), {
      sessions: createSessionService(deps, app),
      mayRead: readersOf(deps),
      cache: deps.cache,
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
      for (const path of SHARED) app.get(path, (c, next) => wantsPage(c.req.raw) ? page(c, next) : next());
    },
    mount(app) {
      handler(app).catch((error) => deps.log(`The dashboard cannot be shown: ${messageOf(error)}`));
      const page = show(app);
      app.get("*", page);
      app.post("*", limitBody(FORM_BYTES_MAX), (c, next) => isForm(c.req.raw) ? page(c, next) : next());
    },
  };
}

async function goOn(answer: Response, next: Next): Promise<void> {
  await answer.body?.cancel();
  await next();
}

const wantsPage = (req: Request) => req.headers.get("accept")?.includes("text/html") ?? false;
/** Whether a person opens the page, and not a page that draws itself anew. */
const isVisit = (req: Request) =>
  req.method === "GET" && wantsPage(req) && (req.headers.get("sec-fetch-mode") ?? "navigate") === "navigate";
const isForm = (req: Request) =>
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(req.headers.get("content-type") ?? "");

/**
 * Decides who may read the pages without a session: on loopback everybody, else who sends a key as the API takes it.
 */
function readersOf({ sql, host = LOOPBACK }: DashboardDeps): (req: Request) => Promise<boolean> {
  if (neededRole("reader", host) === null) return () => Promise.resolve(true);
  return async (req) => {
    const key = presentedKey(req.headers);
    return key !== undefined && await holderOfKey(sql, key) !== null;
  };
}
