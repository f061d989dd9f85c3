import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { startBackend } from "../../src/training/backend.ts";
import { compete } from "../../src/training/compete.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { quietReporter, requestFor, WIDTH } from "./rows_of.ts";

await startBackend();
const request = requestFor("classification");
const { artifact } = await compete(request, quietReporter());

Deno.test("loadScorer() serves one row as it serves many, and holds no tensors", () => {
  const before = tf.memory().numTensors;
  const scorer = loadScorer(artifact);
  const all = scorer.predictPacked(request.rows.features, request.rows.target.length);
  for (const i of [0, 7, 79]) {
    const row = [...request.rows.features.subarray(i * WIDTH, (i + 1) * WIDTH)];
    assert.equal(scorer.predict([row])[0], all[i]);
  }
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("loadScorer() says what it serves", () => {
  const { model, kind, features, featureHash, rows, seed, horizonDays, newestCutoffMs } = loadScorer(
    artifact,
  );
  assert.deepEqual([model, kind, features.length, featureHash, rows, seed, horizonDays], [
    "test",
    "classification",
    WIDTH,
    "hash",
    480,
    5,
    28,
  ]);
  assert.equal(newestCutoffMs, Math.max(...request.rows.cutoffMs));
});

Deno.test("loadScorer() refuses bytes that are no artefact, or are cut short", () => {
  assert.throws(() => loadScorer(new Uint8Array(100)), { name: "TypeError", message: /wrong magic/ });
  assert.throws(() => loadScorer(artifact.subarray(0, 50)), { name: "TypeError", message: /cut short/ });
  assert.throws(() => loadScorer(artifact.subarray(0, artifact.length - 8)), {
    name: "TypeError",
    message: /finite weights/,
  });
});

Deno.test("predict() refuses rows of another width", () => {
  assert.throws(() => loadScorer(artifact).predict([[1, 2]]), {
    name: "RangeError",
    message: /1 rows of 6 features, have 2/,
  });
});
