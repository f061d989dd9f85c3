import assert from "node:assert/strict";
import { InsufficientDataError } from "../../src/core/errors.ts";
import { seededRandom } from "../../src/core/random.ts";
import { compareWindows } from "../../src/drift/windows.ts";
import { createDriftWorkerPool } from "../../src/threads/drift_worker_pool.ts";
import { DRAWS, drawTable, tableOf } from "../drift/draws.ts";

const OPTIONS = { alpha: 0.05, alphaTogether: 0.05, seed: 1 };
const random = seededRandom(21);
const [reference, current, tiny] = [300, 80, 5].map((rows) =>
  drawTable(random, { rows, features: 3, draw: DRAWS.normal })
);

Deno.test("createDriftWorkerPool() compares off the main thread as compareWindows() does, several at once", async () => {
  const driftWorkers = createDriftWorkerPool();
  try {
    const seeds = [1, 2, 3];
    const found = await Promise.all(
      seeds.map((seed) => driftWorkers.compareWindows(reference, current, { ...OPTIONS, seed })),
    );
    assert.deepEqual(found, seeds.map((seed) => compareWindows(reference, current, { ...OPTIONS, seed })));
  } finally {
    driftWorkers.close();
  }
});

Deno.test("createDriftWorkerPool() hands errors over as what they are, and goes on", async () => {
  const driftWorkers = createDriftWorkerPool();
  try {
    await assert.rejects(driftWorkers.compareWindows(reference, tiny, OPTIONS), (error) => {
      assert.ok(error instanceof InsufficientDataError);
      assert.deepEqual([error.have, error.need], [5, 20]);
      return /current window/.test(error.message);
    });
    await assert.rejects(
      driftWorkers.compareWindows(reference, current, { ...OPTIONS, alpha: 2 }),
      RangeError,
    );
    assert.equal((await driftWorkers.compareWindows(reference, current, OPTIONS)).features.length, 3);
  } finally {
    driftWorkers.close();
  }
});

Deno.test("createDriftWorkerPool() gives up what takes too long, and judges the next in a fresh thread", async () => {
  const driftWorkers = createDriftWorkerPool({ withinMs: 8000 });
  const moved = (rows: number, shift: number) =>
    tableOf(Float32Array.from({ length: 2 * rows }, () => DRAWS.normal(random, shift)), 2);
  try {
    const late = driftWorkers.compareWindows(moved(1000, 0), moved(300, 3), {
      ...OPTIONS,
      alphaTogether: 1e-9,
    });
    await assert.rejects(late, /given up after 8 s/);
    assert.equal((await driftWorkers.compareWindows(reference, current, OPTIONS)).features.length, 3);
  } finally {
    driftWorkers.close();
  }
});

Deno.test("createDriftWorkerPool() refuses more than may wait, and everything once it is closed", async () => {
  const driftWorkers = createDriftWorkerPool({ waitingMax: 1 });
  const [first, second, third] = [1, 2, 3].map(() =>
    driftWorkers.compareWindows(reference, current, OPTIONS)
  );
  const refused = assert.rejects(third, /1 comparisons wait already/);
  const ended = [first, second].map((comparison) =>
    assert.rejects(comparison, /the drift worker pool was closed/)
  );
  driftWorkers.close();
  await Promise.all([refused, ...ended]);
  await assert.rejects(
    driftWorkers.compareWindows(reference, current, OPTIONS),
    /drift worker pool is closed/,
  );
});
