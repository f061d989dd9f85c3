import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { alongLine, fitLine, type Line } from "../../src/training/line.ts";

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/** Shoppers whose outcomes follow `a + b * logit(p)`. */
function shoppers(n: number, [a, b]: readonly [number, number], seed = 1) {
  const random = seededRandom(seed);
  const normal = gaussian(random);
  const logits = Array.from({ length: n }, () => 1.5 * normal());
  return {
    predictions: logits.map(sigmoid),
    outcomes: logits.map((v) => random() < sigmoid(a + b * v) ? 1 : 0),
  };
}

const lineOf = (fit: ReturnType<typeof fitLine>): Line => {
  assert.equal(fit.kind, "fitted");
  return (fit as { line: Line }).line;
};

Deno.test("fitLine() finds what outcomes moved by, of probabilities and of amounts", () => {
  const { predictions, outcomes } = shoppers(40_000, [-0.8, 0.7]);
  const { on, intercept, slope } = lineOf(fitLine("classification", predictions, outcomes));
  assert.equal(on, "logit");
  assert.ok(Math.abs(intercept + 0.8) < 0.05 && Math.abs(slope - 0.7) < 0.05, `${intercept}, ${slope}`);
  const random = seededRandom(3);
  const normal = gaussian(random);
  const amounts = Array.from({ length: 20_000 }, () => 100 * random());
  const spent = amounts.map((v) => 12 + 0.6 * v + normal());
  const line = lineOf(fitLine("regression", amounts, spent));
  assert.ok(Math.abs(line.intercept - 12) < 0.2 && Math.abs(line.slope - 0.6) < 0.01);
});

Deno.test("fitLine() ends where the penalised sum is flat", () => {
  const { predictions, outcomes } = shoppers(300, [1, 1.4], 5);
  const { intercept, slope } = lineOf(fitLine("classification", predictions, outcomes));
  const x = Float64Array.from(predictions, (p) => Math.log(p / (1 - p)));
  const center = x.reduce((sum, v) => sum + v, 0) / x.length;
  const spread = x.reduce((sum, v) => sum + (v - center) ** 2, 0) / x.length;
  let a = 2.5 * intercept;
  let b = 2.5 * spread * (slope - 1);
  x.forEach((v, i) => {
    const residual = sigmoid(intercept + slope * v) - outcomes[i];
    a += residual;
    b += residual * v;
  });
  assert.ok(Math.abs(a) < 1e-5 && Math.abs(b) < 1e-5, `${a}, ${b}`);
});

for (
  const [name, kind, predictions, outcomes, text] of [
    ["of few rows", "classification", [0.2, 0.7], [0, 1], /2 labelled rows, 50 needed/],
    ["of no rows", "regression", [], [], /0 labelled rows, 50 needed/],
    [
      "of one class",
      "classification",
      Array(80).fill(0).map((_, i) => i / 81),
      Array(80).fill(1),
      /0 rows of/,
    ],
    ["of constant outcomes", "regression", Array(60).fill(0).map((_, i) => i), Array(60).fill(7), /outcomes/],
    [
      "of constant predictions",
      "classification",
      Array(80).fill(0.4),
      Array(80).fill(0).map((_, i) => i % 2),
      /all predictions are the same/,
    ],
  ] as const
) {
  Deno.test(`fitLine() ${name} says that it is not enough`, () => {
    const fit = fitLine(kind, predictions as number[], outcomes as number[]);
    assert.equal(fit.kind, "not enough");
    assert.match((fit as { text: string }).text, text);
  });
}

Deno.test("fitLine() stays within its bounds where outcomes and predictions could drive it anywhere", () => {
  const up = Array.from({ length: 100 }, (_, i) => i < 50 ? 1e-9 : 1 - 1e-9);
  const right = up.map((p) => p > 0.5 ? 1 : 0);
  for (const outcomes of [right, right.map((y) => 1 - y)]) {
    const { intercept, slope } = lineOf(fitLine("classification", up, outcomes));
    assert.ok(Number.isFinite(intercept) && slope >= 0.1 && slope <= 10, `${intercept}, ${slope}`);
  }
  const nearly = Array.from({ length: 100 }, (_, i) => 0.5 + 1e-12 * i);
  const { slope } = lineOf(fitLine("classification", nearly, right));
  assert.ok(slope >= 0.1 && slope <= 10);
  const giants = Array.from({ length: 100 }, (_, i) => i === 0 ? 1e12 : i);
  const line = lineOf(fitLine("regression", giants, giants.map((v) => -v), { cap: 1000 }));
  assert.equal(line.slope, 0.1);
  assert.ok(Number.isFinite(line.intercept));
});

Deno.test("fitLine() refuses what is not a number, and arrays of two lengths", () => {
  assert.throws(() => fitLine("regression", [1, NaN], [1, 2]), { name: "RangeError", message: /row 1/ });
  assert.throws(() => fitLine("regression", [1], [1, 2]), { name: "RangeError" });
});

Deno.test("alongLine() moves within what a prediction may be, and giants in parallel", () => {
  const p = Float32Array.of(0, 0.2, 0.9, 1);
  const same = alongLine({ on: "logit", intercept: 0, slope: 1 }, p);
  p.forEach((v, i) => assert.ok(Math.abs(same[i] - v) < 1e-6));
  const moved = alongLine({ on: "logit", intercept: 9, slope: 10 }, p);
  assert.ok(moved.every((v) => v >= 0 && v <= 1));
  const amounts = alongLine(
    { on: "value", intercept: -5, slope: 0.5, until: 100 },
    Float32Array.of(0, 50, 100, 1100),
  );
  assert.deepEqual([...amounts], [0, 20, 45, 1045]);
});
