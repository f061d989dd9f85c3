import assert from "node:assert/strict";
import fc from "fast-check";
import { decideWorth, WorthDecision, WorthInput } from "../../../src/retraining/worth/decide.ts";
import { inputOf, PLAIN, versionsThrough, windowsOf } from "./support.ts";

const VERSIONS = versionsThrough([0, 1, 2, 4]);
/** A regime that a model may be in: one that forgets, one that stays. */
const REGIMES = [
  { ...PLAIN, name: "still", wander: 0.003, straying: 0.003, ageingSd: 0.002 },
  { ...PLAIN, name: "moving", wander: 0.08, jumpChance: 0.02, inherited: 0.3, passing: 0.95 },
];

const inputs = fc.record({
  ageing: fc.double({ min: -0.02, max: 0.1, noNaN: true }),
  wave: fc.double({ min: 0, max: 0.2, noNaN: true }),
  noise: fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 60, maxLength: 60 }),
  count: fc.integer({ min: 6, max: 12 }),
  price: fc.double({ min: 0, max: 3, noNaN: true }),
  horizon: fc.integer({ min: 1, max: 16 }),
  caution: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
}).map(({ ageing, wave, noise, count, price, horizon, caution }) => {
  const windows = windowsOf(VERSIONS, {
    count,
    lossOf: ({ through }, window) =>
      1 + ageing * (window - through) + wave * Math.sin(window) + noise[(7 * through + window) % 60],
  });
  return inputOf(VERSIONS, windows, { price, horizon, caution, regimes: REGIMES });
});

Deno.test("a dearer training is never done where a cheaper one is not, on the same evidence", () => {
  fc.assert(fc.property(inputs, fc.double({ min: 1, max: 20, noNaN: true }), (input, times) => {
    const dearer = decideWorth({ ...input, price: input.price * times });
    if (dearer.answer === "retrain") assert.equal(decideWorth(input).answer, "retrain");
  }));
});

Deno.test("more caution never trains more", () => {
  fc.assert(fc.property(inputs, fc.double({ min: 0, max: 1, noNaN: true }), (input, part) => {
    const caution = input.caution + (0.99 - input.caution) * part;
    const careful = decideWorth({ ...input, caution });
    if (careful.answer === "retrain") assert.equal(decideWorth(input).answer, "retrain");
  }));
});

Deno.test("a version further behind is never left where a better one would be replaced", () => {
  fc.assert(fc.property(inputs, fc.double({ min: 0, max: 0.5, noNaN: true }), (input, worse) => {
    const regimes = [PLAIN];
    const last = input.windows.length - 1;
    const windows = input.windows.map((window, i) => ({
      ...window,
      losses: window.losses.map((row) =>
        i === last && row.version === input.serving ? { ...row, loss: row.loss + worse } : row
      ),
    }));
    // the level is the mean of first losses: that of what serves is an earlier window
    if (decideWorth({ ...input, regimes }).answer === "retrain") {
      assert.equal(decideWorth({ ...input, windows, regimes }).answer, "retrain");
    }
  }));
});

Deno.test("waits where no window was labelled since the serving version's training", () => {
  fc.assert(fc.property(inputs, fc.boolean(), (input, nothing) => {
    const { through, rows } = VERSIONS[VERSIONS.length - 1];
    const decision = decideWorth({ ...input, price: 0, next: nothing ? null : { through, rows } });
    assert.equal(decision.answer, "wait");
    assert.equal(decision.chance, 0);
  }));
});

Deno.test("waits where all versions lose the same in every window", () => {
  fc.assert(fc.property(inputs, (input) => {
    const windows = windowsOf(VERSIONS, {
      count: 12,
      error: 0,
      lossOf: (_, window) => 1 + 0.1 * Math.sin(window),
    });
    const regimes = [{ ...PLAIN, maturity: 0, ageing: 0 }];
    const still = inputOf(VERSIONS, windows, {
      regimes,
      price: Math.max(0.3, input.price),
      caution: input.caution,
    });
    assert.notEqual(decideWorth(still).answer, "retrain");
  }));
});

Deno.test("the same evidence, stored and read again, gives the same decision", () => {
  fc.assert(fc.property(inputs, (input) => {
    const again = WorthInput.parse(JSON.parse(JSON.stringify(input)));
    const decision = decideWorth(input);
    assert.deepEqual(decideWorth(again), decision);
    assert.deepEqual(WorthDecision.parse(JSON.parse(JSON.stringify(decision))), decision);
  }));
});

Deno.test("the unit of the loss does not matter, if the price is told in it", () => {
  fc.assert(fc.property(inputs, fc.constantFrom(0.001, 7, 500_000), (input, unit) => {
    const plain = { ...input, regimes: [PLAIN] }; // a sudden change is one only above zero: rounding would decide
    const scaled = {
      ...plain,
      price: input.price * unit,
      windows: input.windows.map((window) => ({
        ...window,
        losses: window.losses.map((row) => ({ ...row, loss: row.loss * unit })),
        pairs: window.pairs.map((pair) => ({
          ...pair,
          difference: pair.difference * unit,
          error: pair.error * unit,
        })),
      })),
    };
    const one = decideWorth(plain);
    const other = decideWorth(scaled);
    assert.ok(
      Math.abs(one.advantage * unit - other.advantage) <= 1e-6 * unit * (1 + Math.abs(one.advantage)),
    );
    assert.ok(Math.abs(one.chance - other.chance) < 1e-3);
  }));
});

