/**
 * When a permutation test may end. Its p-value is the share of rounds at least as extreme as what was seen. It ends after
 * `20 / alpha` rounds, or earlier where the answer is known: after 20 rounds as extreme (Besag and Clifford's sequential
 * p-value, which is exact), or after `5 / alpha` without a single one, which adds at most 0.2 % to alpha: the chance of
 * that is `exp(-5 p / alpha)`, and its integral over p > alpha is `alpha exp(-5) / 5`.
 * Source: Besag and Clifford, Sequential Monte Carlo p-values (1991).
 */
const EXTREME_ENOUGH = 20;
const ROUNDS_OF_ALPHA = 20;
const SETTLED_OF_ALPHA = 5;
/** Rounds between two looks at whether the answer is settled. */
const ASK_EVERY = 50;

/** Rounds that a test takes where something changed for sure. */
export const settledRounds = (alpha: number) => Math.ceil(SETTLED_OF_ALPHA / alpha);

/** The p-value after so many rounds, `extreme` of them as extreme as what was seen. */
export const shareOf = (extreme: number, rounds: number) =>
  extreme >= EXTREME_ENOUGH ? extreme / rounds : (extreme + 1) / (rounds + 1);

/**
 * Whether a test may end.
 * @param extreme per hypothesis, the one that is least likely first: its count is the smallest
 */
export function isOver(
  extreme: ArrayLike<number>,
  rounds: number,
  { alpha, roundsMax }: { alpha: number; roundsMax: number },
): boolean {
  if (extreme[0] >= EXTREME_ENOUGH || rounds >= Math.min(roundsMax, Math.ceil(ROUNDS_OF_ALPHA / alpha))) {
    return true;
  }
  if (rounds < settledRounds(alpha) || rounds % ASK_EVERY > 0) return false;
  return Array.from(extreme).every((n) => n === 0 || n >= EXTREME_ENOUGH);
}
