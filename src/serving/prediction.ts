import { z } from "zod";

/** The source of an answer: in a rollout a challenger, and where a version cannot answer, the one in its place. */
const AnswerArm = z.enum(["champion", "challenger", "known good", "baseline"]);

/**
 * One shopper's, or one row's, answer. `prediction` is a probability for a classification, of several classes the place of
 * the likeliest, else in the model's unit.
 */
export const UserPrediction = z.object({
  user: z.string().nullable().describe("as it was asked; null: a row without a shopper"),
  prediction: z.number().nullable(),
  class: z.string().optional().describe("of several classes: the likeliest; left out: the model has none"),
  probabilities: z.record(z.string(), z.number()).optional().describe("by class"),
  version: z.int().nullable().optional().describe("the version that spoke; null: the baseline did"),
  arm: AnswerArm.optional(),
  fallback: z.boolean().optional().describe("true: not the version that should speak to this shopper"),
  reason: z.string().optional(),
});
export type UserPrediction = z.infer<typeof UserPrediction>;

/** Answers of one model, all as of one moment. */
export const Predictions = z.object({
  model: z.string(),
  version: z.int().nullable().describe(
    "the champion, or what stands in for it; null: no version could speak, the baseline did",
  ),
  unit: z.string().optional().describe(
    "of the predictions, as EUR or lines bought; left out: the version is of a release that did not say",
  ),
  fallback: z.boolean().describe("true: some answer is not of the version that should speak"),
  asOf: z.iso.datetime(),
  predictions: z.array(UserPrediction),
});
export type Predictions = z.infer<typeof Predictions>;

/** Shoppers, by their pseudonyms, whose features are read from their events. */
export interface UsersRequest {
  model: string;
  users: readonly string[];
  /** of them: who object to being profiled; the baseline answers, and nothing is stored. Left out: nobody */
  objecting?: ReadonlySet<string | null>;
  /** left out: now */
  asOfMs?: number;
}

/** Rows of features that the caller has. */
export interface RowsRequest {
  model: string;
  /** one per row: the shopper's pseudonym, or null; answers about a shopper are stored */
  users: readonly (string | null)[];
  /** of them: who object to being profiled; left out: nobody */
  objecting?: ReadonlySet<string | null>;
  /** shape `[users.length, features of the model]`; NaN: nothing to say */
  features: Float32Array;
  asOfMs?: number;
}

/**
 * Answers for shoppers, and for rows of features.
 * @throws {NotFoundError} no such model; ConflictError: nothing serves yet
 */
export interface Predictor {
  /** A user without events has `prediction: null` and a reason. */
  predict(request: UsersRequest): Promise<Predictions>;
  predictRows(request: RowsRequest): Promise<Predictions>;
}
