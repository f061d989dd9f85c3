import type { StoredAnswer } from "../db/models/predictions.ts";
import { segmentOf } from "../performance/segments.ts";
import type { Answer, Rows, ScoredBatch } from "./answer.ts";
import type { ServingSet } from "./serving_set.ts";
import type { PredictorDeps, TimedRequest } from "./predictor_deps.ts";
import type { Predictions, UserPrediction } from "./prediction.ts";

/** The shopper of a row, and the moment it is about. */
interface RowSubject {
  /** a pseudonym; null: the row is of nobody known, and its answer is not stored */
  readonly user: string | null;
  readonly asOfMs: number;
}

/** Stores the answers about shoppers, shown and not shown. Settles when the journal has room for more. */
export async function recordPredictions(
  { journal, featuresOf, segmentsOf }: PredictorDeps,
  { state, champion, baseline }: ServingSet,
  { rows, subjects, batch }: { rows: Rows; subjects: readonly RowSubject[]; batch: ScoredBatch },
): Promise<void> {
  const { model } = state;
  const { hash: featureHash, names, places } = featuresOf(model);
  const segments = segmentsOf(model);
  const segmentIn = (features: Float32Array, first: number) =>
    segmentOf((feature) => features[first + places.get(feature)!], segments);
  const features = featuresIfAny(rows, champion.scorer?.horizonDays ?? baseline.horizonDays);
  const answers: StoredAnswer[] = [];
  const add = (row: number, answer: Answer, shown: boolean) => {
    const { prediction, probabilities, version, arm, fallback, horizonDays } = answer;
    const { user: userKey, asOfMs } = subjects[row];
    if (userKey === null) return;
    const segment = features ? segmentIn(features, row * names.length) : undefined;
    answers.push({
      model,
      featureHash,
      segment,
      userKey,
      asOfMs,
      prediction,
      probabilities,
      version,
      arm,
      fallback,
      horizonDays,
      shown,
    });
  };
  batch.shown.forEach((answer, row) => {
    if (!answer.objects) add(row, answer, true);
  });
  batch.unshown.forEach((answer) => add(answer.row, answer, false));
  await journal.add(answers);
}

/** null: a feature of the model's own fails, and the baseline answered */
function featuresIfAny(rows: Rows, horizonDays: number): Float32Array | null {
  try {
    return rows.features(horizonDays);
  } catch {
    return null; // counted where versions were asked
  }
}

const OBJECTS = "the shopper objects to being profiled: the baseline answers";

/** Counts the answers, and how long each request took. @param ends per request, the number of rows up to its end */
export function recordMetrics(
  { metrics }: PredictorDeps,
  model: string,
  batch: ScoredBatch,
  timedRequests: readonly TimedRequest<unknown>[],
  ends: readonly number[],
): void {
  if (!metrics) return;
  metrics.count(model, batch.counts);
  const now = performance.now();
  timedRequests.forEach(({ startedMs }, i) => {
    const owners = new Set(batch.owners.slice(i === 0 ? 0 : ends[i - 1], ends[i]));
    metrics.observeLatency(model, owners, now - startedMs);
  });
}

/** Returns the answer about one shopper, or one row, as the API sends it. */
export function toResponse(
  user: string | null,
  answer: Answer | undefined,
  classes: readonly string[] = [],
): UserPrediction {
  if (!answer) return { user, prediction: null, reason: "no events of this user are known" };
  const { prediction, version, arm, fallback } = answer;
  const told: UserPrediction = { user, prediction, version, arm, fallback };
  if (answer.probabilities) {
    told.class = classes[prediction];
    told.probabilities = Object.fromEntries(answer.probabilities.map((p, c) => [classes[c], p]));
  }
  return answer.objects ? Object.assign(told, { reason: OBJECTS }) : told;
}

/** Returns the response to one request. */
export function toPredictions(
  { state, champion, fallbackModel, unit }: ServingSet,
  asOfMs: number,
  predictions: UserPrediction[],
): Predictions {
  const asOf = new Date(asOfMs).toISOString();
  const standing = champion.scorer === null ? fallbackModel : champion;
  const fallback = standing !== champion || predictions.some((p) => p.fallback === true);
  return { model: state.model, version: standing?.version ?? null, unit, fallback, asOf, predictions };
}
