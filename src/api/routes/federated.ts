import { createRoute } from "@hono/zod-openapi";
import { InvalidInputError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { inTransaction } from "../../db/connect.ts";
import { addFederatedRun, listFederatedRuns, withdrawFederatedRun } from "../../db/federated/runs.ts";
import { FederatedPlan } from "../../federated/plan.ts";
import { changeRetrainers, chosenModels } from "../changes.ts";
import {
  body,
  FederatedBegunAnswer,
  FederatedRunsAnswer,
  FederatedWithdrawnAnswer,
  json,
  problem,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import {
  type FederatedBegun,
  FederatedQuery,
  FederatedRequest,
  type FederatedWithdrawn,
  NameParam,
  WithdrawRequest,
} from "../messages.ts";

const tags = ["Federated training"];

const list = createRoute({
  method: "get",
  path: "/federated",
  tags,
  summary: "Federated trainings with their rounds, newest first",
  request: { query: FederatedQuery },
  responses: { 200: json(FederatedRunsAnswer, "The trainings"), default: problem },
});

const start = createRoute({
  method: "post",
  path: "/models/{name}/federated",
  tags,
  summary: "Train a classification in rounds over countries whose rows stay apart",
  description: "A cycle begins now, and its challenger meets the same validation and rollout as any other. " +
    "One training waits or runs at a time. An `Idempotency-Key` makes it count once.",
  request: { params: NameParam, body: body(FederatedRequest, false) },
  responses: {
    202: json(FederatedBegunAnswer, "It is written down, and a cycle is queued"),
    default: problem,
  },
});

const withdraw = createRoute({
  method: "post",
  path: "/models/{name}/federated/withdraw",
  tags,
  summary: "Withdraw the federated training that waits for a model's next cycle",
  description: "One that runs ends with its cycle. An `Idempotency-Key` makes it count once.",
  request: { params: NameParam, body: body(WithdrawRequest, false) },
  responses: { 200: json(FederatedWithdrawnAnswer, "It is withdrawn"), default: problem },
});

/** Federated trainings: those there are, a new one, and one that is withdrawn. */
export function addFederatedRoutes(app: Api, deps: ApiDeps): void {
  const { sql } = deps;
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    if (query.model !== undefined) chosenModels(deps, query.model);
    return c.json({ runs: await listFederatedRuns(sql, query) }, 200);
  });
  app.openapi(start, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const { plan, why } = FederatedRequest.parse(c.req.valid("json") ?? {});
    if (deps.models.get(model)!.kind !== "classification") {
      throw new InvalidInputError(`Cannot train ${model} in rounds: it is no classification`, "name");
    }
    const who = c.get("who");
    const answer = await answerOnce(
      c,
      sql,
      { body: { plan, why }, status: 202 },
      (requestId) => begin(deps, { model, plan: FederatedPlan.parse(plan), why, requestId, who }),
    );
    return c.json(answer, 202);
  });
  app.openapi(withdraw, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const { why } = WithdrawRequest.parse(c.req.valid("json") ?? {});
    const by = c.get("who");
    const answer = await answerOnce(
      c,
      sql,
      { body: { why }, status: 200 },
      (requestId) => withdrawn(deps, { model, why, requestId, by }),
    );
    return c.json(answer, 200);
  });
}

/** Withdraws a training and writes that down, both or neither. */
function withdrawn(
  { sql }: ApiDeps,
  { model, why, requestId, by }: { model: string; why: string; requestId: string; by: string },
): Promise<FederatedWithdrawn> {
  return inTransaction(sql, async (tx) => {
    const run = await withdrawFederatedRun(tx, { model, by, why });
    await writeAudit(tx, {
      requestId,
      who: by,
      action: "withdraw federated",
      target: model,
      why,
      after: { run },
    });
    return { run, model };
  });
}

/** Writes the training down, then asks for the cycle that carries it out; the next one does where that is not heard. */
async function begin(
  deps: ApiDeps,
  { model, plan, why, requestId, who }: {
    model: string;
    plan: FederatedPlan;
    why: string;
    requestId: string;
    who: string;
  },
): Promise<FederatedBegun> {
  await addFederatedRun(deps.sql, { id: requestId, model, plan, requestedBy: who, why });
  const change = { action: "force" as const, models: [model], requestId, who, why };
  return { run: requestId, model, ...await changeRetrainers(deps, change) };
}
