import type { Strategy } from "../plan.ts";
import { ab } from "./ab.ts";
import { bandit } from "./bandit.ts";
import { canary } from "./canary.ts";
import { immediate } from "./immediate.ts";
import { shadow } from "./shadow.ts";
import type { RolloutStrategy } from "./strategy.ts";

/** Every way in which a version can come to serve. */
export const STRATEGIES: Readonly<Record<Strategy, RolloutStrategy>> = {
  immediate,
  shadow,
  canary,
  ab,
  bandit,
};
