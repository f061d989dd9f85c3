import assert from "node:assert/strict";
import { gaussian, hash32, permutation, seededRandom } from "../../src/core/random.ts";

Deno.test("seededRandom() repeats itself from the same seed, and differs from another", () => {
  const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

Deno.test("seededRandom() is uniform in mean and spread", () => {
  const x = Array.from({ length: 20_000 }, seededRandom(3));
  const mean = x.reduce((a, b) => a + b) / x.length;
  const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
  assert.ok(Math.abs(mean - 0.5) < 0.01 && Math.abs(variance - 1 / 12) < 0.002, `${mean} ${variance}`);
  assert.ok(x.every((v) => v >= 0 && v < 1));
});

Deno.test("gaussian() has mean 0 and variance 1", () => {
  const x = Array.from({ length: 20_000 }, gaussian(seededRandom(5)));
  const mean = x.reduce((a, b) => a + b) / x.length;
  const variance = x.reduce((a, b) => a + b * b, 0) / x.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`);
});

Deno.test("permutation() holds each place once", () => {
  const order = permutation(1000, seededRandom(1));
  assert.deepEqual([...order].sort((a, b) => a - b), [...Array(1000).keys()]);
  assert.notDeepEqual([...order.subarray(0, 5)], [0, 1, 2, 3, 4]);
});

Deno.test("hash32() tells neighbouring texts apart", () => {
  const hashes = new Set(Array.from({ length: 10_000 }, (_, i) => hash32(`user_${i}`)));
  assert.ok(hashes.size >= 9_999);
});
