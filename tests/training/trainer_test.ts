import assert from "node:assert/strict";
import { sleep } from "../../src/core/deadline.ts";
import { compete } from "../../src/training/compete.ts";
import { startBackend } from "../../src/training/backend.ts";
import type { TrainingProgress } from "../../src/training/protocol.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { addOwnMetric, type OwnMetricName } from "../../src/stats/own_metrics.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { decodeArtifact } from "../../src/training/artifact.ts";
import { encodeRounds, openRounds, sumShard } from "../../src/training/rounds.ts";
import { decodeShard, encodeShard } from "../../src/training/shards.ts";
import { candidatesFor, makeRows, quietReporter, requestFor, taskFor } from "./rows_of.ts";

Deno.test("createTrainer() trains in workers as in this thread, side by side, and scores", async () => {
  const trainer = createTrainer({ workers: 2 });
  try {
    const progress: TrainingProgress[] = [];
    const checkpoints: Uint8Array[] = [];
    const callbacks = {
      onProgress: (p: TrainingProgress) => void progress.push(p),
      onCheckpoint: (c: Uint8Array) => void checkpoints.push(c),
    };
    const [churn, spending, third] = await Promise.all([
      trainer.compete(requestFor("classification"), callbacks),
      trainer.compete(requestFor("regression")),
      trainer.compete(requestFor("classification")),
    ]);
    await startBackend();
    assert.deepEqual(churn, await compete(requestFor("classification"), quietReporter()));
    assert.deepEqual(spending, await compete(requestFor("regression"), quietReporter()));
    assert.deepEqual(third, churn);
    assert.ok(progress.length > 4 && checkpoints.length > 4);
    const rows = makeRows("classification");
    const scored = await trainer.score(churn.artifact, rows.features, rows.target.length);
    assert.deepEqual(scored, loadScorer(churn.artifact).predictPacked(rows.features, rows.target.length));
    assert.deepEqual(
      await trainer.compete({ ...requestFor("classification"), resume: checkpoints[2] }),
      churn,
    );
    const { artifact } = await compete(
      {
        ...requestFor("classification"),
        task: taskFor("classification", candidatesFor("classification").slice(0, 1)),
      },
      quietReporter(),
    );
    const predictor = decodeArtifact(artifact);
    const state = openRounds(predictor);
    const shard = encodeShard(rows);
    assert.deepEqual(
      await trainer.sumShard({ artifact, state: encodeRounds(state), shard }),
      await sumShard(predictor, state, decodeShard(shard)),
    );
  } finally {
    trainer.close();
  }
});

Deno.test("createTrainer() stops a run that is aborted, waiting or under way, and its worker goes on", async () => {
  const trainer = createTrainer({ workers: 1 });
  try {
    const stop = new AbortController();
    const drop = new AbortController();
    const running = trainer.compete(requestFor("regression", makeRows("regression", { shoppers: 2000 })), {
      signal: stop.signal,
      onProgress: (p) => p.epoch > 0 && stop.abort(),
    });
    const waiting = trainer.compete(requestFor("classification"), { signal: drop.signal });
    drop.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    await assert.rejects(running, { name: "AbortError" });
    const aborted = trainer.compete(requestFor("classification"), { signal: stop.signal });
    await assert.rejects(aborted, { name: "AbortError" });
    assert.ok((await trainer.compete(requestFor("classification"))).artifact.length > 0);
  } finally {
    trainer.close();
  }
});

Deno.test("createTrainer() hands on what went wrong, and rejects what is under way when closed", async () => {
  const trainer = createTrainer({ workers: 1 });
  const request = requestFor("classification");
  const broken = trainer.compete({ ...request, rows: { ...request.rows, user: new Int32Array(1) } });
  await assert.rejects(broken, { name: "RangeError", message: /holds 1 rows/ });
  const running = trainer.compete(request);
  trainer.close();
  await assert.rejects(running, /the trainer was closed/);
  await assert.rejects(trainer.compete(request), /the trainer is closed/);
  assert.throws(() => createTrainer({ workers: 0 }), RangeError);
});

Deno.test("createTrainer() ends a worker that is idle, and starts it again for the next request", async () => {
  const trainer = createTrainer({ workers: 1, idleMs: 0 });
  try {
    const first = await trainer.compete(requestFor("classification"));
    await sleep(50); // its worker is gone; were it not, the test would still hold
    const second = await trainer.compete(requestFor("classification"));
    assert.deepEqual(second.artifact, first.artifact);
    trainer.warm();
    assert.deepEqual((await trainer.compete(requestFor("classification"))).artifact, first.artifact);
  } finally {
    trainer.close();
  }
});

Deno.test("createTrainer() picks the winner by a metric of the shop's own, which its threads ask for", async () => {
  addOwnMetric({ name: "test-lowest", direction: "lower", of: (_, p) => p });
  addOwnMetric({ name: "test-highest", direction: "lower", of: (_, p) => 1 - p });
  const trainer = createTrainer({ workers: 1 });
  const winner = async (loss: OwnMetricName) => {
    const request = requestFor("classification");
    const { candidates, winner } = await trainer.compete({ ...request, task: { ...request.task, loss } });
    const able = candidates.filter(({ criterion }) => criterion !== undefined);
    const best = able.reduce((a, b) => b.criterion! < a.criterion! ? b : a);
    assert.equal(winner.recipe.name, best.name);
    return { name: best.name, sum: best.criterion! };
  };
  try {
    const [lowest, highest] = [await winner("own:test-lowest"), await winner("own:test-highest")];
    assert.notEqual(lowest.name, highest.name);
    assert.ok(lowest.sum + highest.sum < 1, "the lowest mean is below the highest");
    await assert.rejects(winner("own:gone"), /no metric "own:gone"/);
    assert.equal((await winner("own:test-lowest")).name, lowest.name, "the pool goes on");
  } finally {
    trainer.close();
  }
});
