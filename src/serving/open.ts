import type { Log } from "../core/log.ts";
import { insertAnswers } from "../db/models/predictions.ts";
import { writeBehind } from "./journal.ts";
import type { Predictor } from "./prediction.ts";
import { createPredictor, type PredictorOptions } from "./predictor.ts";
import { createModelCache } from "./loaded_model.ts";
import { openServingCache } from "./serving_cache.ts";

/** A predictor for many requests. */
interface Serving {
  predictor: Predictor;
  /** Writes what it has not written, and listens no more. Call it once no request is under way. */
  close(): Promise<void>;
}

/**
 * Opens what the API serves with: who serves is held in memory, answers are stored a little later. Beside it
 * `createPredictor` alone asks the database each time, for callers that must see their own changes at once.
 */
export async function openServing(
  deps: Omit<PredictorOptions, "servingSets" | "moment" | "journal"> & { log: Log },
): Promise<Serving> {
  const { sql, clock, log } = deps;
  const servingSets = await openServingCache({ sql, load: createModelCache(deps), clock, log });
  const journal = writeBehind((answers) => insertAnswers(sql, answers), { log });
  return {
    predictor: createPredictor({ ...deps, servingSets, moment: servingSets.moment, journal }),
    async close() {
      await servingSets.close();
      await journal.close();
    },
  };
}
