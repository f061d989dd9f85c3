/** `exp(z_c) / sum exp(z)`, row by row. @param outputs per class, shape `[n]` each */
export function softmax(outputs: readonly ArrayLike<number>[]): Float64Array[] {
  const n = outputs[0].length;
  const shares = outputs.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    let top = -Infinity;
    for (const z of outputs) top = Math.max(top, z[i]);
    let sum = 0;
    outputs.forEach((z, c) => sum += shares[c][i] = Math.exp(z[i] - top));
    for (const share of shares) share[i] /= sum;
  }
  return shares;
}

/** Probabilities per class as probabilities per row, shape `[n, classes]`. */
export function interleaved(shares: readonly ArrayLike<number>[]): Float32Array {
  const k = shares.length;
  const rows = new Float32Array(shares[0].length * k);
  shares.forEach((share, c) => {
    for (let i = 0; i < share.length; i++) rows[i * k + c] = share[i];
  });
  return rows;
}

/**
 * The log loss of a row by its log odds, which never overflows.
 * @param y 0 or 1   @returns nats, >= 0
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(logisticLoss(1, 0).toFixed(6), "0.693147");
 * assert.equal(logisticLoss(0, 1000), 1000);
 * ```
 */
export function logisticLoss(y: number, logOdds: number): number {
  const margin = y === 1 ? logOdds : -logOdds;
  return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
}
