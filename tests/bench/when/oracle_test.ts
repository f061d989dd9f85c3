import assert from "node:assert/strict";
import {
  costOf,
  oracle,
  oracleWithRecalibration,
  priceOfNever,
} from "../../../src/backtest/losses/oracle.ts";
import { type View, viewOf } from "../../../bench/when/view.ts";
import { aMatrix, randomLosses } from "./a_matrix.ts";

const HISTORY = 4;

const aView = (seed: number, delay: number, decisions: number) =>
  viewOf(
    aMatrix({ blocks: HISTORY + delay + decisions + 1, history: HISTORY, loss: randomLosses(seed) }),
    delay,
  );

/** Every schedule there is, one by one. */
function leastOfAll(view: View, alpha: number): number {
  const times = Array.from({ length: view.blocks - view.start - 1 }, (_, i) => view.start + 1 + i);
  let least = Infinity;
  for (let code = 0; code < 2 ** times.length; code++) {
    least = Math.min(least, costOf(view, alpha, times.filter((_, i) => code >> i & 1)));
  }
  return least;
}

Deno.test("oracle: costs what the cheapest of all schedules costs, with and without delay", () => {
  for (let seed = 0; seed < 12; seed++) {
    for (const delay of [0, 1, 2, 4]) {
      const view = aView(seed, delay, 3 + seed % 10);
      for (const alpha of [0, 0.05, 0.3, 1, 5]) {
        const { cost, trainings } = oracle(view, alpha);
        assert.ok(
          Math.abs(cost - leastOfAll(view, alpha)) < 1e-9,
          `seed ${seed}, delay ${delay}, alpha ${alpha}`,
        );
        assert.ok(Math.abs(cost - costOf(view, alpha, trainings)) < 1e-9, "its schedule costs what it says");
      }
    }
  }
});

Deno.test("oracle: keeps where a training gains nothing", () => {
  const view = viewOf(aMatrix({ blocks: 12, history: 4, loss: () => 0.5 }), 0);
  assert.deepEqual(oracle(view, 0).trainings, []);
});

Deno.test("priceOfNever: just below it the oracle trains, at it no more", () => {
  const view = aView(3, 1, 9);
  const price = priceOfNever(view);
  assert.ok(oracle(view, 0.999 * price).trainings.length > 0);
  assert.equal(oracle(view, 1.001 * price).trainings.length, 0);
});

/** Every mix of keeping, training and recalibrating. */
function leastWithRecalibration(view: View, alpha: number, cheap: number): number {
  const from = (t: number, serving: number, renewed: number): number => {
    if (t === view.blocks) return 0;
    const lossOf = (v: number, r: number) => r < 0 ? view.loss(v, t) : view.recalibrated(v, r, t);
    let least = lossOf(serving, renewed) + from(t + 1, serving, renewed);
    least = Math.min(least, alpha + lossOf(t, -1) + from(t + 1, t, -1));
    if (renewed >= 0) least = Math.min(least, cheap + view.loss(serving, t) + from(t + 1, serving, -1));
    const again = view.recalibrated(serving, t, t);
    return Number.isNaN(again) ? least : Math.min(least, cheap + again + from(t + 1, serving, t));
  };
  return view.loss(view.start, view.start) + from(view.start + 1, view.start, -1);
}

Deno.test("oracleWithRecalibration: costs what the cheapest mix of three actions costs", () => {
  for (let seed = 0; seed < 8; seed++) {
    for (const delay of [0, 2]) {
      const view = aView(seed, delay, 5);
      for (const alpha of [0.05, 0.4]) {
        const cost = oracleWithRecalibration(view, alpha, 0.1 * alpha);
        assert.ok(Math.abs(cost - leastWithRecalibration(view, alpha, 0.1 * alpha)) < 1e-9, `seed ${seed}`);
        assert.ok(cost <= oracle(view, alpha).cost + 1e-12);
      }
    }
  }
});
