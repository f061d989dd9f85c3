import { createRoute } from "@hono/zod-openapi";
import { ConflictError, InvalidInputError } from "../../core/errors.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import { recordChange } from "../../app/control/outbox.ts";
import { inTransaction } from "../../db/connect.ts";
import { getRollout, listLooks, listRollouts } from "../../db/rollouts/rollouts.ts";
import { servingVersion } from "../../db/models/serving.ts";
import { getVersion } from "../../db/models/versions.ts";
import { pauseRollout, resumeRollout } from "../../app/registry/rollout_pauses.ts";
import { planRollout, strategyFor } from "../../app/registry/plan_rollout.ts";
import { needReadable } from "../../app/registry/version_files.ts";
import { currentAsOf } from "../../app/as_of.ts";
import { configOf } from "../../config/retraining.ts";
import { decidedAgain } from "../../app/reports/rollout_looks.ts";
import type { Strategy } from "../../rollout/plan.ts";
import { askedRolloutId, type Rollout } from "../../rollout/rollout.ts";
import type { HandRollout } from "../../temporal/control.ts";
import { routerPath } from "../access.ts";
import { chosenModels, notifyIfReachable } from "../changes.ts";
import { type ControlMessage, sendNow } from "../control_messages.ts";
import { reaching } from "../reaching.ts";
import {
  body,
  json,
  LookAnswer,
  PlanAnswer,
  problem,
  RolloutAnswer,
  RolloutBegunAnswer,
  RolloutChangedAnswer,
  RolloutsAnswer,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { invalidInput } from "../invalid.ts";
import { answerOnce } from "../idempotency.ts";
import {
  DrillRequest,
  LookRequest,
  NameParam,
  PauseRequest,
  PlanQuery,
  ResumeRequest,
  type RolloutBegun,
  RolloutParam,
  RolloutRequest,
  RolloutsQuery,
} from "../messages.ts";

const tags = ["Rollouts"];
const LOOKS_SHOWN = 200;

const list = createRoute({
  method: "get",
  path: "/rollouts",
  tags,
  summary: "Rollouts, newest first",
  request: { query: RolloutsQuery },
  responses: { 200: json(RolloutsAnswer, "The rollouts"), default: problem },
});

const detailRoute = createRoute({
  method: "get",
  path: "/rollouts/{id}",
  tags,
  summary: "One rollout: its plan, and its decision log with evidence, recomputed",
  request: { params: RolloutParam },
  responses: { 200: json(RolloutAnswer, "The rollout"), default: problem },
});

const look = createRoute({
  method: "post",
  path: "/rollouts/{id}/look",
  tags,
  summary: "Evaluate a rollout as of a moment of a replayed history",
  description: "One on the wall clock is evaluated automatically.",
  request: { params: RolloutParam, body: body(LookRequest, true) },
  responses: { 200: json(LookAnswer, "The decision"), default: problem },
});

const plan = createRoute({
  method: "get",
  path: "/models/{name}/rollout/plan",
  tags,
  summary: "The plan of a rollout before it starts",
  request: { params: NameParam, query: PlanQuery },
  responses: { 200: json(PlanAnswer, "The plan"), default: problem },
});

const begin = createRoute({
  method: "post",
  path: "/models/{name}/rollout",
  tags,
  summary: "Roll out a stored version beside the serving one",
  description: "An `Idempotency-Key` makes it count once. It supersedes a running rollout.",
  request: { params: NameParam, body: body(RolloutRequest, true) },
  responses: { 202: json(RolloutBegunAnswer, "It begins"), default: problem },
});

const pause = createRoute({
  method: "post",
  path: "/models/{name}/rollout/pause",
  tags,
  summary: "Pause the running rollout: shares stay, it neither steps nor promotes",
  description:
    "Harm and broken guardrails still end it. Needs no Temporal. An `Idempotency-Key` makes it count once.",
  request: { params: NameParam, body: body(PauseRequest, false) },
  responses: { 200: json(RolloutChangedAnswer, "The rollout, paused"), default: problem },
});

const resume = createRoute({
  method: "post",
  path: "/models/{name}/rollout/resume",
  tags,
  summary: "Resume the paused rollout from its step",
  description: "An `Idempotency-Key` makes it count once.",
  request: { params: NameParam, body: body(ResumeRequest, false) },
  responses: { 200: json(RolloutChangedAnswer, "The rollout, which goes on"), default: problem },
});

const drill = createRoute({
  method: "post",
  path: "/models/{name}/drill",
  tags,
  summary: "Roll out a deliberately degraded copy of the serving version, to check that it is rolled back",
  description: "On the wall clock real shoppers get its predictions: prefer `shadow` there.",
  request: { params: NameParam, body: body(DrillRequest, false) },
  responses: { 202: json(RolloutBegunAnswer, "It begins"), default: problem },
});

/** Rollouts: what they are, what they would need, and the ones that people begin. */
export function addRolloutRoutes(app: Api, deps: ApiDeps): void {
  const { sql } = deps;
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    if (query.model !== undefined) chosenModels(deps, query.model);
    return c.json({ rollouts: await listRollouts(sql, query) }, 200);
  });
  app.openapi(plan, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    return c.json({ model, plan: await planFor(deps, model, c.req.valid("query")) }, 200);
  });
  app.openapi(begin, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const request = c.req.valid("json");
    await mayBegin(deps, model, request.version);
    const answer = await answerOnce(
      c,
      sql,
      { body: request, status: 202 },
      (requestId) => beginOne(deps, { ...request, model, requestId, by: c.get("who") }),
    );
    return c.json(answer, 202);
  });
  app.openapi(pause, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const request = PauseRequest.parse(c.req.valid("json"));
    const change = async (requestId: string) =>
      await pauseRollout(sql, { ...request, ...await changeOf(deps, model, requestId, c.get("who")) });
    return c.json(
      await answerOnce(c, sql, { body: request, status: 200 }, (id) => woken(deps, change(id))),
      200,
    );
  });
  app.openapi(resume, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    const request = ResumeRequest.parse(c.req.valid("json"));
    const change = async (requestId: string) =>
      await resumeRollout(sql, {
        ...request,
        ...await changeOf(deps, model, requestId, c.get("who")),
        nowMs: deps.clock(),
      });
    return c.json(
      await answerOnce(c, sql, { body: request, status: 200 }, (id) => woken(deps, change(id))),
      200,
    );
  });
  app.openapi(drill, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").name);
    if (await servingVersion(sql, model) === null) {
      throw new ConflictError(`No version of "${model}" serves yet`);
    }
    const { strength, asOf, ...request } = DrillRequest.parse(c.req.valid("json"));
    const past = asOf === undefined ? {} : { asOf: pastMoment(deps, asOf), replayed: true };
    const answer = await answerOnce(
      c,
      sql,
      { body: { strength, asOf, ...request }, status: 202 },
      (requestId) =>
        beginOne(deps, {
          ...request,
          ...past,
          model,
          requestId,
          by: c.get("who"),
          version: { drill: { strength } },
        }),
    );
    return c.json(answer, 202);
  });
  // Registered by hand: a rollout's id holds slashes, which the OpenAPI path cannot say.
  app.openAPIRegistry.registerPath(detailRoute);
  app.get(routerPath(detailRoute.path), async (c) => {
    const rollout = await getRollout(sql, c.req.param("id") ?? "");
    const looks = await listLooks(sql, rollout.id, LOOKS_SHOWN);
    const again = await Promise.all(looks.map((look) => decidedAgain(rollout, look)));
    return c.json({ ...rollout, looks: again }, 200);
  });
  app.openAPIRegistry.registerPath(look);
  app.post(routerPath(look.path), async (c) => {
    const request = LookRequest.safeParse(await c.req.json().catch(() => null)); // no JSON is no object either
    if (!request.success) throw invalidInput(request.error);
    const { asOf, traffic } = request.data;
    const rollout = await getRollout(sql, c.req.param("id") ?? "");
    if (!rollout.replayed) {
      throw new ConflictError(`Cannot look at ${rollout.id} as of a moment: it looks by itself`);
    }
    const lookRequest = { asOf: pastMoment(deps, asOf), traffic };
    return c.json(
      await reaching(deps.control, rollout.model, () => deps.control.lookAtRollout(rollout.id, lookRequest)),
      200,
    );
  });
}

