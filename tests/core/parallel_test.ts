import assert from "node:assert/strict";
import { inParallel } from "../../src/core/parallel.ts";

Deno.test("inParallel() keeps the order, and never runs more at once than it may", async () => {
  let running = 0, most = 0;
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (ms) => {
    most = Math.max(most, ++running);
    await new Promise((done) => setTimeout(done, ms));
    running--;
    return 10 * ms;
  });
  assert.deepEqual(results, [50, 10, 40, 20, 30]);
  assert.equal(most, 2);
});

Deno.test("inParallel() begins nothing more once a call failed", async () => {
  const begun: number[] = [];
  const failing = inParallel([1, 2, 3, 4], 1, (item) => {
    begun.push(item);
    return item === 2 ? Promise.reject(new Error("two")) : Promise.resolve(item);
  });
  await assert.rejects(failing, /two/);
  assert.deepEqual(begun, [1, 2]);
});

Deno.test("inParallel() of nothing is nothing", async () =>
  assert.deepEqual(await inParallel([], 3, Promise.resolve), []));
