import assert from "node:assert/strict";
import { createSharedWork } from "../../src/core/shared_work.ts";

/** Work that goes on until it is told how it ends. */
function heldWork() {
  const held = Promise.withResolvers<string>();
  let runs = 0;
  const work = () => {
    runs++;
    return held.promise;
  };
  return { ...held, work, runs: () => runs };
}

Deno.test("createSharedWork() runs the same once for all who ask meanwhile, and anew afterwards", async () => {
  const shared = createSharedWork<string>();
  const owner = {};
  const held = heldWork();
  const asked = [shared.run(owner, "a", held.work), shared.run(owner, "a", held.work)];
  held.resolve("done");
  assert.deepEqual(await Promise.all(asked), ["done", "done"]);
  assert.equal(held.runs(), 1);
  await shared.run(owner, "a", held.work);
  assert.equal(held.runs(), 2);
});

Deno.test("createSharedWork() keeps owners and keys apart", async () => {
  const shared = createSharedWork<string>();
  const [first, second] = [{}, {}];
  const held = heldWork();
  const asked = [
    shared.run(first, "a", held.work),
    shared.run(first, "b", held.work),
    shared.run(second, "a", held.work),
  ];
  held.resolve("done");
  await Promise.all(asked);
  assert.equal(held.runs(), 3);
});

Deno.test("createSharedWork() tells all who share it of an error, and the next one tries again", async () => {
  const shared = createSharedWork<string>();
  const owner = {};
  const held = heldWork();
  const asked = [shared.run(owner, "a", held.work), shared.run(owner, "a", held.work)];
  held.reject(new Error("the disk is full"));
  for (const one of asked) await assert.rejects(one, /the disk is full/);
  assert.equal(await shared.run(owner, "a", () => Promise.resolve("done")), "done");
});
