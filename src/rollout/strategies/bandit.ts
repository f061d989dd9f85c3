import { mix32, seededRandom } from "../../core/random.ts";
import { isAbove } from "../arms_apart.ts";
import { bestChances, type Posterior } from "../best_chances.ts";
import type { RolloutDecision } from "../decision.ts";
import { boundedDifference } from "../difference.ts";
import { errorRates } from "../error_rates.ts";
import type { RolloutEvidence } from "../rollout_evidence.ts";
import type { Moments } from "../../stats/moments.ts";
import { armEvidence } from "../lookup.ts";
import { BURN_IN } from "../mean_bounds.ts";
import type { ArmShare, RolloutPlan, RolloutPosition } from "../plan.ts";
import { percent, whole } from "../format.ts";
import type { RolloutStrategy } from "./strategy.ts";

/** A smaller move of every share is not worth a change of what serves. */
const NOTICED = 0.02;
/** Whoever takes part keeps at least this share: 0 means that it was dropped. */
const SHARE_MIN = 0.001;

/** A version that takes part, with what its own shoppers brought. */
interface Arm {
  readonly version: number;
  readonly reward: Moments;
}

/**
 * The versions share the shoppers, each by its chance of being the best (Thompson sampling), none below its floor. Until
 * each has `stepShoppers` rewards, and BURN_IN, they share alike. It ends when one is the best with `certainty` AND that holds however
 * often one looks: a challenger is no worse than the margin, or is above the champion where rewards are no losses.
 */
export const bandit: RolloutStrategy = {
  begin: ({ challengers }) =>
    challengers.map((version) => ({ version, share: 1 / (challengers.length + 1) })),
  decide(plan, position, evidence) {
    const arms = armsOf(plan, position, evidence);
    const have = Math.min(...arms.map(({ reward }) => reward.n));
    const need = Math.max(plan.stepShoppers, BURN_IN);
    if (have < need) {
      const text = `${whole(have)} of ${whole(need)} shoppers of the smallest arm have their rewards`;
      return { kind: "keep collecting", have, need, text };
    }
    const chances = bestChances(posteriors(arms), seededRandom(mix32(plan.seed + position.step)));
    return ended(plan, evidence, arms, chances) ?? reweighted(plan, position, arms, { chances, have });
  },
};

/** Champion first; a challenger whose share fell to 0 was dropped. */
function armsOf(plan: RolloutPlan, { shares }: RolloutPosition, evidence: RolloutEvidence): Arm[] {
  const dropped = new Set(shares.filter(({ share }) => share === 0).map(({ version }) => version));
  return [plan.champion, ...plan.challengers]
    .filter((version) => !dropped.has(version))
    .map((version) => ({ version, reward: rewardOf(plan, evidence, version) }));
}

function rewardOf(plan: RolloutPlan, evidence: RolloutEvidence, version: number): Moments {
  const { loss, reward } = armEvidence(evidence, version);
  if (plan.bandit.reward === "outcome") return { ...loss, mean: -loss.mean };
  return reward ?? { n: 0, mean: 0, variance: 0 };
}

/** No arm is surer of itself than all together are: one without a single purchase would have no variance at all. */
function posteriors(arms: readonly Arm[]): Posterior[] {
  const n = arms.reduce((sum, { reward }) => sum + reward.n, 0);
  const pooled = arms.reduce((sum, { reward }) => sum + reward.n * reward.variance, 0) / n;
  return arms.map(({ reward }) => ({
    mean: reward.mean,
    sd: Math.sqrt(Math.max(pooled, reward.variance) / reward.n),
  }));
}

function ended(
  plan: RolloutPlan,
  evidence: RolloutEvidence,
  arms: readonly Arm[],
  chances: readonly number[],
): RolloutDecision | null {
  const i = chances.indexOf(Math.max(...chances));
  if (chances[i] < plan.bandit.certainty) return null;
  const text = `Version ${arms[i].version} is the best with a chance of ${percent(chances[i])}`;
  const [champion, ...challengers] = arms;
  if (i > 0) {
    return isNoWorse(plan, evidence, champion, arms[i])
      ? { kind: "promote", version: arms[i].version, text }
      : null;
  }
  return challengers.every((arm) => isAbove(champion.reward, arm.reward, { alpha: errorRates(plan).final }))
    ? { kind: "roll back", because: "harm", text: `${text}: it is the champion` }
    : null;
}

function isNoWorse(plan: RolloutPlan, evidence: RolloutEvidence, champion: Arm, arm: Arm): boolean {
  return plan.bandit.reward === "outcome"
    ? boundedDifference(plan, evidence, arm.version).bounds.high < plan.margin
    : isAbove(arm.reward, champion.reward, { alpha: errorRates(plan).promote });
}

function reweighted(
  plan: RolloutPlan,
  { step, shares }: RolloutPosition,
  arms: readonly Arm[],
  { chances, have }: { chances: readonly number[]; have: number },
): RolloutDecision {
  const floor = Math.min(Math.max(plan.bandit.floor, SHARE_MIN), 1 / arms.length);
  const free = 1 - arms.length * floor;
  const wanted = new Map(arms.map(({ version }, i) => [version, floor + free * chances[i]]));
  const next = shares.map(({ version }): ArmShare => ({ version, share: wanted.get(version) ?? 0 }));
  const parts = arms.map(({ version }, i) => `version ${version} ${percent(chances[i])}`).join(", ");
  const text = `Chances of being the best: ${parts}`;
  const moved = next.some(({ share }, i) => Math.abs(share - shares[i].share) >= NOTICED);
  return moved
    ? { kind: "go on", step: step + 1, shares: next, text }
    : { kind: "keep collecting", have, need: null, text };
}
