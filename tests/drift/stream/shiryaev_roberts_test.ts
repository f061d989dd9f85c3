import assert from "node:assert/strict";
import { gaussian, type Random, seededRandom } from "../../../src/core/random.ts";
import { adwin } from "../../../src/drift/stream/adwin.ts";
import { beginScan, scanNext } from "../../../src/drift/stream/change_scan.ts";
import type { ErrorKind, StreamDetector } from "../../../src/drift/stream/detector.ts";
import { shiryaevRoberts } from "../../../src/drift/stream/shiryaev_roberts.ts";

const create = (kind: ErrorKind, runLength: number) => shiryaevRoberts.create({ kind, runLength, seed: 1 });

/** Numbers until it speaks. */
function waitFor(detector: StreamDetector, next: () => number, most: number): number {
  for (let t = 1; t <= most; t++) if (detector.update(next()) !== null) return t;
  return most;
}

const RUN_LENGTH = 500;
const RUNS = 600;
const bits = (p: number) => (random: Random) => () => Number(random() < p);
for (
  const [name, kind, source] of [
    ["0/1 with 0.5 % ones", "binary", bits(0.005)],
    ["0/1 with 5 % ones", "binary", bits(0.05)],
    ["0/1 with 30 % ones", "binary", bits(0.3)],
    ["0/1 with 90 % ones", "binary", bits(0.9)],
    ["half normal", "real", (random: Random) => {
      const normal = gaussian(random);
      return () => Math.abs(normal());
    }],
    ["without a mean (Pareto 1)", "real", (random: Random) => () => 1 / (1 - random())],
    ["mostly 0", "real", (random: Random) => () => Math.max(0, random() - 0.7)],
    ["whole numbers", "real", (random: Random) => () => Math.floor(random() * 4)],
  ] as const
) {
  Deno.test(`shiryaev-roberts holds its run length on errors that do not change: ${name}`, () => {
    let total = 0;
    for (let run = 0; run < RUNS; run++) {
      total += waitFor(create(kind, RUN_LENGTH), source(seededRandom(1000 + run)), 40 * RUN_LENGTH);
    }
    const mean = total / RUNS; // its standard error is about 5 %
    assert.ok(mean >= RUN_LENGTH, `${mean}`);
    const most = kind === "binary" ? 1.5 : 3; // a level that nothing exceeds leaves its part of the budget unused
    if (name !== "0/1 with 0.5 % ones") assert.ok(mean <= most * RUN_LENGTH, `${mean}: needlessly slow`);
  });
}

for (
  const [from, to, before] of [[0.05, 0.4, 3000], [0.1, 0.3, 500], [0.3, 0.1, 1000], [
    0.2,
    0.27,
    3000,
  ]] as const
) {
  Deno.test(`shiryaev-roberts sees errors go from ${from} to ${to} no later than adwin, at a million`, () => {
    const delays = [create("binary", 1e6), adwin.create({ kind: "binary", runLength: 1e6, seed: 1 })].map(
      (fresh) => {
        const state = fresh.state();
        const restore = fresh.name === "adwin" ? adwin.restore : shiryaevRoberts.restore;
        let sum = 0;
        for (let run = 0; run < 30; run++) {
          const random = seededRandom(177 + run);
          const detector = restore(state);
          for (let i = 0; i < before; i++) assert.equal(detector.update(Number(random() < from)), null);
          sum += waitFor(detector, bits(to)(random), 8000);
        }
        return sum / 30;
      },
    );
    assert.ok(delays[0] <= delays[1], `${delays}`);
  });
}

for (
  const [name, kind, before, after, want] of [
    ["errors appear", "binary", () => 0, () => 1, "up"],
    ["errors vanish", "binary", (r: Random) => Number(r() < 0.4), () => 0, "down"],
    ["errors grow tenfold", "real", (r: Random) => 1 / (1 - r()), (r: Random) => 10 / (1 - r()), "up"],
    [
      "errors shrink to a tenth",
      "real",
      (r: Random) => 1 / (1 - r()),
      (r: Random) => 0.1 / (1 - r()),
      "down",
    ],
    ["a model that was never wrong is", "real", () => 0, (r: Random) => r(), "up"],
  ] as const
) {
  Deno.test(`shiryaev-roberts says which way, within 100 numbers: ${name}`, () => {
    const detector = create(kind, 1e6);
    const random = seededRandom(6);
    for (let i = 0; i < 600; i++) assert.equal(detector.update(before(random)), null);
    for (let i = 0; i < 100; i++) {
      const answer = detector.update(after(random));
      if (answer !== null) return assert.equal(answer, want);
    }
    assert.fail("silent");
  });
}

Deno.test("shiryaev-roberts holds its run length where the model's answers are told, each with a share of its own", () => {
  let total = 0;
  for (let run = 0; run < RUNS; run++) {
    const random = seededRandom(3000 + run);
    const detector = create("binary", RUN_LENGTH);
    for (let t = 1;; t++) {
      const group = Math.floor(3 * random());
      if (detector.update(Number(random() < [0.05, 0.3, 0.5][group]), group) === null) continue;
      total += t;
      break;
    }
  }
  assert.ok(total / RUNS >= RUN_LENGTH && total / RUNS <= 2 * RUN_LENGTH, `${total / RUNS}`);
});

Deno.test("shiryaev-roberts sees errors move from one answer to the other, as many in all", () => {
  const answers = [true, false].map((told) => {
    const random = seededRandom(12);
    const detector = create("binary", 1e6);
    for (let i = 0; i < 4000; i++) {
      const group = i % 2;
      const share = i < 2000 ? [0.1, 0.4][group] : [0.4, 0.1][group];
      const answer = detector.update(Number(random() < share), told ? group : undefined);
      if (answer !== null) return { i, answer };
    }
    return null;
  });
  assert.equal(answers[1], null);
  assert.ok(answers[0]!.i >= 2000 && answers[0]!.i < 2250, JSON.stringify(answers));
  assert.equal(answers[0]!.answer, "either");
});

Deno.test("scanNext() stays silent on numbers that are all the same, and small in memory", () => {
  for (const x of [0, 1]) {
    const scan = beginScan();
    for (let i = 0; i < 20_000; i++) {
      scanNext(scan, x);
      assert.equal(scan.statistic, 0);
    }
    assert.ok(scan.groups.size.length < 70);
    assert.equal(scan.groups.size.reduce((a, b) => a + b), 20_000 - 32);
  }
});

Deno.test("scanNext() sums the ratios of all moments exactly, before groups are merged", () => {
  const scan = beginScan();
  const random = seededRandom(2);
  const xs = Array.from({ length: 37 }, () => Number(random() < 0.4)); // five moments: none merged yet
  xs.forEach((x) => scanNext(scan, x));
  const share = (i: number) => (xs.slice(0, i).reduce((a, b) => a + b, 0) + 0.25) / (i + 0.5);
  const chance = (p: number, x: number) => x === 1 ? p : 1 - p;
  let want = 0;
  for (let start = 32; start < 37; start++) {
    for (const strength of [4, 64]) {
      let ratio = 0.5;
      let ones = 0;
      for (let i = start; i < 37; i++) {
        const after = (ones + strength * share(start)) / (i - start + strength);
        ratio *= chance(after, xs[i]) / chance(share(i), xs[i]);
        ones += xs[i];
      }
      want += ratio;
    }
  }
  assert.ok(Math.abs(scan.statistic - want) < 1e-12, `${scan.statistic} ${want}`);
});
