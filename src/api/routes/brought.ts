import { createRoute } from "@hono/zod-openapi";
import { Buffer } from "node:buffer";
import { bringModel, withdrawModel } from "../../app/registry/brought.ts";
import { ConflictError } from "../../core/errors.ts";
import { listBrought } from "../../db/models/brought.ts";
import { chosenModels } from "../changes.ts";
import {
  body,
  BringBody,
  BroughtAnswer,
  BroughtModelsAnswer,
  json,
  problem,
  WithdrawalAnswer,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { BroughtParam, NameParam } from "../messages.ts";

const tags = ["Models"];

const list = createRoute({
  method: "get",
  path: "/models/{name}/brought",
  tags,
  summary: "The models that people brought",
  request: { params: NameParam },
  responses: { 200: json(BroughtModelsAnswer, "Oldest first"), default: problem },
});

const bring = createRoute({
  method: "post",
  path: "/models/{name}/brought",
  tags,
  summary: "Bring a model that was trained elsewhere",
  description:
    "The next cycle puts it to the gate as its challenger, on rows after `trainedUntil`; afterwards it competes in each " +
    "training. It is asked about invented rows first. An `Idempotency-Key` makes it count once.",
  request: { params: NameParam, body: body(BringBody, true) },
  responses: { 201: json(BroughtAnswer, "The next cycle puts it to the gate"), default: problem },
});

const withdraw = createRoute({
  method: "delete",
  path: "/models/{name}/brought/{candidate}",
  tags,
  summary: "Withdraw a brought model",
  description:
    "Trainings go on without it; a version that was made of it stays, and is rolled back as any other.",
  request: { params: BroughtParam },
  responses: { 200: json(WithdrawalAnswer, "It takes part in no training"), default: problem },
});

/** Models from outside come to a running installation, and go. */
export function addBroughtRoutes(app: Api, deps: ApiDeps): void {
  const { sql } = deps;
  app.openapi(list, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    return c.json({ model, brought: await listBrought(sql, model) }, 200);
  });
  app.openapi(bring, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const asked = c.req.valid("json");
    const { file, candidate, ...about } = asked;
    const { artefacts: store } = deps;
    if (!store) throw new ConflictError(`Cannot bring a model to "${model}": no files are kept here`);
    const brought = await answerOnce(
      c,
      sql,
      { body: asked, status: 201 },
      (requestId) =>
        bringModel({ sql, store }, deps.models.get(model)!, {
          ...about,
          name: candidate,
          file: Buffer.from(file, "base64"),
          requestId,
          by: c.get("who"),
        }),
    );
    return c.json(brought, 201);
  });
  app.openapi(withdraw, async (c) => {
    const { name, candidate } = c.req.valid("param");
    const [model] = chosenModels(deps, name);
    const done = await answerOnce(c, sql, { body: null, status: 200 }, async (requestId) => {
      await withdrawModel(sql, { model, name: candidate, requestId, by: c.get("who"), why: "" });
      return { model, name: candidate };
    });
    return c.json(done, 200);
  });
}
