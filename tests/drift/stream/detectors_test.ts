import assert from "node:assert/strict";
import fc from "fast-check";
import { gaussian, seededRandom } from "../../../src/core/random.ts";
import type { ErrorKind, StreamDetector, StreamOptions } from "../../../src/drift/stream/detector.ts";
import { STREAM_DETECTORS } from "../../../src/drift/stream/mod.ts";

/** Errors of a model that gets worse after 400 numbers and better after 700. */
function errors(kind: ErrorKind, seed: number, n = 1000): number[] {
  const random = seededRandom(seed);
  const normal = gaussian(random);
  const level = (i: number) => i < 400 ? 0.1 : i < 700 ? 0.6 : 0.05;
  return Array.from(
    { length: n },
    (_, i) => kind === "binary" ? Number(random() < level(i)) : level(i) * Math.exp(normal()),
  );
}

/** Every other error is that of another answer. */
const follow = (detector: StreamDetector, xs: readonly number[], from = 0) =>
  xs.map((x, i) => detector.update(x, (from + i) % 2));
const throughJson = (state: unknown) => JSON.parse(JSON.stringify(state));

for (const kind of STREAM_DETECTORS) {
  for (const of of kind.kinds) {
    const options: StreamOptions = { kind: of, runLength: 2000, seed: 5 };

    Deno.test(`${kind.name} goes on from its state as if never interrupted, on ${of} errors`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 999 }), fc.nat(1000), (at, seed) => {
          const xs = errors(of, seed);
          const whole = kind.create(options);
          const wanted = follow(whole, xs);
          const first = kind.create(options);
          const before = follow(first, xs.slice(0, at));
          const second = kind.restore(throughJson(first.state()));
          assert.equal(second.seen, first.seen);
          assert.deepEqual([...before, ...follow(second, xs.slice(at), at)], wanted);
          assert.deepEqual(throughJson(second.state()), throughJson(whole.state()));
          assert.equal(second.seen, whole.seen);
        }),
        { seed: 7, numRuns: 25 },
      );
    });

    Deno.test(`${kind.name} leaves the state it gave, and the one it was given, alone on ${of} errors`, () => {
      const xs = errors(of, 3);
      const detector = kind.create(options);
      follow(detector, xs.slice(0, 300));
      const state = detector.state();
      const written = JSON.stringify(state);
      const other = kind.restore(state);
      follow(detector, xs.slice(300));
      follow(other, xs.slice(300));
      assert.equal(JSON.stringify(state), written);
    });

    Deno.test(`${kind.name} speaks of a large change of ${of} errors, and then begins anew`, () => {
      const detector = kind.create(options);
      const xs = errors(of, 11, 700);
      const answers = follow(detector, xs);
      const first = answers.findIndex((answer, i) => i >= 400 && answer !== null);
      assert.ok(first > 0 && first < 600, `${first}`);
      assert.ok(["up", "either"].includes(answers[first]!));
      const again = kind.create(options);
      follow(again, xs.slice(0, first + 1));
      assert.equal(again.seen, 0);
      again.update(xs[0]);
      assert.equal(again.seen, 1);
    });
  }

  Deno.test(`${kind.name} says what it needs, given an error that is none or a state that is not its own`, () => {
    const detector = kind.create({ kind: "binary", runLength: 2000, seed: 1 });
    for (const x of [0.5, -1, NaN, Infinity]) assert.throws(() => detector.update(x), /need 0 or 1/);
    assert.equal(detector.seen, 0);
    if (kind.kinds.includes("real")) {
      const real = kind.create({ kind: "real", runLength: 2000, seed: 1 });
      for (const x of [-1, NaN, Infinity]) assert.throws(() => real.update(x), /need a number >= 0/);
    }
    for (const state of [null, {}, { name: "other" }, "text"]) {
      assert.throws(() => kind.restore(state), { name: "TypeError", message: /Cannot restore detector/ });
    }
  });
}

Deno.test("STREAM_DETECTORS have names of their own, and exactly ours follows a budget", () => {
  assert.equal(new Set(STREAM_DETECTORS.map(({ name }) => name)).size, STREAM_DETECTORS.length);
  assert.deepEqual(STREAM_DETECTORS.filter(({ budgeted }) => budgeted).map(({ name }) => name), [
    "shiryaev-roberts",
  ]);
});

Deno.test("create() refuses errors that the detector cannot read, and a run length that is too short", () => {
  const create = (name: string, options: Partial<StreamOptions>) =>
    STREAM_DETECTORS.find((kind) => kind.name === name)!.create({
      kind: "binary",
      runLength: 1000,
      seed: 1,
      ...options,
    });
  assert.throws(() => create("ddm", { kind: "real" }), /need 0 or 1/);
  for (const runLength of [99, NaN, Infinity]) {
    assert.throws(() => create("shiryaev-roberts", { runLength }), /need >= 100/);
  }
});
