import assert from "node:assert/strict";
import { OLDER_BY, powerOf } from "../../../bench/when/power.ts";
import { aMatrix } from "./a_matrix.ts";

Deno.test("powerOf: a loss that grows by a twentieth a block shows in as many blocks as worked out by hand", () => {
  const loss = (before: number, j: number) => 1 + 0.05 * (j - before);
  const { gain, error, blocksToSee } = powerOf(aMatrix({ blocks: 24, history: 7, loss }))!;
  assert.ok(Math.abs(gain - 0.05 * OLDER_BY) < 1e-9, `${gain}`);
  assert.equal(error, 0.1);
  assert.ok(Math.abs(blocksToSee - (2.8 * 0.1 / 0.2) ** 2) < 1e-9, `${blocksToSee}`);
});

Deno.test("powerOf: what does not get older never shows a gain", () =>
  assert.equal(powerOf(aMatrix({ blocks: 24, history: 7, loss: () => 0.4 }))!.blocksToSee, Infinity));

Deno.test("powerOf: nothing can be told of a matrix too short to hold an older version", () =>
  assert.equal(powerOf(aMatrix({ blocks: OLDER_BY, history: 2, loss: () => 0.4 })), null));

Deno.test("powerOf: a gain that comes and goes takes as long to show as it scatters", () => {
  const loss = (before: number, j: number) => 1 + (j % 2 === 0 ? 0.1 : 0) * (j - before);
  const { gain, scatter, blocksToSee } = powerOf(aMatrix({ blocks: 25, history: 7, loss }))!;
  assert.ok(Math.abs(scatter - gain) < 0.02, `${gain} ${scatter}`); // 0.4 at every second block
  assert.ok(Math.abs(blocksToSee - 2.8 ** 2) < 1, `${blocksToSee}`);
});
