import type { TrainingRows } from "../../src/training/rows.ts";
import { guessFor } from "../../src/stats/classes.ts";
import type { ActivityDeps } from "../deps.ts";

/** The model to ask: its file, or the guess that stands in where none served. */
export type Before = { artefact: Uint8Array } | { guess: number | readonly number[] };

/** Returns a model's predictions for some rows. */
export async function scoreWith(
  { trainer }: Pick<ActivityDeps, "trainer">,
  model: Before,
  { features, width }: Pick<TrainingRows, "features" | "width">,
): Promise<ArrayLike<number>> {
  const n = features.length / width;
  return "guess" in model ? guessFor(model.guess, n) : await trainer.score(model.artefact, features, n);
}
