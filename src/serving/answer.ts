import type { Arm } from "../db/models/predictions.ts";
import { armOf } from "../rollout/assignment.ts";
import { likeliest } from "../stats/classes.ts";
import type { ServingSet } from "./serving_set.ts";
import type { LoadedModel } from "./loaded_model.ts";

/** Rows to be answered. */
export interface Rows {
  readonly n: number;
  /** the same text for the same shopper, or for the same row where no shopper is known */
  shopper(row: number): string;
  /** whether the shopper of a row objects to being profiled; left out: nobody does */
  objects?(row: number): boolean;
  /** shape `[n, features of the model]`; some features are measured in a model's horizon */
  features(horizonDays: number): Float32Array;
}

/** The answer to one row, and the version it comes from. */
export interface Answer {
  /** of several classes the place of the likeliest */
  readonly prediction: number;
  /** of several classes: of each */
  readonly probabilities?: readonly number[];
  /** null: the baseline */
  readonly version: number | null;
  readonly arm: Arm;
  /** whether another version had to answer */
  readonly fallback: boolean;
  /** the shopper objects to being profiled: no version was asked, and nothing is stored */
  readonly objects?: true;
  /** the horizon that this version was trained for */
  readonly horizonDays: number;
}

/** The counts of a version's own answers; of one that is never shown, that is all of them. */
export interface Count {
  answers: number;
  /** of them: it threw, or said what is no finite number */
  errors: number;
  /** of them: another version or the baseline spoke for it */
  fallbacks: number;
}

/** All answers of a serving set to some rows. */
export interface ScoredBatch {
  /** what is shown, one answer per row */
  shown: Answer[];
  /** answers of the other versions of a rollout to the same rows: evidence, which nobody is shown */
  unshown: (Answer & { row: number })[];
  /** the version whose turn each row is */
  owners: number[];
  counts: Map<number, Count>;
}

interface Candidate {
  loadedModel: LoadedModel;
  arm: Arm;
}

/**
 * Lets a serving set answer. Each row belongs to the champion or to an arm of the rollout, by its shopper; where that one
 * cannot answer, the champion does, then the last known good version, then the baseline. In a rollout every version
 * answers every row, and one answer is shown.
 */
export function answerRows(servingSet: ServingSet, rows: Rows): ScoredBatch {
  const scored = new Map<LoadedModel, Float32Array | null>();
  const scores = (loadedModel: LoadedModel) => {
    if (!scored.has(loadedModel)) scored.set(loadedModel, score(loadedModel, rows));
    return scored.get(loadedModel)!;
  };
  const { chains, ownerOf } = candidatesOf(servingSet);
  const batch: ScoredBatch = { shown: [], unshown: [], owners: [], counts: new Map() };
  for (let row = 0; row < rows.n; row++) {
    const owner = ownerOf(rows, row);
    if (rows.objects?.(row)) {
      batch.owners.push(owner);
      batch.shown.push({ ...baselineOf(servingSet), fallback: false, objects: true });
      continue;
    }
    const answer = firstAnswer(chains.get(owner)!, scores, row) ?? baselineOf(servingSet);
    batch.owners.push(owner);
    batch.shown.push(answer);
    count(batch, chains.get(owner)![0].loadedModel, !answer.fallback);
  }
  if (servingSet.challengers.length > 0) addUnshown(servingSet, batch, scores);
  return batch;
}

/** Says which version a row belongs to, and which ones stand in for it, in order. */
function candidatesOf(
  servingSet: ServingSet,
): { chains: Map<number, readonly Candidate[]>; ownerOf: (rows: Rows, row: number) => number } {
  const { champion, challengers, fallbackModel, state } = servingSet;
  const chain: Candidate[] = [{ loadedModel: champion, arm: "champion" }];
  if (fallbackModel) chain.push({ loadedModel: fallbackModel, arm: "known good" });
  const chains = new Map<number, readonly Candidate[]>([[champion.version, chain]]);
  for (const loadedModel of challengers) {
    chains.set(loadedModel.version, [{ loadedModel, arm: "challenger" }, ...chain]);
  }
  const shown = state.arms.filter((arm) => arm.shown);
  const split = { champion: champion.version, arms: shown, salt: state.salt };
  const ownerOf = shown.length === 0
    ? () => champion.version
    : (rows: Rows, row: number) => armOf(rows.shopper(row), split);
  return { chains, ownerOf };
}

function firstAnswer(
  chain: readonly Candidate[],
  scores: (loadedModel: LoadedModel) => Float32Array | null,
  row: number,
): Answer | null {
  for (let rank = 0; rank < chain.length; rank++) {
    const { loadedModel, arm } = chain[rank];
    const told = toldAt(loadedModel, scores(loadedModel), row);
    if (told === null) continue;
    const { horizonDays } = loadedModel.scorer!; // it has scored
    return { ...told, version: loadedModel.version, arm, fallback: rank > 0, horizonDays };
  }
  return null;
}

/** What a version says of one row; null: nothing, or what is no finite number. */
function toldAt(
  { scorer }: LoadedModel,
  scores: Float32Array | null,
  row: number,
): Pick<Answer, "prediction" | "probabilities"> | null {
  const k = scorer?.classes?.length ?? 1;
  if (k === 1) {
    const prediction = scores?.[row] ?? NaN;
    return Number.isFinite(prediction) ? { prediction } : null;
  }
  const probabilities = Array.from(scores?.subarray(row * k, (row + 1) * k) ?? []);
  if (probabilities.length < k || !probabilities.every(Number.isFinite)) return null;
  return { prediction: likeliest(probabilities, 1)[0], probabilities };
}

const baselineOf = ({ baseline }: ServingSet): Answer => ({
  ...baseline,
  version: null,
  arm: "baseline",
  fallback: true,
});

/** null: it has no scorer, or that threw */
function score({ scorer }: LoadedModel, rows: Rows): Float32Array | null {
  if (scorer === null) return null;
  try {
    return scorer.predictPacked(rows.features(scorer.horizonDays), rows.n);
  } catch {
    return null; // counted as an error of its version for each row
  }
}

function count(batch: ScoredBatch, { version, scorer }: LoadedModel, spoke: boolean): void {
  const counted = countOf(batch, version);
  counted.answers++;
  if (spoke) return;
  counted.fallbacks++;
  if (scorer !== null) counted.errors++; // else its file cannot be used, and it was not asked
}

function countOf({ counts }: ScoredBatch, version: number): Count {
  const existing = counts.get(version);
  if (existing) return existing;
  const counters = { answers: 0, errors: 0, fallbacks: 0 };
  counts.set(version, counters);
  return counters;
}

function addUnshown(
  { champion, challengers, state }: ServingSet,
  batch: ScoredBatch,
  scores: (loadedModel: LoadedModel) => Float32Array | null,
): void {
  for (const loadedModel of [champion, ...challengers]) {
    const arm = loadedModel === champion ? "champion" as const : "challenger" as const;
    const isShadow = state.arms.some(({ version, shown }) => version === loadedModel.version && !shown);
    const values = scores(loadedModel);
    for (let row = 0; row < batch.shown.length; row++) {
      const told = toldAt(loadedModel, values, row);
      if (batch.shown[row].objects) continue;
      if (isShadow) count(batch, loadedModel, told !== null);
      if (told === null || batch.shown[row].version === loadedModel.version) continue;
      const { version } = loadedModel;
      const { horizonDays } = loadedModel.scorer!;
      batch.unshown.push({ row, ...told, version, arm, fallback: false, horizonDays });
    }
  }
}
