import type { ClassesScores } from "../stats/classes.ts";
import type { ClassificationScores, RegressionScores, RowLoss } from "../stats/metrics.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { PartRole, Recipe } from "../models/recipe.ts";
import type { TrainingRows } from "./rows.ts";

/** The part of a model definition that training needs: plain data, so that it reaches the worker. */
export interface TrainingTask
  extends Pick<ModelDefinition, "name" | "kind" | "classes" | "features" | "candidates"> {
  readonly horizonDays: number;
  readonly featureHash: string;
  /** the candidate that wins wherever it can run, so that the gate judges it; left out: the best one wins */
  readonly challenger?: string;
  /** what the winner is picked by; left out: log loss, or what rules both body and giants */
  readonly loss?: RowLoss;
  /** the columns it may learn from; left out: all */
  readonly columns?: readonly number[];
}

/** Asks for the best candidate. */
export interface CompeteRequest {
  readonly task: TrainingTask;
  readonly rows: TrainingRows;
  /** fixes every random choice: the same request and seed give the same bytes */
  readonly seed: number;
  /** the champion's artefact, for a warm start */
  readonly champion?: Uint8Array;
  /** a checkpoint of an interrupted run of the SAME request: goes on from there, to the same result */
  readonly resume?: Uint8Array;
}

/** Asks for a known recipe on other rows, without a competition. */
export interface RefitRequest {
  readonly task: TrainingTask;
  readonly rows: TrainingRows;
  readonly recipe: FittedRecipe;
  readonly seed: number;
  /** needed where the recipe goes on from the champion */
  readonly champion?: Uint8Array;
  readonly resume?: Uint8Array;
}

/** A recipe with what the competition settled: penalties and numbers of epochs. */
export interface FittedRecipe {
  readonly recipe: Recipe;
  readonly penalties?: Readonly<Partial<Record<PartRole, number>>>;
  readonly epochs?: Readonly<Partial<Record<PartRole, number>>>;
  /** of a blend: its members */
  readonly members?: readonly FittedRecipe[];
}

export interface TrainingProgress {
  readonly candidate: string;
  readonly epoch: number;
  readonly epochs: number;
  /** none while no network is trained */
  readonly loss: number | null;
  readonly validationLoss: number | null;
  /** of the whole request, 0 to 1, never falling */
  readonly fraction: number;
}

/** The division of the rows that compares the candidates. */
export interface SplitSummary {
  /**
   * `time`: older cut-offs fit, the newest validate; `user`: too few cut-offs, shoppers divided by hash;
   * `none`: too few rows for either, the simplest candidate is taken
   */
  readonly by: "time" | "user" | "none";
  readonly fitRows: number;
  readonly validationRows: number;
  /** rows left out because their outcome window reaches past the first validation cut-off */
  readonly embargoedRows: number;
  readonly why: string;
}

export type Scores = ClassificationScores | ClassesScores | RegressionScores;

export interface CandidateResult {
  readonly name: string;
  readonly recipe: FittedRecipe;
  /** on the validation slice; none where the candidate could not run, see `skipped` */
  readonly scores?: Scores;
  /**
   * what the candidates are ranked by, lower is better: the log loss, or the geometric mean of MSE and capped MSE
   */
  readonly criterion?: number;
  /** of the candidate's first network while its epochs were chosen */
  readonly curve: readonly CurvePoint[];
  readonly skipped?: string;
}

export interface CurvePoint {
  /** 0: before the first step */
  readonly epoch: number;
  /** mean over the epoch's batches; none before the first */
  readonly loss: number | null;
  /** none where nothing is held out */
  readonly validationLoss: number | null;
}

export interface CompeteResult {
  readonly winner: FittedRecipe;
  /** the winner fitted on all rows given */
  readonly artifact: Uint8Array;
  readonly candidates: readonly CandidateResult[];
  readonly split: SplitSummary;
}

export interface RefitResult {
  readonly artifact: Uint8Array;
}

/** One shard's part of a round, each as its file stands. */
export interface ShardStep {
  /** the predictor that the rounds began at */
  readonly artifact: Uint8Array;
  readonly state: Uint8Array;
  readonly shard: Uint8Array;
}

export interface TrainingCallbacks {
  onProgress?: (progress: TrainingProgress) => void;
  /** bytes to pass as `resume`; come after each candidate and every few epochs within one */
  onCheckpoint?: (checkpoint: Uint8Array) => void;
  signal?: AbortSignal;
}
