import { permutation, type Random } from "../core/random.ts";

/**
 * Copies of rows in which some columns were dealt out anew among them: the same new order for all these columns, so that
 * what they say together stays together, and nothing of what they say of their own row.
 * @param features row-major, shape `[n, width]`
 * @returns shape `[copies * n, width]`
 */
export function shuffledCopies(
  { features, width }: { features: Float32Array; width: number },
  columns: readonly number[],
  { copies, random }: { copies: number; random: Random },
): Float32Array {
  const n = features.length / width;
  const shuffled = new Float32Array(features.length * copies);
  for (let copy = 0; copy < copies; copy++) {
    const start = copy * features.length;
    shuffled.set(features, start);
    permutation(n, random).forEach((from, i) => {
      for (const column of columns) shuffled[start + i * width + column] = features[from * width + column];
    });
  }
  return shuffled;
}
