import type { View } from "./view.ts";

/** How well a policy's trainings were placed. */
export interface Placement {
  /** trainings that earned their price: the loss they saved against the version before, until the policy's next one */
  readonly paid: number;
  readonly trainings: number;
  /** of the oracle's trainings, each an episode that lasts until its next: those in which the policy trained too */
  readonly hits: number;
  readonly episodes: number;
  /** sum over the hits of the blocks from the oracle's training to the policy's */
  readonly lag: number;
}

/** @param trainings all that were paid for  @param deployed those that came to serve */
export function placementOf(
  view: View,
  alpha: number,
  { trainings, deployed }: { trainings: readonly number[]; deployed: readonly number[] },
  oracle: readonly number[],
): Placement {
  let paid = 0;
  deployed.forEach((t, i) => {
    const before = deployed[i - 1] ?? view.start;
    const until = deployed[i + 1] ?? view.blocks;
    let saved = 0;
    for (let j = t; j < until; j++) saved += view.loss(before, j) - view.loss(t, j);
    if (saved >= alpha - 1e-12) paid++;
  });
  let hits = 0;
  let lag = 0;
  oracle.forEach((from, i) => {
    const until = oracle[i + 1] ?? view.blocks;
    const first = deployed.find((t) => t >= from && t < until);
    if (first === undefined) return;
    hits++;
    lag += first - from;
  });
  return { paid, trainings: trainings.length, hits, episodes: oracle.length, lag };
}
