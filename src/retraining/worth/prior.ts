// Written by bench/when/write_priors.py from what bench/when/fit_worth.py fitted; do not edit.
import type { Regime } from "./regime.ts";

/** What a decision starts from: how losses move elsewhere, and how far and how surely to trust the forecast. */
export interface WorthPrior {
  readonly regimes: readonly Regime[];
  readonly horizon: number;
  readonly caution: number;
}

/** Fitted on all sets of `deno task bench when`. */
export const WORTH_PRIOR: WorthPrior = {
  "regimes": [
    {
      "name": "still",
      "weight": 1.0,
      "difficulty": 0.3312,
      "memory": 0.6,
      "shock": 0.01596,
      "maturity": -0.005534,
      "maturitySd": 0.0259,
      "ageing": 0.006675,
      "ageingSd": 0.005,
      "wander": 0.004589,
      "luck": 0.01193,
      "noise": 0.4839,
      "level": 0.3987,
      "passing": 0.97,
      "sampling": 1.563,
      "jumpChance": 0.0,
      "jump": 0.1988,
      "inherited": 0.8,
      "curve": 1.0,
      "straying": 0.01876,
      "jumpShared": 0.8
    },
    {
      "name": "slow",
      "weight": 0.4054,
      "difficulty": 0.2816,
      "memory": 0.9,
      "shock": 0.01596,
      "maturity": -0.01831,
      "maturitySd": 0.04888,
      "ageing": 0.00826,
      "ageingSd": 0.005,
      "wander": 0.0175,
      "luck": 0.01814,
      "noise": 0.07962,
      "level": 1.578,
      "passing": 0.88,
      "sampling": 1.382,
      "jumpChance": 0.0,
      "jump": 0.5,
      "inherited": 0.4,
      "curve": 0.5,
      "straying": 0.01825,
      "jumpShared": 0.5
    },
    {
      "name": "moving",
      "weight": 0.07435,
      "difficulty": 0.2213,
      "memory": 0.98,
      "shock": 0.02716,
      "maturity": -0.005534,
      "maturitySd": 0.07951,
      "ageing": -0.0003577,
      "ageingSd": 0.005,
      "wander": 0.04375,
      "luck": 0.0324,
      "noise": 0.07962,
      "level": 1.578,
      "passing": 1.0,
      "sampling": 0.3381,
      "jumpChance": 0.0,
      "jump": 0.1624,
      "inherited": 0.2,
      "curve": 1.0,
      "straying": 0.04,
      "jumpShared": 1.0
    },
    {
      "name": "sudden",
      "weight": 0.2703,
      "difficulty": 0.1048,
      "memory": 0.9,
      "shock": 0.01021,
      "maturity": 0.1678,
      "maturitySd": 0.04535,
      "ageing": 0.00197,
      "ageingSd": 0.00298,
      "wander": 0.01271,
      "luck": 0.03473,
      "noise": 0.306,
      "level": 6.92,
      "passing": 0.99,
      "sampling": 1.499,
      "jumpChance": 0.06,
      "jump": 0.6042,
      "inherited": 0.2,
      "curve": 1.0,
      "straying": 0.08606,
      "jumpShared": 0.5
    },
    {
      "name": "passing",
      "weight": 0.0346,
      "difficulty": 0.3543,
      "memory": 0.9,
      "shock": 0.0183,
      "maturity": -0.005534,
      "maturitySd": 0.02135,
      "ageing": -0.0003577,
      "ageingSd": 0.005,
      "wander": 0.09335,
      "luck": 0.02282,
      "noise": 0.03601,
      "level": 1.578,
      "passing": 0.92,
      "sampling": 11.5,
      "jumpChance": 0.0,
      "jump": 0.4055,
      "inherited": 0.2,
      "curve": 0.5,
      "straying": 0.009986,
      "jumpShared": 0.5
    }
  ],
  "horizon": 8,
  "caution": 0.5565
};
