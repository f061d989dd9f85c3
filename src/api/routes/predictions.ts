import { createRoute } from "@hono/zod-openapi";
import { InvalidInputError } from "../../core/errors.ts";
import type { Predictions } from "../../serving/prediction.ts";
import { chosenModels } from "../changes.ts";
import { body, json, PredictionsAnswer, problem } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { ModelParam, PredictionRequest } from "../messages.ts";

const predict = createRoute({
  method: "post",
  path: "/predictions/{model}",
  tags: ["Predictions"],
  summary: "Ask a model about one or many shoppers",
  description:
    "The answer names the version that spoke. A shopper without events has no prediction, but a reason. " +
    "Shoppers are looked up by pseudonym; their ids are stored nowhere.",
  request: { params: ModelParam, body: body(PredictionRequest, true) },
  responses: { 200: json(PredictionsAnswer, "One answer per shopper, in the order asked"), default: problem },
});

/** Predictions. */
export function addPredictionRoutes(app: Api, deps: ApiDeps): void {
  app.openapi(predict, async (c) => {
    const [model] = chosenModels(deps, c.req.valid("param").model);
    const { user, users = [user!], asOf } = c.req.valid("json"); // one of the two is there: the schema says so
    const asOfMs = asOf === undefined ? undefined : Date.parse(asOf); // left out: the predictor knows what time it is
    if (asOfMs !== undefined && asOfMs > deps.clock()) {
      throw new InvalidInputError("asOf is in the future", "asOf");
    }
    return c.json(await predictFor(deps, { model, users: users.map(cleanId), asOfMs }), 200);
  });
}

/** Asks by pseudonym, and answers by the ids as they were given. */
async function predictFor(
  { pseudonym, predictor }: ApiDeps,
  { model, users, asOfMs }: { model: string; users: readonly string[]; asOfMs?: number },
): Promise<Predictions> {
  const keys = users.map(pseudonym);
  const answer = await predictor.predict({ model, users: [...new Set(keys)], asOfMs });
  const byKey = new Map(answer.predictions.map((p) => [p.user, p]));
  const predictions = users.map((user, i) => ({
    ...byKey.get(keys[i]) ?? { prediction: null, reason: "the model gave no answer" },
    user,
  }));
  return { ...answer, predictions };
}

/** A shopper's id as events carry it: a number and its text are the same, spaces around it do not count. */
function cleanId(user: string | number): string {
  const id = String(user).trim().toWellFormed();
  if (id === "") throw new InvalidInputError("a user's id is empty", "users");
  return id;
}
