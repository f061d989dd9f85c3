/** A model with features and events of its own: read, trained on, proven, served, watched, and defined anew. */
import assert from "node:assert/strict";
import { deployVersion } from "../../activities/deploy.ts";
import { createObserveActivities } from "../../activities/observe/mod.ts";
import { observeDrift } from "../../activities/observe/drift.ts";
import { buildFeatures } from "../../src/app/features/blocks.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { versionOfCycle } from "../../src/db/models/versions.ts";
import { compareWindows } from "../../src/drift/windows.ts";
import { DriftReport } from "../../src/drift/report.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { readMonitoringView } from "../../src/dashboard/reads/monitoring.ts";
import { loadScorer } from "../../src/training/scorer.ts";

import { AS_OF_MS, cycle, EARLIER_MS, inShop, modelWith, newestStars, settings } from "./weekly_shop.ts";

Deno.test("own features are trained on and served as trained, and another definition of them serves no more", () =>
  inShop(async (deps) => {
    const { sql, models, store, clock } = deps;
    const first = await cycle(deps, 1, EARLIER_MS);
    const { auc } = first.evidence.challengerMetrics;
    assert.ok(auc! > 0.8, `the stars tell who buys: AUC ${auc}`);
    await deployVersion(deps, await getCycle(sql, first.cycleId), {
      challenger: first.challenger,
      why: "better",
    });

    const predictor = createPredictor({ sql, store, clock, models });
    const protocol = protocolOf(models.get("buyers")!, configOf(RetrainingConfig.parse(settings), "buyers"));
    const { users, features, width, own } = await buildFeatures(sql, protocol, EARLIER_MS);
    assert.deepEqual([width, own], [FEATURES.length + 1, ["newest_stars"]]);
    const scorer = loadScorer(await store.get(first.challenger.artefactSha256));
    const ask = async () => await predictor.predict({ model: "buyers", users, asOfMs: EARLIER_MS });
    const served = await ask();
    assert.equal(served.version, 1);
    assert.deepEqual(
      served.predictions.map(({ prediction }) => Math.fround(prediction!)),
      [...scorer.predictPacked(features, users.length)],
    );

    models.set("buyers", modelWith({ ownFeatures: [newestStars(2)] }));
    const anew = createPredictor({ sql, store, clock, models });
    const guess = await anew.predict({ model: "buyers", users, asOfMs: EARLIER_MS });
    assert.ok(guess.predictions.every(({ arm }) => arm === "baseline"), "version 1 knows other features");
    const second = await cycle(deps, 2, AS_OF_MS);
    assert.equal(second.evidence.against, "baseline");
    assert.notEqual(second.challenger.manifest.featureHash, first.challenger.manifest.featureHash);
  }));

Deno.test("without the feature the same model cannot tell who buys", () =>
  inShop(async (deps) => {
    deps.models.set("buyers", modelWith({}));
    await assert.rejects(cycle(deps, 1, EARLIER_MS), /reject|inconclusive|'promote'/);
    const challenger = (await versionOfCycle(deps.sql, "retrainer/buyers/cycle/1"))!;
    assert.ok(challenger.manifest.metrics.auc! < 0.7, `AUC ${challenger.manifest.metrics.auc}`);
  }));

Deno.test("own features are watched for drift, and the page shows them under their label", () =>
  inShop(async (deps) => {
    const { cycleId, challenger } = await cycle(deps, 1, EARLIER_MS);
    await deployVersion(deps, await getCycle(deps.sql, cycleId), { challenger, why: "better" });
    const driftWorkers = {
      compareWindows: (...args: Parameters<typeof compareWindows>) =>
        Promise.resolve(compareWindows(...args)),
    };
    const observing = { ...deps, driftWorkers: driftWorkers as never };
    const look = { model: "buyers", version: 1, key: "now", asOfMs: AS_OF_MS };
    const { report } = await observeDrift(observing, look);
    const shift = DriftReport.parse(report).features.find(({ feature }) => feature === "newest_stars");
    assert.ok(shift && shift.importance! > 0.1, `the stars matter: ${shift?.importance}`);
    const view = await readMonitoringView({ ...deps, log: () => undefined } as never, { model: "buyers" });
    assert.deepEqual(view!.labels, { newest_stars: "stars of the newest review" });
    assert.ok(view!.shapes!.newest_stars);

    const stars = newestStars(2);
    let fails = false;
    const of: typeof stars.of = (seen) => fails ? JSON.parse("no stars") : stars.of(seen);
    deps.models.set("buyers", modelWith({ ownFeatures: [{ ...stars, of }] }));
    fails = true;
    const { observeModel, observeEvents } = createObserveActivities(observing);
    const asOf = new Date(AS_OF_MS).toISOString();
    const { text, observations, alarm } = await observeModel({ model: "buyers", asOf });
    assert.match(text, /^Cannot compute the feature "newest_stars": /, "the monitor goes on to other models");
    assert.deepEqual([observations, alarm], [[], null]);
    assert.equal((await observeEvents({ asOf })).observations.length, 1);
  }));
