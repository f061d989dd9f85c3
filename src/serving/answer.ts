import type { Arm } from "../db/models/predictions.ts";
import { armOf } from "../rollout/assignment.ts";
import type { ServingSet } from "./serving_set.ts";
import type { LoadedModel } from "./loaded_model.ts";

/** Rows to be answered. */
export interface Rows {
  readonly n: number;
  /** the same text for the same shopper, or for the same row where no shopper is known */
  shopper(row: number): string;
  /** shape `[n, FEATURES.length]`; some features are measured in a model's horizon */
  features(horizonDays: number): Float32Array;
}

/** What is said of one row, and who said it. */
export interface Answer {
  readonly prediction: number;
  /** null: the baseline */
  readonly version: number | null;
  readonly arm: Arm;
  /** whether the version that should have spoken did not */
  readonly fallback: boolean;
  /** the horizon that the speaker was trained for */
  readonly horizonDays: number;
}

/** How a version did with the answers that were its to give; of one that is never shown, that is all of them. */
export interface Count {
  answers: number;
  /** of them: it threw, or said what is no finite number */
  errors: number;
  /** of them: another version or the baseline spoke for it */
  fallbacks: number;
}

/** All that a serving set says of some rows. */
export interface Said {
  /** what is shown, one answer per row */
  shown: Answer[];
  /** what the others of a rollout say of the same rows: evidence, which nobody is shown */
  unshown: (Answer & { row: number })[];
  /** the version whose turn each row is */
  owners: number[];
  counts: Map<number, Count>;
}

interface Seat {
  loadedModel: LoadedModel;
  arm: Arm;
}

/**
 * Lets a serving set answer. Each row belongs to the champion or to an arm of the rollout, by its shopper; where that one
 * cannot answer, the champion does, then the last known good version, then the baseline. In a rollout every version
 * answers every row, and one answer is shown.
 */
export function answerRows(servingSet: ServingSet, rows: Rows): Said {
  const scored = new Map<LoadedModel, Float32Array | null>();
  const scores = (loadedModel: LoadedModel) => {
    if (!scored.has(loadedModel)) scored.set(loadedModel, score(loadedModel, rows));
    return scored.get(loadedModel)!;
  };
  const { chains, ownerOf } = seatsOf(servingSet);
  const said: Said = { shown: [], unshown: [], owners: [], counts: new Map() };
  for (let row = 0; row < rows.n; row++) {
    const owner = ownerOf(rows, row);
    const answer = firstAnswer(chains.get(owner)!, scores, row) ?? baselineOf(servingSet);
    said.owners.push(owner);
    said.shown.push(answer);
    count(said, chains.get(owner)![0].loadedModel, !answer.fallback);
  }
  if (servingSet.challengers.length > 0) addUnshown(servingSet, said, scores);
  return said;
}

/** Whose turn a row is, and who stands in for whom. */
function seatsOf(
  servingSet: ServingSet,
): { chains: Map<number, readonly Seat[]>; ownerOf: (rows: Rows, row: number) => number } {
  const { champion, challengers, fallbackModel, state } = servingSet;
  const chain: Seat[] = [{ loadedModel: champion, arm: "champion" }];
  if (fallbackModel) chain.push({ loadedModel: fallbackModel, arm: "known good" });
  const chains = new Map<number, readonly Seat[]>([[champion.version, chain]]);
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
  chain: readonly Seat[],
  scores: (loadedModel: LoadedModel) => Float32Array | null,
  row: number,
): Answer | null {
  for (let seat = 0; seat < chain.length; seat++) {
    const { loadedModel, arm } = chain[seat];
    const prediction = scores(loadedModel)?.[row] ?? NaN;
    if (!Number.isFinite(prediction)) continue;
    const { horizonDays } = loadedModel.scorer!; // it has scored
    return { prediction, version: loadedModel.version, arm, fallback: seat > 0, horizonDays };
  }
  return null;
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

function count(said: Said, { version, scorer }: LoadedModel, spoke: boolean): void {
  const counted = countOf(said, version);
  counted.answers++;
  if (spoke) return;
  counted.fallbacks++;
  if (scorer !== null) counted.errors++; // else its file cannot be used, and it was not asked
}

function countOf({ counts }: Said, version: number): Count {
  const known = counts.get(version);
  if (known) return known;
  const made = { answers: 0, errors: 0, fallbacks: 0 };
  counts.set(version, made);
  return made;
}

function addUnshown(
  { champion, challengers, state }: ServingSet,
  said: Said,
  scores: (loadedModel: LoadedModel) => Float32Array | null,
): void {
  for (const loadedModel of [champion, ...challengers]) {
    const arm = loadedModel === champion ? "champion" as const : "challenger" as const;
    const isShadow = state.arms.some(({ version, shown }) => version === loadedModel.version && !shown);
    const values = scores(loadedModel);
    for (let row = 0; row < said.shown.length; row++) {
      const prediction = values?.[row] ?? NaN;
      const isNumber = Number.isFinite(prediction);
      if (isShadow) count(said, loadedModel, isNumber);
      if (!isNumber || said.shown[row].version === loadedModel.version) continue;
      const { version } = loadedModel;
      const { horizonDays } = loadedModel.scorer!;
      said.unshown.push({ row, prediction, version, arm, fallback: false, horizonDays });
    }
  }
}
