import assert from "node:assert/strict";
import { partlyPriced } from "../../src/quality/checks/money.ts";
import { viewOf } from "../../src/quality/view.ts";
import { evidenceAt } from "./shop.ts";

for (
  const [purchases, priced, want] of [
    [3219, 1, /^only 1 of the last 3,219 purchases carry a price or an amount: .* counted in lines bought;/],
    [100, 60, /^only 60 of the last 100 .*: spending counts the others as nothing;/],
    [100, 0, /^none$/],
    [100, 95, /^none$/],
    [100, 100, /^none$/],
    [10, 1, /^none$/],
  ] as const
) {
  Deno.test(`partlyPriced() of ${priced} priced purchases among ${purchases}`, () => {
    const view = viewOf(evidenceAt([], 20_000, { money: { purchases, priced } }));
    const [tested] = partlyPriced(view);
    assert.match(tested?.found?.text ?? "none", want);
    assert.equal(tested?.p, want.source === "^none$" ? undefined : null);
  });
}
