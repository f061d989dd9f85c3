import type { StoredAnswer } from "../db/models/predictions.ts";
import { FEATURE_HASH, FEATURE_PLACES, FEATURES } from "../features/definition.ts";
import { segmentOf } from "../performance/segments.ts";
import type { Answer, Rows, Said } from "./answer.ts";
import type { ServingSet } from "./serving_set.ts";
import type { PredictorDeps, TimedRequest } from "./predictor_deps.ts";
import type { Predictions, UserPrediction } from "./prediction.ts";

/** Whose a row is, and the moment it is about. */
export interface RowOf {
  /** a pseudonym; null: the row is of nobody known, and its answer is not stored */
  readonly user: string | null;
  readonly asOfMs: number;
}

/** Stores what was said of shoppers, shown and not shown. Settles when the journal has room for more. */
export async function keep(
  { journal }: PredictorDeps,
  { state, champion, baseline }: ServingSet,
  { rows, of, said }: { rows: Rows; of: readonly RowOf[]; said: Said },
): Promise<void> {
  const features = rows.features(champion.scorer?.horizonDays ?? baseline.horizonDays);
  const { model } = state;
  const featureHash = FEATURE_HASH;
  const answers: StoredAnswer[] = [];
  const add = (row: number, { prediction, version, arm, fallback, horizonDays }: Answer, shown: boolean) => {
    const { user: userKey, asOfMs } = of[row];
    if (userKey === null) return;
    const segment = segmentIn(features, row);
    answers.push({
      model,
      featureHash,
      segment,
      userKey,
      asOfMs,
      prediction,
      version,
      arm,
      fallback,
      horizonDays,
      shown,
    });
  };
  said.shown.forEach((answer, row) => add(row, answer, true));
  said.unshown.forEach((answer) => add(answer.row, answer, false));
  await journal.add(answers);
}

const segmentIn = (features: Float32Array, row: number) =>
  segmentOf((feature) => features[row * FEATURES.length + FEATURE_PLACES.get(feature)!]);

/** Counts what was said, and how long each request took. @param ends per request, the number of rows up to its end */
export function countIn(
  { tally }: PredictorDeps,
  model: string,
  said: Said,
  timedRequests: readonly TimedRequest<unknown>[],
  ends: readonly number[],
): void {
  if (!tally) return;
  tally.count(model, said.counts);
  const now = performance.now();
  timedRequests.forEach(({ startedMs }, i) => {
    const owners = new Set(said.owners.slice(i === 0 ? 0 : ends[i - 1], ends[i]));
    tally.took(model, owners, now - startedMs);
  });
}

/** What one shopper, or one row, is told. */
export function told(user: string | null, answer: Answer | undefined): UserPrediction {
  if (!answer) return { user, prediction: null, reason: "no events of this user are known" };
  const { prediction, version, arm, fallback } = answer;
  return { user, prediction, version, arm, fallback };
}

/** The answer to one request. */
export function predictionsOf(
  { state, champion, fallbackModel }: ServingSet,
  asOfMs: number,
  predictions: UserPrediction[],
): Predictions {
  const asOf = new Date(asOfMs).toISOString();
  const standing = champion.scorer === null ? fallbackModel : champion;
  const fallback = standing !== champion || predictions.some((p) => p.fallback === true);
  return { model: state.model, version: standing?.version ?? null, fallback, asOf, predictions };
}
