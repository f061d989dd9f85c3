import { createRoute } from "@hono/zod-openapi";
import { servingChanges, servingVersion } from "../../db/models/serving.ts";
import { listNotes } from "../../db/models/version_notes.ts";
import { getVersion, listVersions } from "../../db/models/versions.ts";
import { targetUnit } from "../../app/features/spending_unit.ts";
import { featuresOf } from "../../features/set.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { readOutOfUse } from "../../app/registry/retire.ts";
import { promote, rollBack } from "../../app/registry/moves.ts";
import type { ServingMove } from "../../registry/version.ts";
import { currentAsOf } from "../../app/as_of.ts";
import { chosenModels, notifyIfReachable } from "../changes.ts";
import {
  body,
  FeaturesAnswer,
  json,
  ModelsAnswer,
  problem,
  ServingAnswer,
  ServingMoveAnswer,
  VersionsAnswer,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import {
  LimitQuery,
  type ModelSummary,
  NameParam,
  PromoteRequest,
  RollbackRequest,
  VersionsQuery,
} from "../messages.ts";

const tags = ["Models"];

const list = createRoute({
  method: "get",
  path: "/models",
  tags,
  summary: "The models, and what serves each",
  responses: { 200: json(ModelsAnswer, "The models"), default: problem },
});

const versions = createRoute({
  method: "get",
  path: "/models/{name}/versions",
  tags,
  summary: "Every version of a model with its manifest, newest first",
  request: { params: NameParam, query: VersionsQuery },
  responses: { 200: json(VersionsAnswer, "The versions"), default: problem },
});

const serving = createRoute({
  method: "get",
  path: "/models/{name}/serving",
  tags,
  summary: "Deployment history of a model",
  request: { params: NameParam, query: LimitQuery },
  responses: { 200: json(ServingAnswer, "What serves, and every change of it"), default: problem },
});

const features = createRoute({
  method: "get",
  path: "/models/{name}/features",
  tags,
  summary: "What a row of features holds, in order",
  request: { params: NameParam },
  responses: { 200: json(FeaturesAnswer, "The features, with what each means"), default: problem },
});

const rollback = createRoute({
  method: "post",
  path: "/models/{name}/rollback",
  tags,
  summary: "Roll back the newest: the challenger of a running rollout, else the serving version",
  description:
    "To `to`, else to the last known good version. Needs no Temporal. An `Idempotency-Key` makes it count once.",
  request: { params: NameParam, body: body(RollbackRequest, false) },
  responses: { 200: json(ServingMoveAnswer, "The change of what serves"), default: problem },
});

const promotion = createRoute({
  method: "post",
  path: "/models/{name}/promote",
  tags,
  summary: "Promote a stored version",
  description: "An `Idempotency-Key` makes it count once.",
  request: { params: NameParam, body: body(PromoteRequest, true) },
  responses: { 200: json(ServingMoveAnswer, "The change of what serves"), default: problem },
});

/** Models, their versions, and what serves. None of it needs Temporal. */
export function addModelRoutes(app: Api, deps: ApiDeps): void {
  const { sql, clock } = deps;
  const moving = async (name: string, who: string) => {
    const [model] = chosenModels(deps, name);
    return { model, by: who, asOf: new Date(await currentAsOf(sql, clock)).toISOString() };
  };
  app.openapi(
    list,
    async (c) =>
      c.json({
        models: await Promise.all([...deps.models.values()].map((m) => summary(deps, m))),
        ...await readOutOfUse(sql, deps.modelSet),
      }, 200),
  );
  app.openapi(versions, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const { limit, ...filter } = c.req.valid("query");
    const [versions, notes, serving] = await Promise.all([
      listVersions(sql, model, limit, filter),
      listNotes(sql, model),
      servingVersion(sql, model),
    ]);
    return c.json({ model, serving, versions, notes }, 200);
  });
  app.openapi(serving, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const changes = await servingChanges(sql, model, c.req.valid("query").limit);
    const history = changes.map((change, i) => ({ ...change, until: changes[i - 1]?.at ?? null }));
    return c.json({ model, version: await servingVersion(sql, model), history }, 200);
  });
  app.openapi(features, (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const { hash, meanings } = featuresOf(deps.models.get(model)!);
    return c.json({ model, hash, features: [...meanings] }, 200);
  });
  app.openapi(rollback, async (c) => {
    const asked = RollbackRequest.parse(c.req.valid("json")); // without a body nothing was parsed before
    const request = { ...await moving(c.req.valid("param").name, c.get("who")), ...asked };
    return c.json(
      await answerOnce(
        c,
        sql,
        { body: asked, status: 200 },
        (requestId) => moved(deps, () => rollBack(deps, { ...request, requestId })),
      ),
      200,
    );
  });
  app.openapi(promotion, async (c) => {
    const asked = c.req.valid("json");
    const request = { ...await moving(c.req.valid("param").name, c.get("who")), ...asked };
    return c.json(
      await answerOnce(
        c,
        sql,
        { body: asked, status: 200 },
        (requestId) => moved(deps, () => promote(deps, { ...request, requestId })),
      ),
      200,
    );
  });
}

/** Moves what serves; the rollout that ends with it hears of it at once, or at its next look. */
async function moved(deps: ApiDeps, move: () => Promise<ServingMove>): Promise<ServingMove> {
  const done = await move();
  const { rollout } = done;
  if (rollout) await notifyIfReachable(deps, rollout, () => deps.control.wakeRollout(rollout));
  return done;
}

async function summary({ sql, clock }: ApiDeps, model: ModelDefinition): Promise<ModelSummary> {
  const { name, kind, question, primaryMetric, loss, network, candidates } = model;
  const [serves, [newest], asOfMs] = await Promise.all([
    servingVersion(sql, name),
    listVersions(sql, name, 1),
    currentAsOf(sql, clock),
  ]);
  const served = serves === null ? null : await getVersion(sql, name, serves);
  return {
    model: name,
    kind,
    question,
    unit: served?.manifest.unit ?? await targetUnit(sql, model, { asOfMs }),
    primaryMetric,
    loss,
    network,
    candidates: candidates.map((c) => c.name),
    serving: serves,
    newest: newest?.version ?? null,
  };
}
