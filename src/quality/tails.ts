/**
 * Upper tail of the beta-binomial distribution: `P(K >= k)` where each of `n` trials succeeds with a probability that is
 * itself beta distributed with mean `p` and correlation `rho` between trials; `rho = 0` is the binomial.
 * `n` beyond 5,000 is scaled down with `k` in proportion: it then tells nothing more that the correlation leaves open.
 * @param k successes, 0 to n   @param options.p in (0, 1)   @param options.rho in [0, 1)
 * Source: Skellam, A probability distribution derived from the binomial distribution (1948).
 */
export function betaBinomialTail(k: number, n: number, { p, rho }: { p: number; rho: number }): number {
  const scale = Math.min(1, TRIALS_MAX / n),
    trials = Math.round(n * scale),
    least = Math.ceil(k * scale - 1e-9);
  if (least <= 0) return 1;
  if (least > trials) return 0;
  const theta = rho / (1 - rho); // 1 / (a + b)
  let log = 0; // ln P(K = 0)
  for (let i = 0; i < trials; i++) log += Math.log((1 - p + i * theta) / (1 + i * theta));
  let tail = 0, below = 0;
  for (let j = 0; j <= trials; j++) {
    if (j < least) below += Math.exp(log);
    else tail += Math.exp(log);
    log += Math.log((trials - j) / (j + 1) * (p + j * theta) / (1 - p + (trials - j - 1) * theta));
  }
  return below < 0.5 ? Math.max(tail, 1 - below) : tail; // small tails are summed, never a difference
}

const TRIALS_MAX = 5000;
