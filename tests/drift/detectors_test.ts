import assert from "node:assert/strict";
import fc from "fast-check";
import { DETECTORS } from "../../src/drift/detectors.ts";
import { type Sample, sampleOf } from "../../src/drift/sample.ts";

/** Every detector with each kind of feature that it is for. */
const PAIRS = DETECTORS.flatMap((detector) =>
  (["numeric", "categorical"] as const).filter((kind) => detector.of === "both" || detector.of === kind)
    .map((kind) => ({ detector, kind, title: `${detector.name} of a ${kind} feature` }))
);

const values = (kind: Sample["kind"]) =>
  fc.array(kind === "numeric" ? fc.float({ noDefaultInfinity: true }) : fc.integer({ min: 0, max: 12 }), {
    minLength: 3,
    maxLength: 60,
  }).filter((array) => array.some(Number.isFinite));

const check = (property: fc.IRawProperty<unknown>) => fc.assert(property, { seed: 7, numRuns: 200 });

for (const { detector: { name, symmetric, compare }, kind, title } of PAIRS) {
  const distance = (a: readonly number[], b: readonly number[]) =>
    compare(sampleOf(a, kind), sampleOf(b, kind));

  Deno.test(`${title}: a sample does not differ from itself`, () =>
    check(fc.property(values(kind), (a) => assert.equal(distance(a, a), 0))));

  Deno.test(`${title}: is finite and >= 0 for any two samples, also where bins empty`, () =>
    check(fc.property(values(kind), values(kind), (a, b) => {
      const found = distance(a, b);
      assert.ok(Number.isFinite(found) && found >= 0, String(found));
    })));

  Deno.test(`${title}: does not depend on the order of rows`, () =>
    check(
      fc.property(values(kind), values(kind), (a, b) =>
        assert.equal(distance([...a].reverse(), b), distance(a, [...b].sort()))),
    ));

  if (symmetric || kind === "categorical") {
    Deno.test(`${title}: is the same in both directions`, () =>
      check(fc.property(values(kind), values(kind), (a, b) => {
        const one = distance(a, b);
        const other = distance(b, a);
        assert.ok(Math.abs(one - other) <= 1e-9 * Math.max(1, one), `${one} and ${other}`);
      })));
  } else {
    Deno.test(`${title}: is not the same in both directions, as documented`, () => {
      const even = Array.from({ length: 40 }, (_, i) => i);
      const skewed = even.map((value) => value * value);
      assert.notEqual(distance(even, skewed), distance(skewed, even));
    });
  }

  Deno.test(`${title}: grows as more of the sample moves`, () => {
    const still = Array.from({ length: 200 }, (_, i) => kind === "numeric" ? i / 200 : i % 4);
    const distances = [0, 0.2, 0.5, 0.8].map((share) =>
      distance(
        still,
        still.map((value, i) => (i * 37) % 200 < 200 * share ? kind === "numeric" ? value + 2 : 3 : value),
      )
    );
    distances.slice(1).forEach((far, i) => assert.ok(far > distances[i], `${distances}`));
  });

  Deno.test(`${title}: takes what is not a number for missing`, () => {
    const a = [1, 2, 3, 3, 5];
    const b = [2, 2, 4, 1, 0];
    assert.equal(distance([...a, NaN, Infinity], [...b, -Infinity]), distance([...a, NaN, NaN], [...b, NaN]));
  });

  Deno.test(`${title}: refuses a sample without a value`, () => {
    for (const empty of [[], [NaN, Infinity]]) {
      assert.throws(() => distance(empty, [1, 2]), { name: "InsufficientDataError" });
      assert.throws(() => distance([1, 2], empty), { name: "InsufficientDataError" });
    }
  });

  if (!["ks", "wasserstein"].includes(name)) {
    Deno.test(`${title}: counts rows without a value as a bin of their own`, () => {
      const there = Array.from({ length: 60 }, (_, i) => i % 6);
      assert.ok(distance(there, there.map((value, i) => i % 3 === 0 ? NaN : value)) > 0);
    });
  }
}

Deno.test("DETECTORS have names of their own", () =>
  assert.equal(new Set(DETECTORS.map(({ name }) => name)).size, DETECTORS.length));
