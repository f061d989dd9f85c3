import assert from "node:assert/strict";
import { costOf } from "../../../src/backtest/losses/oracle.ts";
import { always, bestPeriod, calendar, never, tunedPeriod } from "../../../src/backtest/losses/calendars.ts";
import { modyn, modynMended } from "../../../bench/when/policies/modyn.ts";
import { POLICIES } from "../../../bench/when/policies/mod.ts";
import { perennialBefore } from "../../../bench/when/policies/perennial.ts";
import { type Policy, replay, type Step } from "../../../src/backtest/losses/replay.ts";
import { RECALIBRATION_SHARE } from "../../../src/retraining/worth/recalibration.ts";
import { historyOf } from "../../../src/backtest/losses/view.ts";
import { viewOf } from "../../../bench/when/view.ts";
import { aMatrix, randomLosses } from "./a_matrix.ts";

const ageing = (before: number, j: number) => 0.1 + 0.02 * (j - before);
const aView = (delay = 0, loss = ageing, blocks = 24) => viewOf(aMatrix({ blocks, history: 7, loss }), delay);

/** A policy that does as told at one block, and keeps at all others. */
const once = (at: number, act: (step: Step) => ReturnType<ReturnType<Policy["start"]>>): Policy => ({
  name: "once",
  start: () => (step) => step.t === at ? act(step) : { kind: "keep" },
});

Deno.test("replay: a schedule costs its trainings and what it serves", () => {
  const view = aView();
  const bill = replay(view, 0.3, calendar(5));
  assert.deepEqual(bill.trainings, [12, 17, 22]);
  assert.ok(Math.abs(bill.cost - costOf(view, 0.3, bill.trainings)) < 1e-12);
});

Deno.test("replay: a training that the gate refuses is paid for, and does not serve", () => {
  const view = aView();
  const refused = replay(view, 0.3, once(12, () => ({ kind: "train", gate: () => false })));
  assert.equal(refused.cost, 0.3 + replay(view, 0.3, never).cost);
  assert.deepEqual([refused.trainings, refused.deployed], [[12], []]);
});

Deno.test("replay: a recalibration is paid for at its share of a training, and serves until the next version", () => {
  const view = aView();
  const bill = replay(view, 0.3, once(12, () => ({ kind: "recalibrate" })));
  let expected = RECALIBRATION_SHARE * 0.3;
  for (let j = 7; j < 24; j++) expected += j < 12 ? view.loss(7, j) : view.recalibrated(7, 12, j);
  assert.ok(Math.abs(bill.cost - expected) < 1e-12);
});

for (const delay of [0, 2]) {
  Deno.test(`replay: labels that are not known are not to be seen, delay ${delay}`, () => {
    const see = (j: (step: Step) => number) =>
      replay(
        aView(delay),
        0.3,
        once(15, (step) => {
          step.seen(step.serving, j(step));
          return { kind: "keep" };
        }),
      );
    assert.doesNotThrow(() => see(({ t }) => t - 1 - delay));
    assert.throws(() => see(({ t }) => t - delay), /labels of block \d+ are not known at block 15/);
  });
}

Deno.test("replay: versions that were never trained are not to be seen; those paid for are, and the history's", () => {
  const see = (version: number): Policy => ({
    name: "see",
    start: () => (step) => {
      if (step.t === 14) step.seen(version, 13);
      return step.t === 10 ? { kind: "train", gate: () => false } : { kind: "keep" };
    },
  });
  assert.throws(() => replay(aView(), 0.3, see(11)), /version 11 was never trained/);
  assert.doesNotThrow(() => replay(aView(), 0.3, see(10)));
  assert.doesNotThrow(() => replay(aView(), 0.3, see(5)));
});

Deno.test("viewOf: a delay makes everything start later, and versions know less", () => {
  const view = aView(2);
  assert.equal(view.start, 9);
  assert.equal(view.version(12)!.through, 9);
  assert.equal(view.loss(12, 12), ageing(10, 12));
});

Deno.test("viewOf: too few blocks after the history are refused", () => {
  assert.throws(() => aView(0, ageing, 10), /need >= 4 blocks after the history, have 3/);
});

Deno.test("historyOf: ends with the last block whose labels are known when the first paid one begins", () => {
  assert.deepEqual([0, 2].map((delay) => historyOf(aView(delay))!.blocks), [7, 7]);
});

Deno.test("tuning looks at the history alone: other losses later change no policy that is tuned", () => {
  const random = randomLosses(2);
  const changed = (before: number, j: number) => j >= 11 ? 1 - random(before, j) : random(before, j);
  for (const policy of POLICIES) {
    const [one, other] = [random, changed].map((loss) => replay(aView(1, loss), 0.2, policy).trainings);
    const known = (trainings: readonly number[]) => trainings.filter((t) => t <= 12); // block 11 is known from 13 on
    assert.deepEqual(known(one), known(other), policy.name);
  }
});

Deno.test("bestPeriod: no period, tuned or not, costs less", () => {
  const view = aView(0, randomLosses(4));
  const best = bestPeriod(view, 0.2).cost;
  for (const policy of [tunedPeriod, never, always, calendar(3)]) {
    assert.ok(best <= replay(view, 0.2, policy).cost);
  }
});

Deno.test("Modyn as is trains at each block after its first crossing; with its reset it waits for new regret", () => {
  const asIs = replay(aView(), 0.2, modyn);
  const mended = replay(aView(), 0.2, modynMended);
  const first = asIs.trainings[0];
  assert.deepEqual(asIs.trainings, Array.from({ length: 24 - first }, (_, i) => first + i));
  assert.equal(mended.trainings[0], first);
  assert.ok(mended.trainings.length < asIs.trainings.length / 2);
});

Deno.test("Perennial before: pays for every labelled block, deploys what is proven better", () => {
  const slow = replay(aView(0, (before, j) => 0.5 + 0.001 * (j - before)), 0.1, perennialBefore);
  assert.equal(slow.trainings.length, 16);
  const fast = replay(aView(0, (before, j) => 0.5 + 0.2 * (j - before)), 0.1, perennialBefore);
  assert.ok(fast.deployed.length > slow.deployed.length);
});
