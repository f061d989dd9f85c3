import { createRoute } from "@hono/zod-openapi";
import { NotFoundError } from "../../core/errors.ts";
import { acceptFinding, listAcceptances } from "../../db/monitoring/quality_findings.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { inTransaction } from "../../db/connect.ts";
import type { Acceptance } from "../../monitoring/acceptance.ts";
import { readImpact } from "../../app/reports/impact.ts";
import { readDrift, readPerformance, readQuality } from "../../app/reports/monitoring.ts";
import { readTrends } from "../../app/reports/trends.ts";
import { chosenModels } from "../changes.ts";
import {
  AcceptanceAnswer,
  body,
  DriftAnswer,
  ImpactAnswer,
  json,
  PerformanceAnswer,
  problem,
  QualityAnswer,
  TrendsAnswer,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { AcceptRequest, ImpactQuery, LooksQuery, ModelLooksQuery, TrendsQuery } from "../messages.ts";

const tags = ["Monitoring"];

const drift = createRoute({
  method: "get",
  path: "/monitoring/drift",
  tags,
  summary: "Input drift of the models, feature by feature",
  description: "Most important first. Each feature has the smallest shift that would have been detected.",
  request: { query: ModelLooksQuery },
  responses: {
    200: json(DriftAnswer, "The newest evaluation of each model, and those before it"),
    default: problem,
  },
});

const quality = createRoute({
  method: "get",
  path: "/monitoring/quality",
  tags,
  summary: "Data-quality findings of the events",
  request: { query: LooksQuery },
  responses: {
    200: json(QualityAnswer, "The newest evaluation of the events, and those before it"),
    default: problem,
  },
});

const accept = createRoute({
  method: "post",
  path: "/monitoring/quality/accept",
  tags,
  summary: "Accept a finding",
  description:
    "From the next look on it holds no rows back. Who said so first stands; every request is in the audit. " +
    "An `Idempotency-Key` makes it count once.",
  request: { body: body(AcceptRequest, true) },
  responses: { 200: json(AcceptanceAnswer, "Who accepted it, when and why"), default: problem },
});

const performance = createRoute({
  method: "get",
  path: "/monitoring/performance",
  tags,
  summary: "Performance of the models on known outcomes",
  description:
    "Measured on predictions that met their outcomes; of those that wait, an estimate, marked as such.",
  request: { query: ModelLooksQuery },
  responses: {
    200: json(PerformanceAnswer, "The newest evaluation of each model, and those before it"),
    default: problem,
  },
});

const trends = createRoute({
  method: "get",
  path: "/monitoring/trends",
  tags,
  summary: "Trends of a model over time",
  description: "Each evaluation's measurements, each cycle's gain and cost, time to detect an incident.",
  request: { query: TrendsQuery },
  responses: {
    200: json(TrendsAnswer, "The newest 500 evaluations and cycles, oldest first"),
    default: problem,
  },
});

const impact = createRoute({
  method: "get",
  path: "/monitoring/impact",
  tags,
  summary: "What retraining was worth to the shop, and which cycle, trigger and features brought it",
  description:
    "Sums of money follow from the economics in the configuration, also for cycles that ended before they were stated; " +
    "without them there are none.",
  request: { query: ImpactQuery },
  responses: { 200: json(ImpactAnswer, "The newest 100 deployments, newest first"), default: problem },
});

/** Routes for what the monitor saw. They read Postgres only: they answer while workers and Temporal are down. */
export function addMonitoringRoutes(app: Api, deps: ApiDeps): void {
  app.openapi(drift, async (c) => c.json(await readDrift(deps, ofModels(deps, c.req.valid("query"))), 200));
  app.openapi(quality, async (c) => c.json(await readQuality(deps, moment(c.req.valid("query"))), 200));
  app.openapi(accept, async (c) => {
    const asked = c.req.valid("json");
    const request = { ...asked, by: c.get("who") };
    return c.json(
      await answerOnce(
        c,
        deps.sql,
        { body: asked, status: 200 },
        (requestId) => accepted(deps, { ...request, requestId }),
      ),
      200,
    );
  });
  app.openapi(
    performance,
    async (c) => c.json(await readPerformance(deps, ofModels(deps, c.req.valid("query"))), 200),
  );
  app.openapi(trends, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("query").model);
    return c.json(await readTrends(deps.sql, { model, metric: deps.models.get(model)!.primaryMetric }), 200);
  });
  app.openapi(impact, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("query").model);
    return c.json(await readImpact({ ...deps, open: deps.explain.open }, { model }), 200);
  });
}

/** Accepts a finding and writes that down, both or neither. @throws {NotFoundError} no look found anything of this key */
function accepted(
  { sql }: Pick<ApiDeps, "sql">,
  { key, by, why, requestId }: { key: string; by: string; why: string; requestId: string },
): Promise<Acceptance> {
  return inTransaction(sql, async (tx) => {
    const [before] = await listAcceptances(tx, [key]);
    if (!await acceptFinding(tx, { key, by, why })) throw new NotFoundError("finding", key);
    const [after] = await listAcceptances(tx, [key]);
    await writeAudit(tx, { requestId, who: by, action: "accept finding", target: key, why, before, after });
    return after;
  });
}

const moment = ({ limit, asOf }: { limit: number; asOf?: string }) => ({
  limit,
  asOfMs: asOf === undefined ? undefined : Date.parse(asOf),
});

const ofModels = (deps: ApiDeps, { model, ...query }: { model?: string; limit: number; asOf?: string }) => ({
  ...moment(query),
  models: chosenModels(deps, model),
});
