/**
 * Returns how far a learning curve has fallen at `rows`, in units of its slope at `from` rows: `(1 - r^-curve) / curve`
 * with `r = rows / from`, and `ln r` where `curve` is 0. A larger `curve` flattens sooner.
 */
export function learned(rows: number, { from, curve }: { from: number; curve: number }): number {
  const growth = Math.log(rows / from);
  return curve < 1e-6 ? growth : -Math.expm1(-curve * growth) / curve;
}
