import { NotFoundError } from "../core/errors.ts";
import type { ModelDefinition } from "../models/model.ts";
import { currentMoment } from "../app/as_of.ts";
import { answerFromRows } from "./from_rows.ts";
import { answerFromUsers } from "./from_users.ts";
import { gathered } from "./gather.ts";
import { directJournal } from "./journal.ts";
import { createServingResolver } from "./serving_set.ts";
import type { Asked, Parts } from "./parts.ts";
import type { Predictor } from "./prediction.ts";
import { createModelCache, type ModelCacheDeps } from "./loaded_model.ts";

/**
 * What a predictor is made of. As long as nothing else is given it asks the database at each call who serves, and stores
 * answers before it gives them: its callers see their own changes at once.
 */
export interface PredictorDeps extends ModelCacheDeps, Partial<Omit<Parts, "sql">> {
  models: ReadonlyMap<string, ModelDefinition>;
}

const ROWS_AT_ONCE = 10_000;

/**
 * Serves predictions by what the registry says serves now. A version that cannot answer is passed over for the champion,
 * the last known good one, then the naive baseline. Requests that come while others are answered are answered together.
 */
export function createPredictor(deps: PredictorDeps): Predictor {
  const { sql, clock, models } = deps;
  const parts: Parts = {
    sql,
    servingSets: deps.servingSets ?? createServingResolver(sql, createModelCache(deps)),
    moment: deps.moment ?? (() => currentMoment(sql, clock)),
    journal: deps.journal ?? directJournal(sql),
    tally: deps.tally,
  };
  const batching = {
    most: ROWS_AT_ONCE,
    rowsOf: ({ request }: Asked<{ users: readonly unknown[] }>) => request.users.length,
  };
  const doors = new Map([...models.keys()].map((model) => [model, {
    fromUsers: gathered(answerFromUsers.bind(null, parts, model), batching),
    fromRows: gathered(answerFromRows.bind(null, parts, model), batching),
  }]));
  const doorOf = (model: string) => {
    const door = doors.get(model);
    if (!door) throw new NotFoundError("model", model);
    return door;
  };
  const asked = <Request>(request: Request) => ({ request, startedMs: performance.now() });
  return {
    predict: async (request) => await doorOf(request.model).fromUsers(asked(request)),
    predictRows: async (request) => await doorOf(request.model).fromRows(asked(request)),
  };
}
