import { gaussian, type Random } from "../core/random.ts";

/** The posterior of an arm's mean reward: a normal distribution. */
export interface Posterior {
  readonly mean: number;
  readonly sd: number;
}

/** Draws: a chance of 95 % is then known to 0.4 %. */
const DRAWS = 4000;

/**
 * Each arm's chance of having the greatest mean: the share of draws from all posteriors that it wins, shape as given.
 * Source: Thompson, Biometrika 25 (1933); Scott, A modern Bayesian look at the multi-armed bandit (2010).
 */
export function bestChances(posteriors: readonly Posterior[], random: Random): number[] {
  const normal = gaussian(random);
  const wins = posteriors.map(() => 0);
  for (let i = 0; i < DRAWS; i++) {
    const drawn = posteriors.map(({ mean, sd }) => mean + sd * normal());
    wins[drawn.indexOf(Math.max(...drawn))]++;
  }
  return wins.map((n) => n / DRAWS);
}
