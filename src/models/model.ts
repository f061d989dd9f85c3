import { FEATURES } from "../features/definition.ts";
import type { Activity } from "../features/population.ts";
import type { UserDay } from "../features/user_day.ts";
import type { MetricName, RowLoss } from "../stats/metrics.ts";
import type { Recipe } from "./recipe.ts";

export type ModelKind = "classification" | "regression";

/** The definition of a model: target, population, training and metrics. One file in this folder defines one. */
export interface ModelDefinition {
  /** lower case; in URLs, workflow ids and tables */
  readonly name: string;
  readonly kind: ModelKind;
  /** the question it answers about one shopper */
  readonly question: string;
  /** what a prediction is measured in */
  readonly unit: string;
  /** the metric people quote */
  readonly primaryMetric: MetricName;
  /** the loss on which candidates, champion and challenger are compared row by row */
  readonly loss: RowLoss;
  /** relative rise of that loss which still counts as no worse: about what chance alone does to some hundred rows */
  readonly margin: number;
  readonly metrics: readonly MetricName[];
  /** how far ahead it looks; a protocol may set another */
  readonly horizonDays: number;
  /** whom it is asked about: shoppers active so recently; a protocol may set another */
  readonly activeDays: number;
  readonly activity: Activity;
  /** the outcome, from one shopper's days inside `[cutoff, cutoff + horizon)`; none when the shopper stayed away */
  readonly label: (future: readonly UserDay[]) => number;
  readonly features: readonly string[];
  /** the networks in words */
  readonly network: string;
  /** the candidates that compete, the simplest first */
  readonly candidates: readonly Recipe[];
}

const DEFAULTS = {
  horizonDays: 28,
  activeDays: 90,
  activity: "purchase",
  features: FEATURES,
  margin: 0.02,
} as const;

/** Completes a definition with the defaults. @throws {RangeError} its name or its candidates cannot be used */
export function defineModel(
  given: Omit<ModelDefinition, keyof typeof DEFAULTS> & Partial<ModelDefinition>,
): ModelDefinition {
  const model: ModelDefinition = { ...DEFAULTS, ...given };
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(model.name)) {
    throw new RangeError(`Cannot define model "${model.name}": need lower-case letters, digits, hyphens`);
  }
  if (new Set(model.candidates.map((c) => c.name)).size < Math.max(1, model.candidates.length)) {
    throw new RangeError(`Cannot define model "${model.name}": need candidates with names of their own`);
  }
  return model;
}
