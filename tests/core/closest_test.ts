import assert from "node:assert/strict";
import { closest, meantText } from "../../src/core/closest.ts";

for (
  const [written, want] of [
    ["chrun", "churn"],
    ["Churn", "churn"],
    ["spendings", "spending"],
    ["spendng", "spending"],
    ["x", undefined],
    ["", undefined],
    ["returns", undefined],
  ] as const
) {
  Deno.test(`closest() to "${written}" is ${want}`, () =>
    assert.equal(closest(written, ["churn", "spending"]), want));
}

Deno.test("meantText() names what was meant, else all there is", () => {
  assert.equal(meantText("chrun", ["churn", "spending"]), "; did you mean churn?");
  assert.equal(meantText("orders", ["churn", "spending"]), "; there are churn, spending");
  assert.equal(meantText("orders", []), "");
});
