/** A model of several classes, from its training to its outcomes: each step says and keeps a probability of each class. */
import assert from "node:assert/strict";
import { MockActivityEnvironment } from "@temporalio/testing";
import { deployVersion } from "../../activities/deploy.ts";
import { importanceOf } from "../../activities/observe/importance.ts";
import { meetOutcomes, scorePopulation } from "../../activities/observe/outcomes.ts";
import { observePerformance } from "../../activities/observe/performance.ts";
import { feedStreams } from "../../activities/observe/streams.ts";
import { validationEvidence } from "../../activities/impact/impact_evidence.ts";
import { buildFeatures } from "../../src/app/features/blocks.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { reportOf } from "../../src/impact/report.ts";
import { PerformanceReport } from "../../src/performance/report.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { AS_OF_MS, cycle, EARLIER_MS, inShop, modelWith, newestStars, settings } from "./weekly_shop.ts";

const NAMES = ["none", "cross", "glad"];

/** Whether a shopper buys within the week, and with how many stars they review in it. */
const model = modelWith({
  name: "buyers",
  kind: "classes",
  classes: NAMES,
  unit: "class",
  primaryMetric: "accuracy",
  metrics: ["accuracy", "logLoss", "macroRecall"],
  ownFeatures: [newestStars(1)],
  label(future) {
    if (!future.some((day) => day.purchases > 0)) return "none";
    const stars = future.flatMap((day) => day.own ?? []).map(({ fields }) => fields.stars ?? 0);
    return stars.some((given) => given >= 3) ? "glad" : "cross";
  },
});

const config = configOf(RetrainingConfig.parse(settings), "buyers");
const run = <O>(work: () => Promise<O>) => new MockActivityEnvironment().run(work as never) as Promise<O>;

Deno.test("several classes are trained, proven, served and watched, and their shares are told", () =>
  inShop(async (deps) => {
    const { sql, store, clock, models } = deps;
    const { cycleId, challenger, evidence } = await cycle(deps, 1, EARLIER_MS);
    const { manifest } = challenger;
    assert.deepEqual([manifest.classes, manifest.baseline], [NAMES, 0]);
    assert.ok(Math.abs(manifest.shares!.reduce((a, b) => a + b) - 1) < 1e-9 && manifest.shares![0] > 0.4);
    assert.ok(evidence.challengerLoss < evidence.championLoss, "better than the shares of the classes");
    assert.ok(evidence.segments.length > 0);
    assert.ok(evidence.challengerMetrics.macroRecall! > 0.4);
    await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why: "better" });

    const predictor = createPredictor({ sql, store, clock, models });
    const { users } = await buildFeatures(sql, protocolOf(model, config), EARLIER_MS);
    const { predictions } = await predictor.predict({ model: "buyers", users, asOfMs: EARLIER_MS });
    for (const { prediction, class: name, probabilities } of predictions) {
      const shares = Object.values(probabilities!);
      assert.deepEqual(Object.keys(probabilities!), NAMES);
      assert.equal(name, NAMES[shares.indexOf(Math.max(...shares))]);
      assert.equal(NAMES[prediction!], name);
      assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-5);
    }
    const rows = await sql`select prediction, probabilities from predictions where source = 'api'`;
    assert.equal(rows.length, users.length);
    assert.ok(rows.every((row) => row.probabilities.length === 3));

    for (let ms = EARLIER_MS; ms < AS_OF_MS; ms += 7 * DAY_MS) {
      assert.equal((await scorePopulation(deps, { model: "buyers", version: 1, asOfMs: ms })).rows, 100);
    }
    assert.ok((await meetOutcomes(deps, { model: "buyers", asOfMs: AS_OF_MS })).met > 300);
    assert.ok((await feedStreams(deps, { model: "buyers", version: 1, asOfMs: AS_OF_MS })).read > 0);
    const looked = await run(() =>
      observePerformance(deps, { model: "buyers", version: 1, key: "now", asOfMs: AS_OF_MS })
    );
    const report = PerformanceReport.parse(looked.report);
    assert.ok(report.measured!.metrics.every(({ low, value, high }) => low! < value && value < high!));
    assert.notEqual(report.answer, "fell");
    assert.equal(report.estimated, null);
    const shares = (of: "cameTrue" | "predicted") => report.classes!.reduce((sum, c) => sum + c[of]!, 0);
    assert.ok(Math.abs(shares("cameTrue") - 1) < 1e-9 && Math.abs(shares("predicted") - 1) < 1e-9);
    assert.deepEqual(report.classes!.map(({ name }) => name), NAMES);
    assert.ok(report.classes![0].recall! > 0.7, "who gave few stars buys nothing");
    assert.ok(report.measured!.calibration.length > 0);

    const importance = await importanceOf(deps, { model: "buyers", version: 1 });
    assert.ok(importance.newest_stars > 0.1, `the stars matter: ${importance.newest_stars}`);
    const impact = await validationEvidence(deps, { model: "buyers", version: 1, cycleId });
    assert.ok(typeof impact !== "string");
    const told = reportOf(impact);
    assert.ok(Math.abs(told.after - evidence.challengerLoss) < 1e-6 && told.difference.high < 0);
  }, model));

Deno.test("another list of classes is another question: the version of the old one answers nothing", () =>
  inShop(async (deps) => {
    const { sql, store, clock, models } = deps;
    const { cycleId, challenger } = await cycle(deps, 1, EARLIER_MS);
    await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why: "better" });
    models.set("buyers", modelWith({ ...model, classes: ["none", "glad", "cross"] }));
    const { users } = await buildFeatures(sql, protocolOf(model, config), EARLIER_MS);
    const anew = createPredictor({ sql, store, clock, models });
    const { predictions } = await anew.predict({ model: "buyers", users, asOfMs: EARLIER_MS });
    assert.ok(predictions.every(({ arm, class: name }) => arm === "baseline" && name === "none"));
    const second = await cycle(deps, 2, AS_OF_MS);
    assert.equal(second.evidence.against, "baseline");
    assert.deepEqual(second.challenger.manifest.classes, ["none", "glad", "cross"]);
  }, model));
