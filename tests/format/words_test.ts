import assert from "node:assert/strict";
import { listedFew } from "../../src/format/words.ts";

for (
  const [names, text] of [
    [[], ""],
    [["a"], "a"],
    [["a", "b", "c", "d"], "a, b, c and d"],
    [["a", "b", "c", "d", "e"], "a, b and 3 other models"],
  ] as const
) {
  Deno.test(`listedFew() of ${names.length} names is "${text}"`, () => assert.equal(listedFew(names), text));
}

Deno.test("listedFew() says what the others are", () => {
  const serving = Array.from({ length: 20 }, (_, i) => `v${i + 1} serves model-${i + 1}`);
  const text = listedFew(serving, "other models are served");
  assert.equal(text, "v1 serves model-1, v2 serves model-2 and 18 other models are served");
});
