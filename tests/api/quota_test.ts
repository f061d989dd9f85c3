import assert from "node:assert/strict";
import { createQuota, storedQuota } from "../../src/api/quota.ts";

/** Sends batches of so many, as fast as the quota lets in, for some seconds. @returns what was taken by then */
function flood({ perSecond, batch, seconds }: { perSecond: number; batch: number; seconds: number }): number {
  let nowMs = 0;
  const quota = createQuota({ perSecond, what: "events", clock: () => nowMs });
  let taken = 0;
  const isLetIn = () => {
    try {
      quota.enter();
      return true;
    } catch {
      return false;
    }
  };
  for (; nowMs < seconds * 1000; nowMs += 100) {
    while (isLetIn()) {
      quota.take(batch);
      taken += batch;
    }
  }
  return taken;
}

for (const [batch, perSecond] of [[1, 100], [1000, 100], [1, 0.5], [7, 3]]) {
  Deno.test(`createQuota() of ${perSecond} a second holds against a flood of batches of ${batch}`, () => {
    const seconds = 300;
    const taken = flood({ perSecond, batch, seconds });
    assert.ok(taken <= perSecond * (seconds + 10) + batch, `${taken} taken`);
    assert.ok(taken >= perSecond * seconds - batch, `${taken} taken: it refuses more than it must`);
  });
}

Deno.test("createQuota() says when to come again, and lets in then", () => {
  let nowMs = 1_000_000;
  const quota = createQuota({ perSecond: 10, what: "events", clock: () => nowMs });
  quota.enter();
  quota.take(150); // 100 were there
  assert.throws(() => quota.enter(), { kind: "too-many", retryAfterS: 5 });
  nowMs -= 60_000; // a clock that is set back gives and takes nothing
  assert.throws(() => quota.enter(), { retryAfterS: 5 });
  nowMs += 5_100;
  quota.enter();
});

Deno.test("storedQuota() looks at the database twice a minute, and refuses once it is full", async () => {
  let [nowMs, bytes, looks] = [0, 1.9e9, 0];
  const readBytes = () => Promise.resolve((looks++, bytes));
  const check = storedQuota({ maxGb: 2, readBytes, clock: () => nowMs });
  await check();
  bytes = 2e9;
  await check();
  assert.equal(looks, 1);
  nowMs += 30_000;
  await assert.rejects(check(), { kind: "storage-full", message: /has 2.00 GB, and may have 2/ });
  await storedQuota({ maxGb: undefined, readBytes, clock: () => nowMs })();
  assert.equal(looks, 2);
});

Deno.test("storedQuota() asks again after Postgres did not answer", async () => {
  let isDown = true;
  const readBytes = () => isDown ? Promise.reject(new Error("down")) : Promise.resolve(0);
  const check = storedQuota({ maxGb: 2, readBytes, clock: () => 0 });
  await assert.rejects(check(), { message: "down" });
  isDown = false;
  await check();
});
