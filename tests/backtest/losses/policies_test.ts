import assert from "node:assert/strict";
import { caraCt } from "../../../src/backtest/losses/cara.ts";
import { tunedCusum } from "../../../src/backtest/losses/cusum.ts";
import { fitElasticNet } from "../../../src/backtest/losses/elastic_net.ts";
import { actionAt } from "../../../src/backtest/losses/replay.ts";
import { upf } from "../../../src/backtest/losses/upf.ts";
import { freshLevel, type LossView } from "../../../src/backtest/losses/view.ts";
import golden from "../../golden/elastic_net.json" with { type: "json" };

Deno.test("fitElasticNet() chooses and fits as the bench's elastic net in numpy does", () => {
  for (const { x, y, slopes, intercept } of golden.cases) {
    const found = fitElasticNet(x, y, 5);
    found.slopes.forEach((slope, a) =>
      assert.ok(Math.abs(slope - slopes[a]) < 2e-4, `${slope}, ${slopes[a]}`)
    );
    assert.ok(Math.abs(found.intercept - intercept) < 2e-4);
  }
});

/** Blocks whose labels are known two blocks later; a version loses 1 and `rise` more for each block of its age. */
function aView(blocks: number, rise: (t: number, j: number) => number): LossView {
  const through = (t: number) => t - 3;
  const loss = (t: number, j: number) => j > through(t) ? 1 + rise(t, j) : NaN;
  return {
    start: 4,
    blocks,
    knownAt: (j) => j + 3,
    version: (t) => t >= 4 ? { at: t, through: through(t), rows: 100 * t } : null,
    loss,
    seen: loss,
    pairSe: () => NaN,
    recalibrated: () => NaN,
    shift: () => 0,
  };
}

const ageing = aView(30, (t, j) => 0.05 * (j - t) + 0.001 * ((7 * t + 13 * j) % 11));
const still = aView(30, (t, j) => 0.001 * ((7 * t + 13 * j) % 11));

for (const policy of [caraCt, tunedCusum, upf]) {
  Deno.test(`${policy.name} trains what ages where that is cheap, and leaves alone what stays as it is`, () => {
    const trains = (view: LossView, alpha: number) =>
      actionAt(view, policy, { t: 24, alpha, serving: 10 }).kind === "train";
    assert.ok(trains(ageing, 0.05));
    assert.ok(!trains(still, 0.5));
  });

  Deno.test(`${policy.name} sees nothing of what comes later`, () => {
    const later = (value: number): LossView => ({
      ...ageing,
      seen: (t, j) => ageing.knownAt(j) <= 20 ? ageing.seen(t, j) : value,
    });
    for (const alpha of [0.01, 0.1, 1]) {
      const at = (view: LossView) => actionAt(view, policy, { t: 20, alpha, serving: 12 }).kind;
      assert.equal(at(later(1e9)), at(later(0)));
      assert.equal(at(later(NaN)), at(ageing));
    }
  });
}

Deno.test("freshLevel() is what versions lose on their first block, as far as that is known", () => {
  const view = aView(10, (t) => t === 4 ? 1 : 3);
  assert.equal(freshLevel(view, 4), null);
  assert.equal(freshLevel(view, 6), 3);
});
