import { createRoute } from "@hono/zod-openapi";
import { acknowledgeAlert, listAlerts } from "../../db/alerts/alerts.ts";
import { chosenModels } from "../changes.ts";
import { AlertAnswer, AlertsAnswer, body, json, problem } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { AcknowledgeRequest, AlertParam, AlertsQuery } from "../messages.ts";

const tags = ["Alerts"];

const list = createRoute({
  method: "get",
  path: "/alerts",
  tags,
  summary: "Alerts, newest first",
  request: { query: AlertsQuery },
  responses: { 200: json(AlertsAnswer, "Open alerts; all with `open=false`"), default: problem },
});

const acknowledge = createRoute({
  method: "post",
  path: "/alerts/{id}/acknowledge",
  tags,
  summary: "Acknowledge an alert",
  description: "It stops escalating, and closes when its cause is gone. The first acknowledgement counts. " +
    "An alert that has closed unseen is refused.",
  request: { params: AlertParam, body: body(AcknowledgeRequest, true) },
  responses: { 200: json(AlertAnswer, "The alert, acknowledged"), default: problem },
});

/** Alerts: read and acknowledged. */
export function addAlertRoutes(app: Api, deps: ApiDeps): void {
  const { sql, clock } = deps;
  app.openapi(list, async (c) => {
    const { open, ...filter } = c.req.valid("query");
    if (filter.model !== undefined) chosenModels(deps, filter.model);
    return c.json({ alerts: await listAlerts(sql, { open: open === "true", ...filter }) }, 200);
  });
  app.openapi(acknowledge, async (c) => {
    const { id } = c.req.valid("param");
    const request = c.req.valid("json");
    const seen = { id, who: c.get("who"), why: request.why, nowMs: clock() };
    const answer = await answerOnce(
      c,
      sql,
      { body: request, status: 200 },
      (requestId) => acknowledgeAlert(sql, { ...seen, requestId }),
    );
    return c.json(answer, 200);
  });
}
