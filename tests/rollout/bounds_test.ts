import assert from "node:assert/strict";
import fc from "fast-check";
import { gaussian, type Random, seededRandom } from "../../src/core/random.ts";
import {
  BURN_IN,
  meanBounds,
  meanReach,
  mixtureReach,
  shoppersForReach,
} from "../../src/rollout/mean_bounds.ts";
import { shareBounds } from "../../src/rollout/share_bounds.ts";

const logLoss = (z: number, bought: boolean) => Math.log1p(Math.exp(bought ? -z : z));

/** Log loss of a model that is too sure of itself minus that of one that is right: rare and large, else small gains. */
const tooSure = (factor: number) => (random: Random, normal: Random) => {
  const z = 1.2 * normal();
  const bought = random() < 1 / (1 + Math.exp(-z));
  return logLoss(factor * z, bought) - logLoss(z, bought);
};

/** Differences between models, from mild to nasty; `mean` null: taken from a large sample. */
const DIFFERENCES: readonly {
  name: string;
  scale: number;
  mean: number | null;
  draw: (random: Random, normal: Random) => number;
}[] = [
  { name: "normal", scale: 1, mean: 0, draw: (_, normal) => normal() },
  {
    name: "0/1 losses, 12 % of shoppers are told apart",
    scale: 0.43,
    mean: 0,
    draw: (random) => Number(random() < 0.06) - Number(random() < 0.06),
  },
  {
    name: "0/1 losses, worse for 2 % of shoppers and for none better",
    scale: 0.43,
    mean: 0.02,
    draw: (random) => Number(random() < 0.02),
  },
  { name: "log loss, too sure by half", scale: 0.4, mean: null, draw: tooSure(1.6) },
  { name: "log loss, three times too sure", scale: 0.4, mean: null, draw: tooSure(3) },
  { name: "lognormal", scale: 2.16, mean: Math.exp(0.5), draw: (_, normal) => Math.exp(normal()) },
];

const ALPHA = 0.05;
const RUNS = 1000;
const SHOPPERS = 2000;
/** 50 of 1,000 are allowed; 2.5 standard errors above. */
const MISSES_MAX = 67;

for (const { name, scale, mean, draw } of DIFFERENCES) {
  Deno.test(`meanBounds() never miss the mean in 95 % of rollouts, looking after every shopper: ${name}`, () => {
    const truth = mean ?? sampleMean(draw);
    let below = 0;
    let above = 0;
    for (let run = 0; run < RUNS; run++) {
      const missed = missesOf({ draw, scale, truth, seed: 1000 + run });
      below += Number(missed.below);
      above += Number(missed.above);
    }
    assert.ok(below <= MISSES_MAX && above <= MISSES_MAX, `${below} below and ${above} above of ${RUNS}`);
  });
}

function sampleMean(draw: (random: Random, normal: Random) => number): number {
  const random = seededRandom(5);
  const normal = gaussian(random);
  let sum = 0;
  for (let i = 0; i < 1e6; i++) sum += draw(random, normal);
  return sum / 1e6;
}

/** One rollout, looked at after every shopper. */
function missesOf(
  { draw, scale, truth, seed }: {
    draw: (random: Random, normal: Random) => number;
    scale: number;
    truth: number;
    seed: number;
  },
): { below: boolean; above: boolean } {
  const random = seededRandom(seed);
  const normal = gaussian(random);
  const missed = { below: false, above: false };
  let mean = 0;
  let squares = 0;
  for (let n = 1; n <= SHOPPERS; n++) {
    const x = draw(random, normal);
    const off = x - mean;
    mean += off / n;
    squares += off * (x - mean);
    if (n < BURN_IN) continue;
    const alpha = { low: ALPHA, high: ALPHA };
    const { low, high } = meanBounds({ n, mean, variance: squares / (n - 1) }, { alpha, scale });
    missed.below ||= high < truth;
    missed.above ||= low > truth;
  }
  return missed;
}

Deno.test("meanBounds() say nothing of fewer than a hundred shoppers", () => {
  const alpha = { low: 0.05, high: 0.05 };
  for (const n of [0, 1, BURN_IN - 1]) {
    const { low, high } = meanBounds({ n, mean: 1, variance: 0 }, { alpha, scale: 1 });
    assert.deepEqual([low, high], [-Infinity, Infinity]);
  }
});

Deno.test("meanBounds() do not take agreement so far for certainty", () => {
  const { low, high } = meanBounds({ n: 100, mean: 0, variance: 0 }, {
    alpha: { low: 0.05, high: 0.05 },
    scale: 0.43,
  });
  assert.ok(high > 0.03 && low < -0.03, `${low} to ${high}`); // 3 of 100 may still be worse off
});

for (const alpha of [0, 1, -1, NaN]) {
  Deno.test(`meanReach() refuses alpha ${alpha}`, () =>
    assert.throws(() => meanReach({ n: 200, variance: 1 }, { alpha, scale: 0 }), RangeError));
}

Deno.test("mixtureReach() loses at most a third at a tenth and at ten times of what it is tuned for", () => {
  for (const alpha of [0.05, 0.0125]) {
    for (const n of [100, 10_000]) {
      const worse = mixtureReach(n, { alpha, tunedFor: 1000 }) / mixtureReach(n, { alpha, tunedFor: n });
      assert.ok(worse < 1.34, `${worse} at ${n}`);
    }
  }
});

Deno.test("shoppersForReach() is the first number of shoppers that does", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 5, noNaN: true }),
      fc.double({ min: 1e-3, max: 4, noNaN: true }),
      (reach, variance) => {
        const n = shoppersForReach(reach, { variance, alpha: 0.05, scale: 0.4 })!;
        const at = (n: number) => meanReach({ n, variance }, { alpha: 0.05, scale: 0.4 });
        assert.ok(at(n) < reach && !(at(n - 1) < reach));
      },
    ),
    { seed: 8, numRuns: 200 },
  );
  assert.equal(shoppersForReach(0, { variance: 1, alpha: 0.05, scale: 1 }), null);
  assert.equal(shoppersForReach(-1, { variance: 1, alpha: 0.05, scale: 1 }), null);
});

for (const share of [0.005, 0.05, 0.5]) {
  Deno.test(`shareBounds() never miss a share of ${share} in 95 % of rollouts, looking after every answer`, () => {
    let missed = 0;
    for (let run = 0; run < 400; run++) missed += Number(shareMissed(share, seededRandom(run)));
    assert.ok(missed <= 31, `${missed} of 400`); // 20 are allowed; 2.5 standard errors above
  });
}

function shareMissed(share: number, random: Random): boolean {
  let count = 0;
  for (let n = 1; n <= 600; n++) {
    count += Number(random() < share);
    const { low, high } = shareBounds(count, n, { alpha: 0.05 });
    if (low > share || high < share) return true;
  }
  return false;
}

Deno.test("shareBounds() of no answers are everything, and refuse what cannot be", () => {
  assert.deepEqual(shareBounds(0, 0, { alpha: 0.05 }), { low: 0, high: 1 });
  for (const [count, n] of [[-1, 5], [6, 5], [NaN, 5]]) {
    assert.throws(() => shareBounds(count, n, { alpha: 0.05 }), RangeError);
  }
});
