import { z } from "zod";

/** One shopper's answer. `prediction` is a probability for a classification, else in the model's unit. */
export const UserPrediction = z.object({
  user: z.string(),
  prediction: z.number().nullable(),
  reason: z.string().optional(),
});

/** Answers of one model, all as of one moment. */
export const Predictions = z.object({
  model: z.string(),
  version: z.int().nullable().describe("null: no version could speak, the baseline did"),
  fallback: z.boolean().describe("true: not the version that should serve"),
  asOf: z.iso.datetime(),
  predictions: z.array(UserPrediction),
});
export type Predictions = z.infer<typeof Predictions>;

/** Answers for shoppers by the pseudonyms of their ids. */
export interface Predictor {
  /** @throws {NotFoundError} no such model; ConflictError: nothing serves yet. A user without events has `prediction: null` and a reason. */
  predict(request: { model: string; users: readonly string[]; asOfMs?: number }): Promise<Predictions>;
}
