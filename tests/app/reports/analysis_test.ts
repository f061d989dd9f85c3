import assert from "node:assert/strict";
import { DamagedArtefactError } from "../../../src/core/errors.ts";
import { gaussian, seededRandom } from "../../../src/core/random.ts";
import type { AnalysedRow } from "../../../src/db/cycles/analysed_cycles.ts";
import { saveImpact } from "../../../src/db/cycles/impacts.ts";
import {
  analysedCycle,
  type Change,
  frequencyOf,
  spread,
  together,
} from "../../../src/app/reports/analysis.ts";
import { readAnalysis } from "../../../src/dashboard/reads/analysis.ts";
import { reportOf } from "../../../src/impact/report.ts";
import { bundledModels } from "../../support/models.ts";
import { withDatabase } from "../../db/database.ts";
import { makeFixture, NOW_MS } from "../../dashboard/fixture.ts";
import { insertFixture } from "../../dashboard/rows.ts";
import { evidenceOf } from "../../impact/rows.ts";

const change = (mean: number, half: number | null, n = 100): Change => ({
  mean,
  n,
  confidence: 0.9,
  low: half === null ? null : mean - half,
  high: half === null ? null : mean + half,
});

Deno.test("together() averages changes and their ends, and knows no end where one of them has none", () => {
  const found = together([change(-0.25, 0.125), change(0.75, 0.375, 50)])!;
  assert.deepEqual(found, { mean: 0.25, low: 0, high: 0.5, n: 150, confidence: 0.9, changes: 2 });
  assert.deepEqual([together([change(1, 1), change(1, null)])!.low, together([])], [null, null]);
});

for (const shared of [0, 0.5, 1]) {
  Deno.test(`together() holds the truth as often as it says, when changes share ${shared} of their error`, () => {
    const draw = gaussian(seededRandom(11));
    const runs = 4000;
    const sizes = [0.5, 1, 1, 2, 4];
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const common = draw();
      const { low, high } = together(
        sizes.map((se) =>
          change(3 + se * (Math.sqrt(shared) * common + Math.sqrt(1 - shared) * draw()), 1.6449 * se)
        ),
      )!;
      if (low! <= 3 && 3 <= high!) held++;
    }
    assert.ok(held / runs > 0.885, `${held} of ${runs}`);
    if (shared === 1) assert.ok(held / runs < 0.915, "no wider than it has to be where all err alike");
  });
}

Deno.test("frequencyOf() counts by day, week or month, by trigger and by how cycles ended", () => {
  const cycle = (asOf: string, outcome: AnalysedRow["outcome"] = "deployed") => ({
    asOf: `${asOf}T12:00:00.000Z`,
    outcome,
    trigger: "interval" as const,
  });
  const { unit, bars, days } = frequencyOf([cycle("2024-03-01"), cycle("2024-03-03"), cycle("2024-03-03")]);
  assert.deepEqual([unit, bars.map((b) => b.cycles), days], ["day", [1, 2], {
    n: 2,
    median: 1,
    least: 0,
    most: 2,
  }]);
  const weeks = frequencyOf([cycle("2024-03-03"), cycle("2024-03-04", "failed"), cycle("2024-06-01")]);
  assert.deepEqual(weeks.bars.map((b) => [b.from.slice(0, 10), b.outcome]), [
    ["2024-02-26", "deployed"],
    ["2024-03-04", "failed"],
    ["2024-05-27", "deployed"],
  ]);
  const months = frequencyOf([cycle("2023-12-31"), cycle("2024-11-30")]);
  assert.deepEqual([months.unit, months.bars[0].until], ["month", "2024-01-01T00:00:00.000Z"]);
  assert.deepEqual(frequencyOf([cycle("2024-03-01")]).days, null);
  assert.deepEqual(frequencyOf([]), { unit: "day", bars: [], days: null });
});

Deno.test("spread() takes the middle of an even number between two", () =>
  assert.deepEqual(spread([4, 1, 3, 2]), { n: 4, median: 2.5, least: 1, most: 4 }));

Deno.test("analysedCycle() leaves out what a person took to approve, and what was compared with a guess", () => {
  const at = (s: number) => new Date(s * 1000).toISOString();
  const row: AnalysedRow = {
    id: "c",
    number: 1,
    trigger: "force",
    asOf: at(0),
    outcome: "deployed",
    champion: null,
    challenger: 1,
    rows: 10,
    reasons: [],
    calledAt: at(0),
    deployedAt: null,
    stages: [
      { stage: "train", startedAt: at(0), endedAt: at(30) },
      { stage: "approve", startedAt: at(30), endedAt: at(9999) },
      { stage: "deploy", startedAt: at(9999), endedAt: at(10_005) },
      { stage: "report", startedAt: at(10_005), endedAt: null },
    ],
    compared: {
      loss: "logLoss",
      against: "baseline",
      championLoss: 0.5,
      margin: 0.01,
      difference: { mean: -0.1, low: -0.2, high: Infinity, n: 7, clusters: 7, confidence: 0.9 },
    },
  };
  const found = analysedCycle(row, { machine_hour_cost: 100, cycle_person_cost: 2 });
  assert.deepEqual([found.seconds, found.secondsTotal, found.cost], [{ train: 30, deploy: 6 }, 36, 3]);
  assert.deepEqual([found.change, found.because], [null, "force"]);
  const against = { ...row, compared: { ...row.compared!, against: "champion" as const } };
  const { change } = analysedCycle(against, { machine_hour_cost: null, cycle_person_cost: 2 });
  assert.deepEqual([change!.mean, change!.low, change!.high, change!.n], [-0.2, -0.4, null, 7]);
});

Deno.test("readAnalysis() reads what is stored, also before anything ended", () =>
  withDatabase(async (sql) => {
    const open = () => Promise.reject(new DamagedArtefactError("e", "it is gone"));
    const deps = { sql, clock: () => NOW_MS, models: bundledModels(), open };
    assert.equal(await readAnalysis(deps, { model: "nobody" }), null);
    const before = (await readAnalysis(deps, { model: "churn" }))!;
    assert.deepEqual([before.cycles, before.gate.all, before.toDeployment], [[], null, null]);
    const fixture = makeFixture();
    await insertFixture(sql, fixture, { nextCheckAt: new Date(NOW_MS).toISOString() });
    const own = fixture.cycles.filter((c) => c.model === "churn" && c.endedAt !== null);
    const brought = own.findLast((c) => c.outcome === "deployed")!;
    await saveImpact(sql, {
      cycleId: brought.id,
      stage: "outcomes",
      model: "churn",
      version: brought.challenger!,
      against: brought.champion,
      report: reportOf(evidenceOf()),
      unmeasured: null,
      evidenceSha256: "e",
      codeVersion: "c",
    });
    const view = (await readAnalysis(deps, { model: "churn" }))!;
    assert.deepEqual(view.cycles.map((c) => c.number), own.map((c) => c.number));
    assert.equal(view.toDeployment!.n, own.filter((c) => /deployed|rolled back/.test(c.outcome!)).length);
    assert.equal(view.toDeployment!.median, 6, "from its check to its move");
    assert.deepEqual(view.brief.map((b) => [b.model, b.cycles, b.since?.changes]), [
      ["churn", own.length, 1],
      ["spending", 20, undefined],
    ]);
    assert.ok(view.brief[0].since!.high! < 0);
  }));
