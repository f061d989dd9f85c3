import { answerRows, type Rows } from "./answer.ts";
import { recordMetrics, recordPredictions, toPredictions, toResponse } from "./record_predictions.ts";
import type { PredictorDeps, TimedRequest } from "./predictor_deps.ts";
import type { Predictions, RowsRequest } from "./prediction.ts";

/** Answers requests that bring their features, all together. */
export async function answerFromRows(
  deps: PredictorDeps,
  model: string,
  timedRequests: readonly TimedRequest<RowsRequest>[],
): Promise<Predictions[]> {
  const width = deps.featuresOf(model).names.length;
  const servingSet = await deps.servingSets.resolve(model);
  const { asOfMs: now } = await deps.moment();
  const requests = timedRequests.map(({ request }) => request);
  const subjects = requests.flatMap(({ users, asOfMs = now }) => users.map((user) => ({ user, asOfMs })));
  const features = joined(requests.map((request) => request.features));
  const objecting = requests.flatMap(({ users, objecting }) =>
    users.map((user) => user !== null && objecting?.has(user) === true)
  );
  const rows: Rows = {
    n: subjects.length,
    shopper: (row) => subjects[row].user ?? features.subarray(row * width, (row + 1) * width).join(),
    objects: (row) => objecting[row],
    features: () => features,
  };
  const batch = answerRows(servingSet, rows);
  await recordPredictions(deps, servingSet, { rows, subjects, batch });
  let end = 0;
  const ends = requests.map(({ users }) => end += users.length);
  recordMetrics(deps, model, batch, timedRequests, ends);
  return requests.map(({ users, asOfMs = now }, i) => {
    const first = ends[i] - users.length;
    return toPredictions(
      servingSet,
      asOfMs,
      users.map((user, row) => toResponse(user, batch.shown[first + row], servingSet.classes)),
    );
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
