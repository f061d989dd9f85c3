import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { startBackend } from "../../src/training/backend.ts";
import { compete } from "../../src/training/compete.ts";
import { recalibrationBlocks, withLine, withoutLine } from "../../src/training/recalibrate.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { quietReporter, requestFor } from "./rows_of.ts";

await startBackend();
const request = requestFor("classification");
const { artifact } = await compete(request, quietReporter());
const line = { on: "logit", intercept: -1, slope: 1 } as const;

Deno.test("withLine() moves every answer, keeps all else, and takes the place of another line", () => {
  const newestCutoffMs = Math.max(...request.rows.cutoffMs) + 14 * DAY_MS;
  const first = withLine(artifact, { on: "logit", intercept: 3, slope: 2 }, { newestCutoffMs });
  const recalibrated = withLine(first, line, { newestCutoffMs });
  const { features, target } = request.rows;
  const before = loadScorer(artifact).predictPacked(features, target.length);
  const after = loadScorer(recalibrated).predictPacked(features, target.length);
  const odds = (p: number) => Math.log(p / (1 - p));
  after.forEach((p, i) => assert.ok(Math.abs(odds(p) - odds(before[i]) + 1) < 1e-4));
  assert.equal(loadScorer(recalibrated).newestCutoffMs, newestCutoffMs);
  assert.deepEqual(withoutLine(recalibrated).line, line);
  assert.deepEqual(
    loadScorer(withoutLine(recalibrated).artefact).predictPacked(features, target.length),
    before,
  );
  assert.deepEqual(withoutLine(artifact), { artefact: artifact, line: null });
});

Deno.test("compete() goes on from a recalibrated champion as from the one that was trained", async () => {
  const warm = {
    ...request.task,
    candidates: request.task.candidates.filter((c) => c.family === "warm-start"),
  };
  const old = { ...request.rows, cutoffMs: request.rows.cutoffMs.map((ms) => ms - 2000 * DAY_MS) };
  const champion = (await compete({ ...request, rows: old }, quietReporter())).artifact;
  const moved = withLine(champion, line, { newestCutoffMs: 0 });
  const from = async (bytes: Uint8Array) =>
    (await compete({ ...request, task: warm, champion: bytes }, quietReporter())).artifact;
  const [plain, recalibrated] = [await from(champion), await from(moved)];
  assert.equal(withoutLine(recalibrated).line, null);
  assert.deepEqual(recalibrated, plain);
});

Deno.test("recalibrationBlocks() takes the newest unseen cut-offs, as many as are wanted, four at most", () => {
  const blocks = [200, 200, 200, 30, 200, 200].map((rows, i) => ({
    cutoff: new Date(i * 14 * DAY_MS).toISOString(),
    rows,
  }));
  const take = (seen: number, rowsWanted: number) =>
    recalibrationBlocks(blocks, { seenMs: seen * 14 * DAY_MS, rowsWanted }).map(({ cutoff }) =>
      Date.parse(cutoff) / DAY_MS / 14
    );
  assert.deepEqual(take(0, 400), [4, 5]);
  assert.deepEqual(take(0, 5000), [2, 3, 4, 5]);
  assert.deepEqual(take(5, 5000), [5]);
  assert.deepEqual(take(6, 500), []);
  assert.deepEqual(recalibrationBlocks(blocks.slice(3, 4), { seenMs: 0, rowsWanted: 500 }), []);
});
