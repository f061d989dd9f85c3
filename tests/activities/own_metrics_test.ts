/** A metric of the shop's own decides, is told with its interval, word and direction, and follows what is declared. */
import assert from "node:assert/strict";
import { deployVersion } from "../../activities/deploy.ts";
import { readTrends } from "../../src/app/reports/trends.ts";
import { trendsText } from "../../src/cli/trends_text.ts";
import { painter } from "../../src/cli/format.ts";
import { endCycle, getCycle } from "../../src/db/cycles/cycles.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import type { MetricRow, OwnMetric } from "../../src/stats/own_metrics.ts";
import { cycle, EARLIER_MS, inShop, modelWith, newestStars } from "./weekly_shop.ts";

/** A letter costs 1, a buyer who gets none costs `missed`. */
const costOf = (missed: number): OwnMetric => ({
  name: `cost-of-${missed}`,
  direction: "lower",
  unit: "EUR",
  of: missed === 5 ? (y, p) => p >= 0.2 ? 1 : 5 * y : (y, p) => p >= 0.2 ? 1 : 3 * y,
});
const f1: OwnMetric = {
  name: "f1-score",
  direction: "higher",
  evaluate(rows) {
    const counted = (of: (row: MetricRow) => boolean) => rows.filter(of).length;
    const right = counted(({ outcome, prediction }) => outcome === 1 && prediction >= 0.5);
    return 2 * right /
      (counted(({ prediction }) => prediction >= 0.5) + counted(({ outcome }) => outcome === 1));
  },
};
const judgedBy = (declared: Partial<ModelDefinition>) =>
  modelWith({
    ownFeatures: [newestStars(1)],
    ownMetrics: [costOf(5), costOf(3), f1],
    metrics: ["auc", "own:cost-of-5", "own:cost-of-3", "own:f1-score"],
    ...declared,
  });

Deno.test("a loss of the shop's own is what the gate compares, and another one is another comparison", async () => {
  const found = new Map<string, { loss: number }>();
  for (const loss of ["own:cost-of-5", "own:cost-of-3"] as const) {
    await inShop(async (deps) => {
      const { evidence, challenger } = await cycle(deps, 1, EARLIER_MS);
      assert.equal(evidence.loss, loss);
      const measured = evidence.challengerMetrics[loss]!;
      assert.ok(Math.abs(evidence.challengerLoss - measured) < 1e-9);
      assert.equal(challenger.manifest.competition[0].loss > 0, true);
      assert.ok(evidence.difference.low < evidence.difference.mean);
      found.set(loss, { loss: evidence.challengerLoss });
    }, judgedBy({ loss, primaryMetric: loss }));
  }
  const [five, three] = [...found.values()];
  assert.ok(five.loss > three.loss, `${five.loss} of 5, ${three.loss} of 3`);
});

Deno.test("a quoted metric that is no loss is measured with its interval, and told everywhere with its own word", () =>
  inShop(async (deps) => {
    const first = await cycle(deps, 1, EARLIER_MS);
    assert.equal(first.evidence.own?.metric, "own:f1-score");
    assert.equal(first.evidence.own.better, "higher");
    const { mean, low, high } = first.evidence.own.difference;
    assert.ok(low < mean && mean < high && mean > 0, `${low} ${mean} ${high}: better than a guess`);
    assert.ok(first.evidence.challengerMetrics["own:f1-score"]! > 0.7);
    await deployVersion(deps, await getCycle(deps.sql, first.cycleId), {
      challenger: first.challenger,
      why: "better",
    });

    await endCycle(deps.sql, first.cycleId, "deployed");

    const trends = await readTrends(deps.sql, { model: "buyers", metric: "own:f1-score" });
    const [{ value, improvement }] = trends.cycles;
    assert.deepEqual([trends.metric, value], [
      "own:f1-score",
      first.evidence.challengerMetrics["own:f1-score"],
    ]);
    assert.equal(improvement?.loss, "logLoss");
    assert.match(
      trendsText(trends, painter({ env: {}, isTerminal: false, columns: 100 })),
      /f1 score over time/,
    );
  }, judgedBy({ primaryMetric: "own:f1-score" })));
