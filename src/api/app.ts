import { OpenAPIHono } from "@hono/zod-openapi";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ZodError } from "zod";
import { systemClock } from "../core/clock.ts";
import { InvalidInputError } from "../core/errors.ts";
import { unstorableField } from "../core/text.ts";
import { cleanProse } from "../app/events/personal_text.ts";
import { createAccessLog } from "../app/security/access_log.ts";
import { createKeyRing } from "../app/security/key_ring.ts";
import type { Api, ApiDeps, AppEnv } from "./deps.ts";
import { createInstruments } from "../telemetry/instruments.ts";
import { throttledLog } from "../telemetry/throttled_log.ts";
import { addGuards, addRouteGuards, complete } from "./guards.ts";
import { checkAccessTable } from "./openapi.ts";
import { invalidInput } from "./invalid.ts";
import { methodsAt } from "./access.ts";
import { ApiFault, MethodNotAllowedError, problemOf, retryAfter } from "./problem.ts";
import { addAlertRoutes } from "./routes/alerts.ts";
import { addBacktestRoutes } from "./routes/backtests.ts";
import { addCodecOrigin, addCodecRoutes } from "./routes/codec.ts";
import { addConfigRoutes } from "./routes/config.ts";
import { addDocsRoutes } from "./routes/docs.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addHistoryRoutes } from "./routes/history.ts";
import { addImportRoutes } from "./routes/imports.ts";
import { addKeyRoutes } from "./routes/keys.ts";
import { addModelRoutes } from "./routes/models.ts";
import { addVersionRoutes } from "./routes/versions.ts";
import { addMonitoringRoutes } from "./routes/monitoring.ts";
import { addOperationRoutes } from "./routes/operations.ts";
import { addPredictionRoutes } from "./routes/predictions.ts";
import { addApprovalRoutes } from "./routes/approvals.ts";
import { addBroughtRoutes } from "./routes/brought.ts";
import { addRetirementRoutes } from "./routes/retirement.ts";
import { addPrivacyRoutes } from "./routes/privacy.ts";
import { addFederatedRoutes } from "./routes/federated.ts";
import { addRolloutRoutes } from "./routes/rollouts.ts";
import { addRetrainingRoutes } from "./routes/retraining.ts";

/** Further pages under the same address: the dashboard. They pass the same outer guards. */
export interface AppOptions {
  /** Adds pages whose paths the API has too: who wants a page gets it. */
  share?: (app: Api) => void;
  /** Adds everything else, from `/` on. */
  mount?: (app: Api) => void;
}

/** The HTTP API, built from what it needs, so that a test builds it the same way. */
export function createApp(given: ApiDeps, { share, mount }: AppOptions = {}): Api {
  const instruments = given.instruments ?? createInstruments();
  const deps = { ...given, instruments };
  const app: Api = new OpenAPIHono<AppEnv>({ defaultHook: (result) => refuseInvalid(deps, result) });
  const tell = throttledLog(deps.log, deps.clock);
  app.onError((error, c) => {
    const id = c.get("requestId");
    const problem = problemOf(error, id);
    if (problem.type.endsWith(":internal")) {
      deps.log(`${c.req.method} ${withoutPerson(c.req.path)}: ${described(error)}`, {
        level: "error",
        request: id,
      });
    } else if (problem.status >= 500) { // known trouble, and every request has it
      const line = `${c.req.method} ${withoutPerson(c.req.path)}: ${problem.detail}`;
      tell(`${c.req.method} ${c.get("route") ?? ""} ${problem.detail}`, line, { level: "warn", request: id });
    }
    if (error instanceof MethodNotAllowedError) c.header("Allow", error.allow.join(", "));
    if (problem.status === 401) c.header("WWW-Authenticate", 'Bearer realm="perennial"');
    const answer = c.json(problem, problem.status as ContentfulStatusCode, {
      "Content-Type": "application/problem+json",
      ...retryAfter(problem.status, error),
    });
    complete(answer.headers, id, c.req.raw); // also where the outermost layer refused
    return answer;
  });
  addGuards(app, deps);
  addCodecOrigin(app, deps);
  share?.(app);
  const keys = createKeyRing(deps.sql, systemClock);
  const accesses = createAccessLog(deps);
  addRouteGuards(app, deps, keys, accesses);
  addRetrainingRoutes(app, deps);
  addConfigRoutes(app, deps);
  addHistoryRoutes(app, deps, accesses);
  addMonitoringRoutes(app, deps);
  addModelRoutes(app, deps);
  addVersionRoutes(app, deps, accesses);
  addRetirementRoutes(app, deps);
  addBroughtRoutes(app, deps);
  addRolloutRoutes(app, deps);
  addFederatedRoutes(app, deps);
  addBacktestRoutes(app, deps);
  addApprovalRoutes(app, deps);
  addPredictionRoutes(app, deps);
  addEventRoutes(app, deps);
  addImportRoutes(app, deps);
  addPrivacyRoutes(app, deps);
  addAlertRoutes(app, deps);
  addKeyRoutes(app, deps, keys);
  addOperationRoutes(app, deps);
  addCodecRoutes(app, deps);
  addDocsRoutes(app);
  checkAccessTable(app);
  if (mount) mount(app);
  else app.get("/", (c) => c.redirect("/docs"));
  app.notFound((c) => {
    const allow = methodsAt(c.req.path);
    if (allow.length > 0) {
      throw new MethodNotAllowedError(
        allow,
        `${c.req.path} takes ${allow.join(" and ")}, not ${c.req.method}`,
      );
    }
    throw new ApiFault("not-found", `There is no ${c.req.method} ${c.req.path}; /docs lists what there is`);
  });
  return app;
}

/**
 * Turns a failed schema into one of our errors, refuses text that no database can hold, wherever it stands, and keeps
 * personal data out of reasons.
 */
async function refuseInvalid(
  { sql }: Pick<ApiDeps, "sql">,
  result: { success: true; data: unknown } | { success: false; error: ZodError },
): Promise<undefined> {
  if (!result.success) throw invalidInput(result.error);
  const field = unstorableField(result.data);
  if (field !== null) {
    throw new InvalidInputError(
      `${field || "body"}: must not hold NUL or half of a surrogate pair`,
      field || "body",
    );
  }
  const said = result.data as { why?: unknown } | null;
  if (typeof said?.why === "string") said.why = await cleanProse(sql, "why", said.why);
}

/** A path as it may be logged: ids of persons stay out. */
const withoutPerson = (path: string) => path.replace(/^\/people\/[^/]+/, "/people/{id}");

const described = (error: unknown) => error instanceof Error ? error.stack ?? error.message : String(error);
