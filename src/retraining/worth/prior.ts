import type { Regime } from "./regime.ts";

/** What a decision starts from: how losses move elsewhere, and how far and how surely to trust the forecast. */
export interface WorthPrior {
  readonly regimes: readonly Regime[];
  readonly horizon: number;
  readonly caution: number;
}