async function changeOf({ sql, clock }: ApiDeps, model: string, requestId: string, by: string) {
  return { model, requestId, by, asOf: new Date(await currentAsOf(sql, clock)).toISOString() };
}

/** Has a rollout look at once after it changed; one that is replayed looks when it is told to. */
async function woken(deps: ApiDeps, change: Promise<Rollout>): Promise<Rollout> {
  const rollout = await change;
  const { id, replayed } = rollout;
  if (!replayed) await notifyIfReachable(deps, id, () => deps.control.wakeRollout(id));
  return rollout;
}

/** @throws {InvalidInputError} it is to come */
function pastMoment({ clock }: ApiDeps, asOf: string): string {
  if (Date.parse(asOf) > clock()) throw new InvalidInputError("asOf is in the future", "asOf");
  return new Date(asOf).toISOString();
}

async function planFor({ sql, clock, models }: ApiDeps, name: string, { version, strategy }: {
  version: number;
  strategy?: Strategy;
}) {
  const [serving, { config: all }] = await Promise.all([servingVersion(sql, name), currentConfig(sql)]);
  if (serving === null) throw new ConflictError(`Cannot plan a rollout of "${name}": no version serves yet`);
  const [champion, challenger] = await Promise.all([
    getVersion(sql, name, serving),
    getVersion(sql, name, version),
  ]);
  const config = configOf(all, name);
  const asOf = new Date(await currentAsOf(sql, clock)).toISOString();
  const planRequest = { model: models.get(name)!, config, champion, challenger, asOf };
  return await planRollout(sql, { ...planRequest, strategy: strategyFor(config, strategy) });
}

/** Says at once what the workflow would find out later. */
async function mayBegin({ sql, files }: ApiDeps, model: string, number: number): Promise<void> {
  const version = await getVersion(sql, model, number);
  const serving = await servingVersion(sql, model);
  const why = serving === null ? "no version serves yet" : serving === number ? "it serves already" : null;
  if (why) throw new ConflictError(`Cannot roll out version ${number} of "${model}": ${why}`);
  await needReadable(files, version);
}

/** Writes down who asked, then tells Temporal to begin; both count once per request. */
async function beginOne(deps: ApiDeps, wanted: Omit<HandRollout, "id">): Promise<RolloutBegun> {
  const { model, requestId, by: who, why, version, strategy = "as configured" } = wanted;
  const [action, about] = typeof version === "number"
    ? ["roll out", version] as const
    : ["drill", "drill"] as const;
  const id = askedRolloutId(model, about, requestId);
  const audit = { requestId, who, action, target: model, why, after: { rollout: id, version, strategy } };
  const message: ControlMessage = { action: "begin rollout", wanted: { ...wanted, id } };
  await inTransaction(deps.sql, (tx) => recordChange(tx, { audit, target: id, message }));
  await sendNow(deps, [{ key: requestId, target: id }]);
  return { accepted: true, requestId, rollout: id, rolloutUrl: `/rollouts/${id}` };
}
