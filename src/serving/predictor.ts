import { NotFoundError } from "../core/errors.ts";
import { featuresOf } from "../features/set.ts";
import type { ModelDefinition } from "../models/model.ts";
import { currentMoment } from "../app/as_of.ts";
import { answerFromRows } from "./from_rows.ts";
import { answerFromUsers } from "./from_users.ts";
import { createBatcher } from "./batcher.ts";
import { directJournal } from "./journal.ts";
import { createServingResolver } from "./serving_set.ts";
import type { PredictorDeps, TimedRequest } from "./predictor_deps.ts";
import type { Predictor } from "./prediction.ts";
import { createModelCache, type ModelCacheDeps } from "./loaded_model.ts";

/**
 * Options of a predictor. As long as nothing else is given it asks the database at each call who serves, and stores
 * answers before it gives them: its callers see their own changes at once.
 */
export interface PredictorOptions
  extends ModelCacheDeps, Partial<Omit<PredictorDeps, "featuresOf" | "segmentsOf">> {
  models: ReadonlyMap<string, ModelDefinition>;
}

const ROWS_AT_ONCE = 10_000;

/**
 * Serves predictions by what the registry says serves now. A version that cannot answer is passed over for the champion,
 * the last known good one, then the naive baseline. Requests that come while others are answered are answered together.
 */
export function createPredictor(options: PredictorOptions): Predictor {
  const { sql, clock, models } = options;
  const deps: PredictorDeps = {
    shoppers: options.shoppers ?? sql,
    servingSets: options.servingSets ?? createServingResolver(sql, createModelCache(options)),
    moment: options.moment ?? (() => currentMoment(sql, clock)),
    journal: options.journal ?? directJournal(sql),
    metrics: options.metrics,
    featuresOf: (model) => featuresOf(models.get(model)!),
    segmentsOf: (model) => models.get(model)!.segments,
  };
  const batching = {
    most: ROWS_AT_ONCE,
    rowsOf: ({ request }: TimedRequest<{ users: readonly unknown[] }>) => request.users.length,
  };
  const handlersOf = (model: string) => ({
    fromUsers: createBatcher(answerFromUsers.bind(null, deps, model), batching),
    fromRows: createBatcher(answerFromRows.bind(null, deps, model), batching),
  });
  const handlers = new Map<string, ReturnType<typeof handlersOf>>();
  const handlerOf = (model: string) => {
    // asked each time: models are retired and restored
    if (!models.has(model)) throw new NotFoundError("model", model, [...models.keys()]);
    const handler = handlers.get(model) ?? handlersOf(model);
    handlers.set(model, handler);
    return handler;
  };
  const timed = <Request>(request: Request) => ({ request, startedMs: performance.now() });
  return {
    predict: async (request) => await handlerOf(request.model).fromUsers(timed(request)),
    predictRows: async (request) => await handlerOf(request.model).fromRows(timed(request)),
  };
}
