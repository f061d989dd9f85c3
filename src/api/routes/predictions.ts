import { createRoute } from "@hono/zod-openapi";
import { InvalidInputError } from "../../core/errors.ts";
import type { Predictions, UserPrediction } from "../../serving/prediction.ts";
import { keysOf, knownKeysOf } from "../../app/people/keys.ts";
import { routerPath } from "../access.ts";
import { chosenModels } from "../changes.ts";
import { body, json, PredictionsAnswer, problem } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { ModelParam, PredictionRequest } from "../messages.ts";
import type { SentRows } from "../plain_rows.ts";
import { featuresOf } from "../../features/set.ts";
import { type Question, readQuestion, type Refused } from "../prediction_body.ts";

const predict = createRoute({
  method: "post",
  path: "/predictions/{model}",
  tags: ["Predictions"],
  summary: "Ask a model about one or many shoppers, or rows of features",
  description:
    "Each answer names the version that spoke, and whether it is a fallback. A shopper without events has no " +
    "prediction, but a reason; so has an id that none can have, among others. Shoppers are looked up by pseudonym; their ids are stored nowhere. Answers about a " +
    "shopper are stored within 100 ms, to meet their outcomes.",
  request: { params: ModelParam, body: body(PredictionRequest, true) },
  responses: {
    200: json(PredictionsAnswer, "One answer per shopper or row, in the order asked"),
    default: problem,
  },
});

/** Predictions. The route is documented by its schema, and read by hand: see `prediction_body.ts`. */
export function addPredictionRoutes(app: Api, deps: ApiDeps): void {
  app.openAPIRegistry.registerPath(predict);
  app.post(routerPath(predict.path), async (c) => {
    const [model] = chosenModels(deps, c.req.param("model"));
    deps.quotas?.predictions.enter();
    const question = await readQuestion(c, featuresOf(deps.models.get(model)!));
    deps.quotas?.predictions.take(question.asked.users.length);
    if (question.asOfMs !== undefined && question.asOfMs > deps.clock()) {
      throw new InvalidInputError("asOf is in the future", "asOf");
    }
    return c.json(await answerTo(deps, model, question), 200);
  });
}

async function answerTo(
  deps: ApiDeps,
  model: string,
  { asked, asOfMs, refused }: Question,
): Promise<Predictions> {
  const answer = "features" in asked
    ? await predictRows(deps, { model, asOfMs, ...asked })
    : await predictUsers(deps, { model, asOfMs, ...asked });
  return refused.size === 0 ? answer : { ...answer, predictions: withRefused(answer.predictions, refused) };
}

/** All answers in the order asked. */
function withRefused(answers: readonly UserPrediction[], refused: Refused): UserPrediction[] {
  let next = 0;
  const places = Array.from({ length: answers.length + refused.size }, (_, i) => i);
  return places.map((i) => refused.get(i) ?? answers[next++]);
}

/** Asks by pseudonym, and answers by the ids as they were given. */
async function predictUsers(
  { sql, pseudonym, lookUp = pseudonym, predictor }: ApiDeps,
  { model, users, asOfMs }: { model: string; users: readonly string[]; asOfMs?: number },
): Promise<Predictions> {
  const keyOf = await knownKeysOf({ sql, pseudonym: lookUp }, users);
  const keys = users.map(keyOf);
  const objecting = new Set(keys.filter((_, i) => keyOf.objects(users[i])));
  const answer = await predictor.predict({ model, users: [...new Set(keys)], objecting, asOfMs });
  const byKey = new Map(answer.predictions.map((p) => [p.user, p]));
  const predictions = users.map((user, i) => ({
    ...byKey.get(keys[i]) ?? { prediction: null, reason: "the model gave no answer" },
    user,
  }));
  return { ...answer, predictions };
}

async function predictRows(
  { sql, pseudonym, lookUp = pseudonym, predictor }: ApiDeps,
  { users, ...request }: { model: string; asOfMs?: number } & SentRows,
): Promise<Predictions> {
  const keyOf = await keysOf({ sql, pseudonym: lookUp }, users.filter((user) => user !== null));
  const keys = users.map((user) => user === null ? null : keyOf(user));
  const objecting = new Set(keys.filter((_, i) => users[i] !== null && keyOf.objects(users[i])));
  const answer = await predictor.predictRows({ ...request, users: keys, objecting });
  return { ...answer, predictions: answer.predictions.map((p, i) => ({ ...p, user: users[i] })) };
}
