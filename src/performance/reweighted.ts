import { binOf, binsOf, placesByBin } from "./bins.ts";

/** Estimates a quantity known of some rows on other rows, by their predictions. */
export interface Reweighted {
  /** its mean over the other rows */
  readonly value: number;
  /** expected for each of the other rows */
  readonly expected: Float64Array;
  /** how far a single row lies from what is expected of it, standard deviation */
  readonly spread: Float64Array;
  /** of the known rows on `value`, as in `Statistic` */
  readonly influence: Float64Array;
}

/**
 * Post-stratification by prediction: the known rows' mean in each bin of about equally many of them, weighed by how many
 * of the other rows lie there. Right where rows with the same prediction go on to fare the same.
 * @param values of the known rows, shape `[n]`   @param known their predictions   @param others predictions, shape `[m]`
 * Source: Holt and Smith, Post stratification, JRSS A 142 (1979).
 */
export function reweighted(
  values: ArrayLike<number>,
  known: ArrayLike<number>,
  others: ArrayLike<number>,
): Reweighted {
  const bins = binsOf(known);
  const placesKnown = placesByBin(bins, known);
  const m = others.length;
  const means: number[] = [];
  const spreads: number[] = [];
  for (const places of placesKnown) {
    const mean = places.reduce((sum, i) => sum + values[i], 0) / places.length;
    means.push(mean);
    spreads.push(
      Math.sqrt(places.reduce((sum, i) => sum + (values[i] - mean) ** 2, 0) / Math.max(1, places.length - 1)),
    );
  }
  const binOfOther = Array.from(others, (prediction) => binOf(bins, prediction));
  const shares = new Float64Array(means.length);
  for (const bin of binOfOther) shares[bin] += 1 / m;
  const influence = new Float64Array(values.length);
  placesKnown.forEach((places, bin) => {
    for (const i of places) influence[i] = shares[bin] * (values[i] - means[bin]) / places.length;
  });
  return {
    value: means.reduce((sum, mean, bin) => sum + shares[bin] * mean, 0),
    expected: Float64Array.from(binOfOther, (bin) => means[bin]),
    spread: Float64Array.from(binOfOther, (bin) => spreads[bin]),
    influence,
  };
}
