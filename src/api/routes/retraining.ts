import { createRoute } from "@hono/zod-openapi";
import { readStatus } from "../../app/reports/status.ts";
import { changeRetrainers, chosenModels, type RetrainerChange } from "../changes.ts";
import { body, ChangeAcceptedAnswer, json, problem, StatusAnswer } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { type ChangeAccepted, ChangeRequest, StopRequest } from "../messages.ts";
import type { Context } from "hono";
import type { AppEnv } from "../deps.ts";

const tags = ["Retraining"];

const status = createRoute({
  method: "get",
  path: "/retraining/status",
  tags,
  summary: "Status of the system, model by model",
  description: "Read from Postgres alone: it answers while workers and Temporal are down.",
  responses: { 200: json(StatusAnswer, "The status of every model"), default: problem },
});

const accepted = {
  202: json(
    ChangeAcceptedAnswer,
    "It is written down; the retrainers were told, or are as soon as Temporal answers",
  ),
  default: problem,
};
const onceOnly = "An `Idempotency-Key` header makes a repeated request count once.";

const start = createRoute({
  method: "post",
  path: "/retraining/start",
  tags,
  summary: "Turn automatic checks on",
  description: onceOnly,
  request: { body: body(ChangeRequest, false) },
  responses: accepted,
});

const stop = createRoute({
  method: "post",
  path: "/retraining/stop",
  tags,
  summary: "Turn automatic checks off",
  description: `A running cycle may finish (the default) or is cancelled cleanly. ${onceOnly}`,
  request: { body: body(StopRequest, false) },
  responses: accepted,
});

const force = createRoute({
  method: "post",
  path: "/retraining/force",
  tags,
  summary: "Run a retraining cycle now",
  description: `Skips the trigger, not the validation; works while stopped. ${onceOnly}`,
  request: { body: body(ChangeRequest, false) },
  responses: accepted,
});

/** Status, start, stop and force. */
export function addRetrainingRoutes(app: Api, deps: ApiDeps): void {
  app.openapi(status, async (c) => c.json(await readStatus(deps), 200));
  // Without a body nothing was parsed, so no default was filled in: parse here.
  app.openapi(
    start,
    async (c) => c.json(await change(c, deps, "start", ChangeRequest.parse(c.req.valid("json"))), 202),
  );
  app.openapi(
    stop,
    async (c) => c.json(await change(c, deps, "stop", StopRequest.parse(c.req.valid("json"))), 202),
  );
  app.openapi(
    force,
    async (c) => c.json(await change(c, deps, "force", ChangeRequest.parse(c.req.valid("json"))), 202),
  );
}

function change(
  c: Context<AppEnv>,
  deps: ApiDeps,
  action: RetrainerChange["action"],
  asked: { model?: string; why: string; running?: "finish" | "cancel" },
): Promise<ChangeAccepted> {
  const models = chosenModels(deps, asked.model);
  return answerOnce(c, deps.sql, { body: asked, status: 202 }, async (requestId) => {
    const { why, running } = asked;
    const change = { action, models, requestId, who: c.get("who"), why, running };
    const { told } = await changeRetrainers(deps, change);
    return { accepted: true, told, models, requestId, statusUrl: "/retraining/status" };
  });
}
