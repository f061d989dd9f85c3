import assert from "node:assert/strict";
import { eventually, inServingShop, row } from "./serving_shop.ts";
import { tinyArtefact } from "./artefact.ts";

Deno.test("a deployment takes over within a second while requests run, and none of them is dropped", () =>
  inServingShop(async ({ deploy, send }) => {
    await deploy(tinyArtefact(1));
    const versions: number[] = [];
    const statuses = new Set<number>();
    let asking = true;
    let movedMs = Infinity;
    let seenMs = Infinity;
    const askers = Array.from({ length: 16 }, async () => {
      while (asking) {
        await new Promise((done) => setTimeout(done)); // else nothing but requests would run in this process
        const response = await send({ row: row(3) });
        statuses.add(response.status);
        const { predictions: [{ version, prediction, fallback }] } = await response.json();
        assert.deepEqual([Math.round(prediction * 10), fallback], [version, false]); // the version that it says spoke
        versions.push(version);
        if (version === 2) seenMs = Math.min(seenMs, performance.now());
      }
    });
    await new Promise((done) => setTimeout(done, 100));
    await deploy(tinyArtefact(2));
    movedMs = performance.now();
    await eventually(() => Promise.resolve(versions.at(-1) === 2));
    asking = false;
    await Promise.all(askers);
    assert.deepEqual([...statuses], [200]);
    assert.ok(seenMs >= movedMs, "it is not heard of before it is true");
    assert.deepEqual(versions, [...versions].sort()); // never back to the old one
  }));

Deno.test("the next poll sees a change that no notification told of", () =>
  inServingShop(async ({ sql, deploy, predict }) => {
    await deploy(tinyArtefact(1));
    assert.equal((await predict({ row: row(3) })).version, 1);
    await sql`alter table serving disable trigger serving_wake`;
    try {
      await deploy(tinyArtefact(2));
      await eventually(async () => (await predict({ row: row(3) })).version === 2);
    } finally {
      await sql`alter table serving enable trigger serving_wake`;
    }
  }));

Deno.test("rows are answered from the last state while Postgres does not answer", () =>
  inServingShop(async ({ sql, deploy, predict }) => {
    await deploy(tinyArtefact(1));
    await predict({ row: row(3) });
    await sql`alter table serving rename to serving_gone`;
    await sql`alter table api_keys rename to api_keys_gone`;
    try {
      await new Promise((done) => setTimeout(done, 1_100)); // past a poll, and past what is remembered of the key
      const { version, fallback } = await predict({ row: row(3, "ann") });
      assert.deepEqual([version, fallback], [1, false]);
    } finally {
      await sql`alter table serving_gone rename to serving`;
      await sql`alter table api_keys_gone rename to api_keys`;
    }
  }));

Deno.test("a request before the first deployment is refused, and answered right after it", () =>
  inServingShop(async ({ deploy, send, predict }) => {
    assert.equal((await send({ row: row(3) })).status, 409);
    await deploy(tinyArtefact(1));
    assert.equal((await predict({ row: row(3) })).version, 1);
  }));
