import type { RolloutPlan } from "./plan.ts";

/** Shares out the chance of each kind of wrong decision, so that all its ways together keep within it. */
export interface ErrorRates {
  /** a version is promoted that is worse by the margin or more */
  readonly promote: number;
  /** harm is established at some look where there is none */
  readonly harm: number;
  /** the same by what a strategy looks at only once, or at the arms' own rewards */
  readonly final: number;
  /** each guardrail that counts */
  readonly guardrail: number;
  /** all segments together */
  readonly segment: number;
}

/** Errors, fallbacks, slow answers. */
const GUARDRAILS = 3;

/**
 * Of the chance to roll back a version that is no worse, harm has a half, guardrails and segments a quarter each; where
 * a strategy has a test of its own, harm shares its half with that. Several challengers share everything.
 */
export function errorRates(
  { errorRate, strategy, challengers }: Pick<RolloutPlan, "errorRate" | "strategy" | "challengers">,
): ErrorRates {
  const tried = strategy === "bandit" ? challengers.length : 1;
  const each = errorRate / tried;
  const twice = strategy === "ab" || strategy === "bandit";
  return {
    promote: each,
    harm: twice ? each / 4 : each / 2,
    final: each / 4,
    guardrail: each / 4 / GUARDRAILS,
    segment: each / 4,
  };
}
