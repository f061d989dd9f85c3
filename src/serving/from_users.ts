import type { FeatureSet } from "../features/set.ts";
import { answerRows, type Rows } from "./answer.ts";
import { recordMetrics, recordPredictions, toPredictions, toResponse } from "./record_predictions.ts";
import { packed, readShoppers, type Shopper } from "./lookup.ts";
import type { ServingSet } from "./serving_set.ts";
import type { PredictorDeps, TimedRequest } from "./predictor_deps.ts";
import type { Predictions, UsersRequest } from "./prediction.ts";

/** Answers requests about shoppers, whose features are read from their events, all together. */
export async function answerFromUsers(
  deps: PredictorDeps,
  model: string,
  timedRequests: readonly TimedRequest<UsersRequest>[],
): Promise<Predictions[]> {
  const servingSet = await deps.servingSets.resolve(model);
  const featureSet = deps.featuresOf(model);
  const seen = await readShoppers(deps.shoppers, timedRequests.map(({ request }) => request), {
    moment: await deps.moment(),
    featureSet,
  });
  const shoppers = seen.flatMap((group) => group.shoppers);
  const objecting = timedRequests.map(({ request }) => request.objecting);
  const objects = (user: string) => objecting.some((users) => users?.has(user));
  const rows = await rowsOf(shoppers, { featureSet, horizons: horizonsOf(servingSet), objects });
  const batch = answerRows(servingSet, rows);
  await recordPredictions(deps, servingSet, { rows, subjects: shoppers, batch });
  let end = 0;
  const ends = seen.map((group) => end += group.shoppers.length);
  recordMetrics(deps, model, batch, timedRequests, ends);
  return timedRequests.map(({ request }, i) => {
    const { asOfMs, shoppers } = seen[i];
    const first = ends[i] - shoppers.length;
    const answers = new Map(shoppers.map(({ user }, row) => [user, batch.shown[first + row]]));
    const predictions = request.users.map((user) => toResponse(user, answers.get(user), servingSet.classes));
    return toPredictions(servingSet, asOfMs, predictions);
  });
}

/** The horizons in which the features of versions that may answer are measured. */
function horizonsOf({ champion, challengers, fallbackModel, baseline }: ServingSet): number[] {
  const others = [fallbackModel, ...challengers].flatMap((model) => model?.scorer ?? []);
  return [...new Set([champion.scorer ?? baseline, ...others].map(({ horizonDays }) => horizonDays))];
}

async function rowsOf(
  seen: readonly Shopper[],
  { featureSet, horizons, objects }: {
    featureSet: FeatureSet;
    horizons: readonly number[];
    objects: (user: string) => boolean;
  },
): Promise<Rows> {
  // what somebody did who objects is not looked at
  const shoppers = seen.map((shopper) => objects(shopper.user) ? { ...shopper, days: [] } : shopper);
  const byHorizon = new Map<number, Float32Array | unknown>();
  for (const horizonDays of horizons) {
    byHorizon.set(horizonDays, await packed(shoppers, featureSet, horizonDays).catch((error) => error));
  }
  return {
    n: shoppers.length,
    shopper: (row) => shoppers[row].user,
    objects: (row) => objects(shoppers[row].user),
    features(horizonDays) {
      const features = byHorizon.get(horizonDays);
      if (features instanceof Float32Array) return features;
      throw features; // a feature of the model's own failed: whoever needs it is passed over
    },
  };
}
