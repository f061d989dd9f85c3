/**
 * Upper tail of the beta-binomial distribution: `P(K >= k)` where each of `n` trials succeeds with a probability that is
 * itself beta distributed with mean `p` and correlation `rho` between trials; `rho = 0` is the binomial.
 * `n` beyond 5,000 is scaled down with `k` in proportion: it then tells nothing more that the correlation leaves open.
 * @param k successes, 0 to n   @param options.p in (0, 1)   @param options.rho in [0, 1)
 * Source: Skellam, A probability distribution derived from the binomial distribution (1948).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const alone = betaBinomialTail(2, 2, { p: 0.5, rho: 0 });
 * const alike = betaBinomialTail(2, 2, { p: 0.5, rho: 0.5 });
 * assert.deepEqual([alone.toFixed(4), alike.toFixed(4)], ["0.2500", "0.3750"]);
 * ```
 */
export function betaBinomialTail(k: number, n: number, { p, rho }: { p: number; rho: number }): number {
  const scale = Math.min(1, TRIALS_MAX / n);
  const trials = Math.round(n * scale);
  const least = Math.ceil(k * scale - 1e-9);
  if (least <= 0) return 1;
  if (least > trials) return 0;
  const theta = rho / (1 - rho); // 1 / (a + b)
  let log = 0; // ln P(K = 0)
  for (let i = 0; i < trials; i++) log += Math.log((1 - p + i * theta) / (1 + i * theta));
  let tail = 0;
  let below = 0;
  for (let j = 0; j <= trials; j++) {
    if (j < least) below += Math.exp(log);
    else tail += Math.exp(log);
    log += Math.log((trials - j) / (j + 1) * (p + j * theta) / (1 - p + (trials - j - 1) * theta));
  }
  return below < 0.5 ? Math.max(tail, 1 - below) : tail; // small tails are summed, never a difference
}

const TRIALS_MAX = 5000;

/** The largest values tell how the tail falls; where there are fewer, it has the default index. */
const TOP = 5;
const TAIL_DEFAULT = 0.4;
const TAIL_MIN = 0.2;

/**
 * Returns how many of `of` values reach `x`, by a Pareto tail fitted to the five largest: the expected number for one
 * more value. `(top + 1/2) / of * (least / x) ^ (1 / index)`, where `index` is the mean of `ln(top / least)` (Hill
 * 1975), at least 0.2.
 * @param x > 0   @param past positive, largest first   @param options.of how many values there were, the small ones too
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const reached = paretoRate(40, [40, 30, 20, 20, 10], { of: 100 });
 * const beyond = paretoRate(80, [40, 30, 20, 20, 10], { of: 100 });
 * assert.ok(beyond < reached && reached < 0.055);
 * ```
 */
export function paretoRate(x: number, past: readonly number[], { of }: { of: number }): number {
  const top = past.slice(0, TOP);
  const least = top.length > 0 ? top[top.length - 1] : 1;
  const index = top.length < TOP
    ? TAIL_DEFAULT
    : Math.max(TAIL_MIN, top.reduce((sum, value) => sum + Math.log(value / least), 0) / TOP);
  return (top.length + 0.5) / of * Math.min(1, (least / x) ** (1 / index));
}
