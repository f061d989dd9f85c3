import type { ModelConfig } from "../config/retraining.ts";
import type { RolloutPlan, Strategy } from "./plan.ts";
import { abPerArm } from "./sample_size.ts";

/** The facts about the versions of a rollout before it begins. */
export interface Prospect {
  champion: number;
  /** the version that it is about first */
  challengers: readonly number[];
  /** mean loss of the champion on the rows that it was validated on */
  championLoss: number;
  /** standard deviation of the champion's loss from shopper to shopper; null: too few outcomes to say */
  lossDeviation: number | null;
  /** relative rise of the loss that still counts as no worse */
  margin: number;
  /** false: a drill */
  mayPromote: boolean;
}

/** The plan of a rollout, by the settings as they are now. */
export function makePlan(config: ModelConfig, strategy: Strategy, prospect: Prospect): RolloutPlan {
  const { champion, challengers, championLoss, margin, mayPromote } = prospect;
  return {
    strategy,
    champion,
    challengers: [...challengers],
    shares: config.canary_shares,
    stepHours: config.rollout_step_hours,
    stepShoppers: config.rollout_step_shoppers,
    daysMax: config.rollout_days,
    undecided: config.rollout_undecided,
    mayPromote,
    proof: config.rollout_proof,
    errorRate: config.rollout_error_rate,
    margin: margin * championLoss,
    ab: abPlan(config, prospect),
    bandit: {
      floor: config.bandit_floor,
      reward: config.bandit_reward,
      rewardDays: config.bandit_reward_days,
      certainty: config.bandit_certainty,
    },
    guardrails: {
      errors: config.guard_errors,
      fallbacks: config.guard_fallbacks,
      latencyMs: config.guard_latency_ms,
      divergence: config.guard_divergence,
    },
    segmentMargin: config.segment_margin,
    seed: config.seed,
  };
}

function abPlan(config: ModelConfig, { championLoss, lossDeviation, margin }: Prospect): RolloutPlan["ab"] {
  const { ab_share: share, ab_power: power, rollout_error_rate: errorRate } = config;
  const effect = (config.ab_effect ?? margin) * championLoss;
  const isKnown = lossDeviation !== null && lossDeviation > 0 && effect > 0;
  const perArm = isKnown ? abPerArm({ sd: lossDeviation, effect, power, errorRate }) : null;
  return { share, power, effect, perArm };
}
