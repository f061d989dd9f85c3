import assert from "node:assert/strict";
import { createBatcher } from "../../src/serving/batcher.ts";

/** A batch runner that waits until it is let go, and notes what it was given. */
function held() {
  const batches: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  const run = async (asks: readonly number[]) => {
    batches.push(asks);
    await new Promise<void>((go) => gates.push(go));
    return asks.map((ask) => ask * 10);
  };
  return { batches, run, letGo: () => gates.shift()!() };
}

const turn = () => new Promise((done) => setTimeout(done));

Deno.test("createBatcher() runs the first ask at once, and what comes meanwhile as one batch", async () => {
  const { batches, run, letGo } = held();
  const ask = createBatcher(run, { most: 100, rowsOf: () => 1 });
  const answers = [1, 2, 3].map((n) => ask(n));
  assert.deepEqual(batches, [[1]]);
  letGo();
  await turn();
  assert.deepEqual(batches, [[1], [2, 3]]);
  letGo();
  assert.deepEqual(await Promise.all(answers), [10, 20, 30]);
});

Deno.test("createBatcher() keeps a batch within its rows, and lets one larger ask go alone", async () => {
  const { batches, run, letGo } = held();
  const ask = createBatcher(run, { most: 10, rowsOf: (n) => n });
  const answers = [1, 6, 4, 25, 3].map((n) => ask(n));
  for (let i = 0; i < 4; i++) {
    letGo();
    await turn();
  }
  assert.deepEqual(batches, [[1], [6, 4], [25], [3]]);
  assert.deepEqual(await Promise.all(answers), [10, 60, 40, 250, 30]);
});

Deno.test("createBatcher() tells a failure to all of its batch, and goes on", async () => {
  let calls = 0;
  const ask = createBatcher((asks: readonly number[]) => {
    if (++calls === 1) return Promise.reject(new Error("no"));
    return Promise.resolve(asks);
  }, { most: 100, rowsOf: () => 1 });
  await assert.rejects(ask(1), /no/);
  assert.equal(await ask(2), 2);
});
