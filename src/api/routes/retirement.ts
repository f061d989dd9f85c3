import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { currentAsOf } from "../../app/as_of.ts";
import { restoreModel, retireModel } from "../../app/registry/retire.ts";
import { notifyIfReachable } from "../changes.ts";
import { body, json, problem, RetirementAnswer } from "../components.ts";
import { type ControlMessage, sendNow } from "../control_messages.ts";
import type { Api, ApiDeps, AppEnv } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { NameParam, type Retirement, RetirementRequest } from "../messages.ts";

const tags = ["Models"];
const request = { params: NameParam, body: body(RetirementRequest, false) };

const retirement = createRoute({
  method: "post",
  path: "/models/{name}/retire",
  tags,
  summary: "Take a model out of use",
  description:
    "Its retrainer stops, a running cycle is cancelled, a running rollout is taken back, and nothing answers for it. " +
    "Works for a model whose file is gone. Nothing is deleted. An `Idempotency-Key` makes it count once.",
  request,
  responses: { 200: json(RetirementAnswer, "It is out of use"), default: problem },
});

const restoration = createRoute({
  method: "post",
  path: "/models/{name}/restore",
  tags,
  summary: "Bring a retired model back into use",
  description:
    "What served it serves again; its automatic checks stay off until they are started. An `Idempotency-Key` makes it " +
    "count once.",
  request,
  responses: { 200: json(RetirementAnswer, "It is in use"), default: problem },
});

/** Models are taken out of use, and brought back. */
export function addRetirementRoutes(app: Api, deps: ApiDeps): void {
  app.openapi(retirement, async (c) => {
    const asked = RetirementRequest.parse(c.req.valid("json"));
    return c.json(
      await change(c, deps, { ...asked, action: "retire", model: c.req.valid("param").name }),
      200,
    );
  });
  app.openapi(restoration, async (c) => {
    const asked = RetirementRequest.parse(c.req.valid("json"));
    return c.json(
      await change(c, deps, { ...asked, action: "restore", model: c.req.valid("param").name }),
      200,
    );
  });
}

function change(
  c: Context<AppEnv>,
  deps: ApiDeps,
  { action, model, why }: { action: "retire" | "restore"; model: string; why: string },
): Promise<Retirement> {
  return answerOnce(c, deps.sql, { body: { why }, status: 200 }, async (requestId) => {
    const wanted = { model, requestId, by: c.get("who"), why };
    const told = action === "retire" ? await retire(deps, wanted) : true;
    if (action === "restore") await restoreModel(deps, wanted);
    return { model, retired: action === "retire", told, hasFile: deps.modelSet.all.has(model) };
  });
}

/** @returns whether its retrainer was told already: else it is as soon as Temporal answers */
async function retire(
  deps: ApiDeps,
  wanted: { model: string; requestId: string; by: string; why: string },
): Promise<boolean> {
  const { model, requestId, by, why } = wanted;
  const stop: ControlMessage = {
    action: "stop",
    model,
    change: { requestId, by, why, running: "cancel" },
  };
  const { rollout } = await retireModel(deps, wanted, {
    stop,
    asOfMs: await currentAsOf(deps.sql, deps.clock),
    nowMs: deps.clock(),
  });
  if (rollout) await notifyIfReachable(deps, rollout, () => deps.control.wakeRollout(rollout));
  return await sendNow(deps, [{ key: `${requestId}/${model}`, target: `retrainer/${model}` }]);
}
