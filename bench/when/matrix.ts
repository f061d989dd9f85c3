import { join } from "node:path";
import { z } from "zod";

const Losses = z.array(z.array(z.number().nullable()));

/** Losses of every version of one learner on every later block of a set, as matrices.py writes them. */
export const Matrix = z.object({
  format: z.literal(1),
  set: z.string(),
  kind: z.enum(["classification", "regression"]),
  measure: z.enum(["error", "log", "squared"]),
  learner: z.string(),
  seed: z.int(),
  mode: z.enum(["fixed", "natural-complete", "natural-known"]),
  history: z.int(),
  minDelay: z.int(),
  blocks: z.int(),
  rows: z.array(z.int()),
  knownAt: z.array(z.int()),
  versions: z.array(
    z.object({ before: z.int(), through: z.int().nullable(), rows: z.int(), seconds: z.number() }),
  ),
  loss: Losses,
  seen: Losses.optional(),
  shift: z.array(z.array(z.number().nullable())),
  pairSe: z.array(Losses),
  recal: z.array(z.array(z.array(z.number()).nullable())),
});
export type Matrix = z.infer<typeof Matrix>;

/** Reads a matrix from the folder where matrices.py left it. */
export async function readMatrix(folder: string, name: string): Promise<Matrix> {
  return Matrix.parse(JSON.parse(await Deno.readTextFile(join(folder, `${name}.json`))));
}
