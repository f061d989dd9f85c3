import assert from "node:assert/strict";
import { seededRandom } from "../../src/core/random.ts";
import { predictShuffled, shuffledCopies } from "../../src/impact/shuffle.ts";

const WIDTH = 3;
const rows = { features: Float32Array.of(0, 1, NaN, 0, 2, NaN, 5, 3, 1, 0, 4, 2), width: WIDTH };
/** Depends on every column; a missing value counts as 7. */
const predict = (features: Float32Array): number[] =>
  Array.from({ length: features.length / WIDTH }, (_, row) => {
    const [a, b, c] = features.subarray(row * WIDTH, (row + 1) * WIDTH);
    return a + 10 * b + 100 * (Number.isNaN(c) ? 7 : c);
  });

for (const columns of [[0], [1], [2], [0, 2]]) {
  Deno.test(`predictShuffled() asks only for rows that changed, columns ${columns}`, async () => {
    const shuffled = shuffledCopies(rows, columns, { copies: 5, random: seededRandom(4) });
    let asked = 0;
    const score = (features: Float32Array) => {
      asked += features.length / WIDTH;
      return Promise.resolve(predict(features));
    };
    const predictions = await predictShuffled(rows, { shuffled, plain: predict(rows.features), score });
    assert.deepEqual([...predictions], predict(shuffled));
    assert.ok(asked < 20, `${asked} of 20 rows were asked for`);
  });
}

Deno.test("predictShuffled() asks for nothing where nothing changed", async () => {
  const score = () => Promise.reject(new Error("asked"));
  const plain = predict(rows.features);
  assert.deepEqual(
    [...await predictShuffled(rows, { shuffled: rows.features.slice(), plain, score })],
    plain,
  );
});
