import assert from "node:assert/strict";
import { interval, meanOverSets } from "../../../bench/when/bootstrap.ts";
import { placementOf } from "../../../bench/when/measures.ts";
import { oracle } from "../../../src/backtest/losses/oracle.ts";
import { viewOf } from "../../../bench/when/view.ts";
import { aMatrix, randomLosses } from "./a_matrix.ts";

const stale = (before: number, j: number) => before < 14 && j >= 14 ? 1 : 0.2;

Deno.test("placementOf: a training on time hits, one too early saves nothing, a late one lags", () => {
  const view = viewOf(aMatrix({ blocks: 24, history: 7, loss: stale }), 0);
  const best = oracle(view, 0.5);
  assert.deepEqual(best.trainings, [14]);
  const of = (trainings: number[]) =>
    placementOf(view, 0.5, { trainings, deployed: trainings }, best.trainings);
  assert.deepEqual(of([14]), { paid: 1, trainings: 1, hits: 1, episodes: 1, lag: 0 });
  assert.deepEqual(of([9]), { paid: 0, trainings: 1, hits: 0, episodes: 1, lag: 0 });
  assert.deepEqual(of([9, 17]), { paid: 1, trainings: 2, hits: 1, episodes: 1, lag: 3 });
});

Deno.test("placementOf: every training of the oracle pays and hits", () => {
  for (let seed = 0; seed < 5; seed++) {
    const view = viewOf(aMatrix({ blocks: 24, history: 7, loss: randomLosses(seed) }), 0);
    const { trainings } = oracle(view, 0.4);
    const { paid, hits } = placementOf(view, 0.4, { trainings, deployed: trainings }, trainings);
    assert.deepEqual([paid, hits], [trainings.length, trainings.length]);
  }
});

Deno.test("meanOverSets: a set with many seeds counts no more than one with few", () => {
  const units = [
    { set: "a", seed: 1, value: 1 },
    { set: "a", seed: 2, value: 1 },
    { set: "a", seed: 3, value: 1 },
    { set: "b", seed: 1, value: 3 },
  ];
  assert.equal(meanOverSets(units), 2);
});

Deno.test("interval: holds the mean, is narrow where sets agree and wide where they do not", () => {
  const units = (spread: number) =>
    Array.from({ length: 8 }, (_, i) => ({ set: `s${i}`, seed: 1, value: 1 + (i % 2 ? spread : -spread) }));
  const [low, high] = interval(units(0.1));
  const [lower, higher] = interval(units(1));
  assert.ok(low < 1 && high > 1 && high - low < 0.2);
  assert.ok(higher - lower > 5 * (high - low));
});
