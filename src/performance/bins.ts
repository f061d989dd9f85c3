/** Predictions in bins: `edges` are the inner ones, ascending; a value on an edge lies above it. */
interface Bins {
  readonly edges: readonly number[];
}

/** A bin holds at least this many of the rows that the bins are made from, ties apart. */
const ROWS_MIN = 25;
const BINS_MAX = 10;

/** Bins with about equally many of these predictions in each; equal predictions are never divided. */
export function binsOf(prediction: ArrayLike<number>): Bins {
  const sorted = Float64Array.from(prediction).sort();
  const count = Math.min(BINS_MAX, Math.max(1, Math.floor(sorted.length / ROWS_MIN)));
  const edges: number[] = [];
  for (let k = 1; k < count; k++) {
    const edge = sorted[Math.floor(k * sorted.length / count)];
    if (edge > (edges.at(-1) ?? sorted[0])) edges.push(edge);
  }
  return { edges };
}

/** The bin of a prediction, 0 to `edges.length`. */
export function binOf({ edges }: Bins, prediction: number): number {
  let bin = 0;
  while (bin < edges.length && prediction >= edges[bin]) bin++;
  return bin;
}

/** Places of the rows in each bin. */
export function placesByBin(bins: Bins, prediction: ArrayLike<number>): number[][] {
  const places = Array.from({ length: bins.edges.length + 1 }, (): number[] => []);
  for (let i = 0; i < prediction.length; i++) places[binOf(bins, prediction[i])].push(i);
  return places;
}
