import assert from "node:assert/strict";
import { saveImpact } from "../../../src/db/cycles/impacts.ts";
import { NotFoundError } from "../../../src/core/errors.ts";
import { reportOf } from "../../../src/impact/report.ts";
import { atGate, differing, inRollout, onOutcomes } from "../../../src/app/reports/compare.ts";
import { readComparison, readLineage } from "../../../src/dashboard/reads/compare.ts";
import { withDatabase } from "../../db/database.ts";
import { makeFixture, NOW_MS } from "../../dashboard/fixture.ts";
import { insertFixture } from "../../dashboard/rows.ts";
import { evidenceOf } from "../../impact/rows.ts";

const fixture = makeFixture();
const judged = fixture.cycles.find((c) =>
  c.model === "churn" && c.outcome === "deployed" && c.champion !== null
)!;
const pair = { a: judged.champion!, b: judged.challenger! };

Deno.test("atGate() tells b less a, whichever of the two challenged the other", () => {
  const as = atGate(pair, judged)!;
  const turned = atGate({ a: pair.b, b: pair.a }, judged)!;
  const { difference, championLoss, challengerLoss } = judged.evidence!;
  assert.deepEqual(as.difference, { mean: difference.mean, low: difference.low, high: difference.high });
  assert.deepEqual([as.loss.a, as.loss.b], [championLoss, challengerLoss]);
  assert.deepEqual([turned.loss.a, turned.loss.b], [challengerLoss, championLoss]);
  assert.deepEqual([turned.difference.low, turned.difference.high], [-difference.high, -difference.low]);
  assert.equal(atGate({ a: pair.a, b: 999 }, judged), null, "it compared others");
  const endless = { ...judged.evidence!, difference: { ...difference, low: -Infinity } };
  assert.equal(atGate({ a: pair.b, b: pair.a }, { ...judged, evidence: endless })!.difference.high, null);
});

Deno.test("onOutcomes() takes outcomes only, of these two only", () => {
  const impact = {
    cycleId: "c",
    stage: "outcomes" as const,
    model: "churn",
    version: 4,
    against: 3,
    report: reportOf(evidenceOf()),
    unmeasured: null,
    evidenceSha256: "e",
    codeVersion: "c",
  };
  assert.ok(onOutcomes({ a: 3, b: 4 }, impact)!.difference.high! < 0);
  assert.ok(onOutcomes({ a: 4, b: 3 }, impact)!.difference.low! > 0);
  assert.equal(onOutcomes({ a: 3, b: 5 }, impact), null);
  assert.equal(onOutcomes({ a: 3, b: 4 }, { ...impact, stage: "validation" }), null);
});

Deno.test("inRollout() tells nothing where no shopper's outcome is in", () => {
  const told = (n: number) =>
    inRollout({ a: 1, b: 2 }, {
      rollout: { id: "rollout/churn/v2", champion: 1 },
      look: {
        asOf: "2024-01-01T00:00:00.000Z",
        differences: [{ version: 2, n, mean: -1, low: -2, high: 3 }],
      },
      loss: "logLoss",
    });
  assert.equal(told(0), null);
  assert.deepEqual(told(7)!.difference, { mean: -1, low: -2, high: 3 });
  assert.equal(told(7)!.confidence, null);
});

Deno.test("differing() names what differs by its path, a list as a whole", () => {
  const recipe = { recipe: { name: "deep", hidden: [32, 16] }, penalties: { class: 300 } };
  assert.deepEqual(differing(recipe, recipe), []);
  assert.deepEqual(differing(recipe, { recipe: { name: "linear", hidden: [32] }, epochs: null }), [
    { name: "recipe.name", a: "deep", b: "linear" },
    { name: "recipe.hidden", a: "32, 16", b: "32" },
    { name: "penalties.class", a: "300", b: null },
    { name: "epochs", a: null, b: "null" },
  ]);
});

Deno.test("readComparison() finds where both scored the same rows, outcomes before the gate; readLineage() whence each came", () =>
  withDatabase(async (sql) => {
    await insertFixture(sql, fixture, { nextCheckAt: new Date(NOW_MS).toISOString() });
    await saveImpact(sql, {
      cycleId: judged.id,
      stage: "outcomes",
      model: "churn",
      version: pair.b,
      against: pair.a,
      report: reportOf(evidenceOf()),
      unmeasured: null,
      evidenceSha256: "e",
      codeVersion: "c",
    });
    const deps = { sql, models: new Map([["churn", { primaryMetric: "accuracy", loss: "logLoss" }]]) };
    const view = (await readComparison(deps, { model: "churn", ...pair }))!;
    assert.deepEqual(view.paired.map((p) => p.on), ["outcomes", "gate"]);
    assert.deepEqual([view.a.version.version, view.b.cycle!.id], [pair.a, judged.id]);
    assert.ok(view.b.gate!.accuracy!.low < view.b.version.manifest.metrics.accuracy!);
    assert.deepEqual(view.b.live.map((l) => [l.metric, l.looked]), [["accuracy", null], ["logLoss", null]]);
    assert.equal(view.a.config.version, 0);
    assert.equal(await readComparison(deps, { model: "nobody", ...pair }), null);
    await assert.rejects(() => readComparison(deps, { model: "churn", a: 1, b: 999 }), NotFoundError);
    const lineage = await readLineage(sql, "churn");
    const made = fixture.cycles.filter((c) => c.model === "churn" && c.challenger !== null);
    assert.deepEqual(lineage.map((d) => d.version), made.map((c) => c.challenger).toReversed());
    assert.deepEqual(lineage.find((d) => d.version === pair.b)!.parent, pair.a);
    assert.equal(lineage.at(-1)!.change, null, "the first was compared with a guess");
  }));
