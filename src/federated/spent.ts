import { epsilonOf, type NoisedRounds } from "./accountant.ts";
import { MOMENTS_NOISE } from "./moments.ts";
import type { FederatedPlan, PrivacyPlan } from "./plan.ts";

/** How often a run summed what its participants sent, attempts that were lost afterwards included. */
export interface Summed {
  readonly plan: Pick<FederatedPlan, "privacy">;
  readonly moments: number;
  readonly rounds: number;
}

/** The privacy that some runs together spent of each shopper; null: one of them had no noise. */
export function epsilonSpent(runs: readonly Summed[], { delta }: Pick<PrivacyPlan, "delta">): number | null {
  const mechanisms: NoisedRounds[] = [];
  for (const { plan: { privacy }, moments, rounds } of runs) {
    if (moments + rounds === 0) continue;
    if (privacy === null) return null;
    mechanisms.push({ sampling: 1, noise: MOMENTS_NOISE, rounds: moments });
    mechanisms.push({ sampling: privacy.sampling, noise: privacy.noise, rounds });
  }
  return epsilonOf(mechanisms, delta);
}
