import { permutation, type Random } from "../core/random.ts";
import { numbersOfRow } from "../stats/classes.ts";

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

type Score = (features: Float32Array) => Promise<ArrayLike<number>>;

/**
 * Predictions for shuffled copies of rows. Many a feature is 0 for most shoppers: rows that the shuffle left as they
 * were keep their prediction, so that only the others cost anything.
 * @param shuffled whole copies of the rows, shape `[copies * n, width]`   @param plain predictions of the rows, shape `[n]`, or
 * of several classes `[n, classes]`
 * @returns shape `[copies * n]`, or `[copies * n, classes]`
 */
export async function predictShuffled(
  { features, width }: { features: Float32Array; width: number },
  { shuffled, plain, score }: { shuffled: Float32Array; plain: ArrayLike<number>; score: Score },
): Promise<Float64Array> {
  const n = features.length / width;
  const k = numbersOfRow(plain, n);
  const copies = shuffled.length / features.length;
  const predictions = Float64Array.from({ length: copies * plain.length }, (_, i) => plain[i % plain.length]);
  const changed = changedRows(features, shuffled, width);
  const rows = new Float32Array(changed.length * width);
  changed.forEach((row, i) => rows.set(shuffled.subarray(row * width, (row + 1) * width), i * width));
  const answers = changed.length > 0 ? await score(rows) : [];
  changed.forEach((row, i) => {
    for (let c = 0; c < k; c++) predictions[row * k + c] = answers[i * k + c];
  });
  return predictions;
}

/** The rows of the copies that differ from the row they are a copy of, bit by bit. */
function changedRows(features: Float32Array, shuffled: Float32Array, width: number): number[] {
  const own = new Uint32Array(features.buffer, features.byteOffset, features.length);
  const dealt = new Uint32Array(shuffled.buffer, shuffled.byteOffset, shuffled.length);
  const changed: number[] = [];
  for (let start = 0; start < dealt.length; start += width) {
    const from = start % own.length;
    for (let column = 0; column < width; column++) {
      if (dealt[start + column] === own[from + column]) continue;
      changed.push(start / width);
      break;
    }
  }
  return changed;
}
