import type { Matrix } from "./matrix.ts";
import { type Placement, placementOf } from "./measures.ts";
import { oracle, oracleWithRecalibration, priceOfNever } from "../../src/backtest/losses/oracle.ts";
import { always, bestPeriod, never } from "../../src/backtest/losses/calendars.ts";
import { POLICIES } from "./policies/mod.ts";
import { type Bill, type Policy, replay, scheduled } from "../../src/backtest/losses/replay.ts";
import { RECALIBRATION_SHARE } from "../../src/retraining/worth/recalibration.ts";
import { type Delay, type View, viewOf } from "./view.ts";

/** Cost of one policy on one view at one price. */
export interface Row {
  readonly set: string;
  readonly learner: string;
  readonly seed: number;
  readonly delay: Delay;
  readonly alpha: number;
  readonly policy: string;
  readonly cost: number;
  readonly trainings: number;
  /** cost of the cheapest schedule under the same delay */
  readonly oracle: number;
}

/** A row with what the report needs beside it. */
export interface Result extends Row {
  /** 0 to 7: which of the prices */
  readonly level: number;
  readonly never: number;
  readonly always: number;
  readonly bestPeriod: number;
  /** cost of the cheapest schedule if labels were known at once; null: that cannot be */
  readonly oracleAtOnce: number | null;
  /** cost of the cheapest schedule that may also recalibrate */
  readonly oracleRecalibrating: number;
  readonly recalibrations: number;
  readonly placement: Placement;
  readonly decisions: number;
}

export const LEVELS = 8;
const DELAYS: readonly number[] = [0, 1, 2, 4];

/** A view with its prices. */
export interface Priced {
  readonly name: string;
  readonly view: View;
  readonly alphas: readonly number[];
}

/** Each view that a matrix gives: the fixed delays that are possible, or its natural one. */
export function viewsOf(matrix: Matrix, say: (line: string) => void): View[] {
  const delays: readonly Delay[] = matrix.mode === "fixed"
    ? DELAYS.filter((delay) => delay >= matrix.minDelay)
    : [matrix.mode];
  const views: View[] = [];
  for (const delay of delays) {
    try {
      views.push(viewOf(matrix, delay));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      say(`when: left out: ${error.message}`);
    }
  }
  return views;
}

/** Prices from a hundredth of the one at which the oracle stops retraining up to that, evenly in the logarithm. */
export function pricesOf(view: View): number[] {
  const most = Math.max(priceOfNever(view), 1e-6);
  return Array.from({ length: LEVELS }, (_, i) => most * 10 ** (-2 + 2 * i / (LEVELS - 1)));
}

/** Schedules of the Python peers, by policy. */
export type Schedules = Readonly<Record<string, readonly number[]>>;

/** Replays every policy on a view at one of its prices. */
export function resultsOf(
  { view, alphas }: Priced,
  level: number,
  schedules: Schedules,
  oracleAtOnce: number | null,
): Result[] {
  const alpha = alphas[level];
  const best = oracle(view, alpha);
  const policies: Policy[] = [
    ...POLICIES,
    ...Object.entries(schedules).map(([name, trainings]) => scheduled(name, trainings)),
  ];
  const { matrix: { set, learner, seed }, delay } = view;
  const hindsight = bestPeriod(view, alpha);
  const shared = {
    set,
    learner,
    seed,
    delay,
    alpha,
    level,
    oracle: best.cost,
    never: replay(view, alpha, never).cost,
    always: replay(view, alpha, always).cost,
    bestPeriod: hindsight.cost,
    oracleAtOnce,
    oracleRecalibrating: oracleWithRecalibration(view, alpha, RECALIBRATION_SHARE * alpha),
    decisions: view.blocks - view.start - 1,
  };
  const rowOf = (policy: string, bill: Bill): Result => ({
    ...shared,
    policy,
    cost: bill.cost,
    trainings: bill.trainings.length,
    recalibrations: bill.recalibrations,
    placement: placementOf(view, alpha, bill, best.trainings),
  });
  return [
    ...policies.map((policy) => rowOf(policy.name, replay(view, alpha, policy))),
    rowOf(BEST_PERIOD, hindsight),
  ];
}

/** Not a policy: found in hindsight. */
export const BEST_PERIOD = "best period in hindsight";