Deno.test("trains where what serves falls behind for good, and says what that is worth", () => {
  const windows = windowsOf(VERSIONS, {
    count: 9,
    lossOf: ({ through }, window) => 1 + 0.06 * (window - through),
  });
  const decision = decideWorth(inputOf(VERSIONS, windows, { price: 0.1 }));
  assert.equal(decision.answer, "retrain");
  assert.ok(decision.chance > 0.6);
  assert.ok(decision.gain.mean > decision.price);
  assert.equal(decision.forecast.length, 10);
  assert.match(decision.text, /^Training now: worth .+ to .+ over the next 10 windows, costs 0\.1$/);
});

Deno.test("cannot tell yet where the next outcomes are likely to turn the decision", () => {
  const windows = windowsOf(VERSIONS, {
    count: 9,
    lossOf: ({ through }, window) => 1 + 0.03 * (window - through),
  });
  const regimes = [{ ...PLAIN, straying: 0.2 }];
  const answers = new Set<string>();
  for (let price = 0.02; price < 20; price *= 1.15) {
    answers.add(decideWorth(inputOf(VERSIONS, windows, { price, regimes, caution: 0.7 })).answer);
  }
  assert.deepEqual([...answers], ["retrain", "cannot tell yet", "wait"]);
});

Deno.test("regimes that explain the losses weigh more", () => {
  const windows = windowsOf(VERSIONS, { count: 12, lossOf: () => 1 });
  const { regimes } = decideWorth(inputOf(VERSIONS, windows, { regimes: REGIMES }));
  assert.equal(regimes[0].name, "still");
  assert.ok(regimes[0].weight > 0.9);
});

const saved = (values: readonly number[], aged: number | null = null) =>
  values.map((value, i) => ({ number: i, saved: value, aged }));

for (
  const [name, over, values, want] of [
    ["surely saves more than it costs", { price: 3 }, [0.05, 0.06, 0.05, 0.06], "recalibrate"],
    ["saves less than it costs", { price: 3 }, [0.01, 0.012, 0.011], "wait"],
    ["saves as often as it costs", { price: 3 }, [0.3, -0.3, 0.3, -0.3], "wait"],
    ["was seen at one window only", { price: 3 }, [0.5], "wait"],
    ["is worth less than a training", { price: 0.001 }, [0.002, 0.003], "retrain"],
    ["is worth more than not to wait with a training", { price: 0.001 }, [0.01, 0.011], "retrain"],
    ["is worth more than a training", { price: 0.001 }, [2, 2.1], "recalibrate"],
  ] as const
) {
  Deno.test(`decideWorth() where recalibrating ${name}`, () => {
    const windows = windowsOf(VERSIONS, {
      count: 8,
      lossOf: ({ through }, window) => 1 + 0.02 * (window - through),
    });
    const recalibration = { possible: true, text: "a line", share: 0.02, windows: saved(values), line: null };
    const decision = decideWorth(inputOf(VERSIONS, windows, { ...over, recalibration, regimes: REGIMES }));
    assert.equal(decision.answer, want, `${decision.text}; ${decision.recalibration?.text}`);
    assert.equal(WorthDecision.parse(JSON.parse(JSON.stringify(decision))).answer, want);
    const impossible = { ...recalibration, possible: false };
    const without = decideWorth(
      inputOf(VERSIONS, windows, { ...over, recalibration: impossible, regimes: REGIMES }),
    );
    assert.equal(without.recalibration, null);
    assert.notEqual(without.answer, "recalibrate");
  });
}

for (
  const [name, { age, values, aged }, want, removes] of [
    ["no line, and one would save", { age: null, values: [0.05, 0.06, 0.05], aged: 0 }, "recalibrate", false],
    [
      "no line, and one saves as often as it costs",
      { age: null, values: [0.3, -0.3, 0.2, -0.3], aged: 0 },
      "wait",
    ],
    ["no line, and one ages too soon", { age: null, values: [0.05, 0.06, 0.05], aged: 0.1 }, "wait"],
    ["no line, and one was seen at one window", { age: null, values: [0.5], aged: 0 }, "wait"],
    ["a line that holds", { age: 8, values: [0.05, 0.06, 0.05], aged: 0 }, "wait"],
    ["a young line that ages", { age: 1, values: [0.2, 0.2, 0.2], aged: 0.01 }, "wait"],
    ["an old line that ages", { age: 8, values: [0.2, 0.2, 0.2], aged: 0.01 }, "recalibrate", false],
    ["a line that does harm", { age: 2, values: [-0.2, -0.1, -0.2], aged: 0 }, "recalibrate", true],
    ["a line whose harm is cheaper than taking it off", { age: 2, values: [-0.01, -0.01], aged: 0 }, "wait"],
  ] as const
) {
  Deno.test(`decideWorth() where what serves has ${name}`, () => {
    const windows = windowsOf(VERSIONS, { count: 8, lossOf: () => 1 });
    const evidence = {
      possible: true,
      text: "a line",
      share: 0.02,
      windows: saved(values, aged),
      line: { age },
    };
    const regimes = [{ ...PLAIN, maturity: 0, ageing: 0 }];
    const decision = decideWorth(inputOf(VERSIONS, windows, { price: 3, recalibration: evidence, regimes }));
    assert.equal(decision.answer, want, `${decision.text}; ${decision.recalibration?.text}`);
    if (want === "recalibrate") assert.equal(decision.recalibration?.removes, removes);
  });
}
