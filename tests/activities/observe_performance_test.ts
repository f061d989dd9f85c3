import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { importanceOf } from "../../activities/observe/importance.ts";
import { meetOutcomes, scorePopulation } from "../../activities/observe/outcomes.ts";
import { observePerformance } from "../../activities/observe/performance.ts";
import { feedStreams } from "../../activities/observe/streams.ts";
import { saveConfig } from "../../src/db/config/config_versions.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { streamSummaries } from "../../src/db/monitoring/streams.ts";
import { savePredictions } from "../../src/db/models/predictions.ts";
import { STREAM_DETECTORS } from "../../src/drift/stream/mod.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { PerformanceReport } from "../../src/performance/report.ts";
import type { PerformanceEvidence } from "../../src/performance/performance_evidence.ts";
import { judgePerformance } from "../../src/performance/judge_performance.ts";
import { openValue } from "../../src/registry/sealed.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { deployment } from "../db/models_support.ts";
import { DEPLOYED_MS, inObservedShop } from "./observed_shop.ts";

const at = (day: number) => DEPLOYED_MS + day * DAY_MS;
const iso = (day: number) => new Date(at(day)).toISOString();
const churn = { model: "churn", version: 1 };

/** What the monitor does at one moment. */
async function look(deps: ActivityDeps, day: number) {
  const asOfMs = at(day);
  await meetOutcomes(deps, { model: "churn", asOfMs });
  await scorePopulation(deps, { ...churn, asOfMs });
  const streams = await feedStreams(deps, { ...churn, asOfMs });
  const observation = await observePerformance(deps, { ...churn, key: iso(day), asOfMs });
  return { streams, observation, report: PerformanceReport.parse(observation.report) };
}

const stored = async ({ sql }: ActivityDeps) =>
  await sql`select user_key, as_of, prediction, horizon_days, segment, source, outcome, met_at from predictions order by id`;

Deno.test("scorePopulation() stores each shopper of the day once, with horizon and segment", () =>
  inObservedShop(async (deps) => {
    const { rows } = await scorePopulation(deps, { ...churn, asOfMs: at(0.4) });
    assert.ok(rows > 200, `${rows}`);
    assert.deepEqual(await scorePopulation(deps, { ...churn, asOfMs: at(0.9) }), { rows });
    const found = await stored(deps);
    assert.equal(found.length, rows);
    assert.ok(found.every((p) => p.asOf === iso(0) && p.horizonDays === 28 && p.source === "monitor"));
    assert.ok(found.every((p) => p.prediction >= 0.1 && p.prediction <= 1 && p.outcome === null));
    assert.ok(new Set(found.map((p) => p.segment)).size >= 2);
  }));

Deno.test("scorePopulation() takes a sample of about the size asked for, the same when it is tried again", () =>
  inObservedShop(async (deps) => {
    const wanted = RetrainingConfig.parse({ monitor_sample: 60 });
    await saveConfig(deps.sql, { config: wanted, after: 0, by: "a test", why: "a small sample" });
    const { rows } = await scorePopulation(deps, { ...churn, asOfMs: at(0) });
    assert.ok(rows > 35 && rows < 90, `${rows}`);
    const first = await stored(deps);
    await deps.sql`delete from predictions`;
    await scorePopulation(deps, { ...churn, asOfMs: at(0) });
    assert.deepEqual(await stored(deps), first);
  }));

Deno.test("scorePopulation() stores nothing, when the version's file is gone", () =>
  inObservedShop(async (deps) => {
    await deps.sql`update model_versions set artefact_sha256 = ${"0".repeat(64)}`;
    assert.deepEqual(await scorePopulation(deps, { ...churn, asOfMs: at(0) }), { rows: 0 });
  }));

Deno.test("meetOutcomes() waits for the whole horizon, divides days, and never looks past its moment", () =>
  inObservedShop(async (deps) => {
    const [early, both, late, end] = ["early", "both", "late", "end"].map((name) => pseudonym(name));
    await insertEvents(deps.sql, [
      event({ userKey: early, atMs: at(0.2) }), // before the prediction, on its day
      event({ userKey: both, atMs: at(0.2) }),
      event({ userKey: both, atMs: at(0.8) }),
      event({ userKey: late, atMs: at(28.6) }), // on the last day, after the horizon
      event({ userKey: end, atMs: at(28.4) }),
    ]);
    const predictions = [early, both, late, end].map((userKey) => ({ userKey, prediction: 0.5 }));
    const said = { model: "churn", fallback: false, featureHash: "f", asOf: iso(0.5), predictions };
    await savePredictions(deps.sql, { ...said, version: 1, horizonDays: 28 });
    await savePredictions(deps.sql, { ...said, version: null, horizonDays: 28 });
    await savePredictions(deps.sql, { ...said, version: 1 }); // without a horizon: never joined
    assert.deepEqual(await meetOutcomes(deps, { model: "churn", asOfMs: at(28.5) - 1 }), { met: 0 });
    assert.deepEqual(await meetOutcomes(deps, { model: "churn", asOfMs: at(28.5) }), { met: 8 });
    assert.deepEqual(await meetOutcomes(deps, { model: "churn", asOfMs: at(40) }), { met: 0 });
    const found = await stored(deps);
    assert.deepEqual(found.map((p) => p.outcome), [1, 0, 1, 0, 1, 0, 1, 0, null, null, null, null]);
    assert.deepEqual([...new Set(found.map((p) => p.metAt))], [iso(28.5), null]);
  }));

Deno.test("meetOutcomes() gives the monitor's predictions the labels that training sees", () =>
  inObservedShop(async (deps) => {
    await scorePopulation(deps, { ...churn, asOfMs: at(-28) });
    await meetOutcomes(deps, { model: "churn", asOfMs: at(0) });
    const { report } = await look(deps, 0);
    const evidence = await evidenceOf(deps, (await look(deps, 0)).observation.evidenceSha256);
    const key = (
      of: { shopper: readonly number[]; outcome: readonly number[]; prediction: readonly number[] },
    ) => of.shopper.map((s, i) => `${s} ${of.outcome[i]} ${of.prediction[i].toFixed(5)}`).sort();
    assert.deepEqual(key(evidence.met), key(evidence.validated!)); // the cut-off it was validated on
    assert.equal(report.measured!.rows, evidence.validated!.outcome.length);
  }));

const evidenceOf = async ({ store }: ActivityDeps, sha256: string) =>
  await openValue(store, sha256) as PerformanceEvidence;

Deno.test("predict() stores the horizon and segment that outcomes need", () =>
  inObservedShop(async (deps) => {
    await moveServing(deps.sql, deployment(1, null));
    await createPredictor(deps).predict({ model: "churn", users: [pseudonym("shopper 0")], asOfMs: at(1.3) });
    const [said] = await stored(deps);
    assert.deepEqual([said.horizonDays, said.segment, said.source], [28, "6 or more baskets", "api"]);
    assert.deepEqual(await meetOutcomes(deps, { model: "churn", asOfMs: at(30) }), { met: 1 });
  }));

Deno.test("observePerformance() estimates first, measures when outcomes arrive, and scores what it estimated", () =>
  inObservedShop(async (deps) => {
    const { report: first } = await look(deps, 0);
    assert.deepEqual([first.answer, first.measured, first.outcomesNext], ["cannot tell yet", null, iso(28)]);
    const guess = first.estimated!.metrics.find(({ metric }) => metric === "logLoss")!;
    assert.ok(guess.low! < guess.value && guess.value < guess.high!);
    await look(deps, 14);
    const { report, observation } = await look(deps, 28);
    assert.deepEqual([report.measured!.rows, report.waiting > report.measured!.rows], [first.waiting, true]);
    assert.notEqual(report.answer, "fell");
    assert.ok(report.measured!.segments.length >= 2);
    assert.deepEqual(report.scored.map(({ asOf, metric }) => [asOf, metric]), [
      ...["accuracy", "auc", "logLoss", "brier"].map((metric) => [iso(0), metric]),
    ]);
    for (const { metric, estimated, actual, within, low, high } of report.scored) {
      assert.equal(actual, report.measured!.metrics.find((m) => m.metric === metric)!.value);
      assert.equal(within, actual >= low! && actual <= high!);
      assert.ok(Math.abs(estimated - actual) < 0.2, `${metric}: ${estimated}, ${actual}`);
    }
    const { report: later } = await look(deps, 42);
    assert.deepEqual(later.scored.map(({ asOf }) => asOf), [
      ...Array(4).fill(iso(14)),
      ...Array(4).fill(iso(0)),
    ]);
    const evidence = await evidenceOf(deps, observation.evidenceSha256);
    assert.deepEqual(judgePerformance(evidence), report); // explained again from what was stored
  }));

Deno.test("observePerformance() finds the look that its key made, and sees nothing that came later", () =>
  inObservedShop(async (deps) => {
    await look(deps, 0);
    const { observation } = await look(deps, 28);
    await look(deps, 56);
    assert.deepEqual((await look(deps, 28)).observation, observation);
    const again = await observePerformance(deps, { ...churn, key: "another", asOfMs: at(28) });
    const seenThen = ({ report: { streams: _, ...report } }: typeof again) => report; // streams go on, they do not go back
    assert.deepEqual(seenThen(again), seenThen(observation));
  }));

Deno.test('observePerformance() says "fell", and streams alarm, when shoppers change places', () =>
  inObservedShop(async (deps) => {
    for (const day of [0, 28, 56]) await look(deps, day);
    const { report } = await look(deps, 84);
    assert.equal(report.answer, "fell", report.text);
    assert.match(report.text, /Version 1 has degraded since its deployment, beyond chance: log loss/);
    assert.ok(
      report.streams.some(({ alarms, budgeted }) => budgeted && alarms > 0),
      JSON.stringify(report.streams),
    );
  }, { swapFromDay: 54 }));

Deno.test("observePerformance() cannot tell, when the rows of the validation are not kept any more", () =>
  inObservedShop(async (deps) => {
    await look(deps, 0);
    await deps.sql`delete from snapshots`;
    const { report } = await look(deps, 28);
    assert.match(report.text, /^Version 1: not enough data \(no rows to compare with\): log loss/);
  }));

Deno.test("feedStreams() reads each outcome once, of each shopper one a horizon, however often it is tried", () =>
  inObservedShop(async (deps) => {
    for (const day of [0, 7, 14, 21]) await scorePopulation(deps, { ...churn, asOfMs: at(day) });
    await meetOutcomes(deps, { model: "churn", asOfMs: at(40) });
    const fed = await feedStreams(deps, { ...churn, asOfMs: at(40) });
    const [{ shoppers }] = await deps.sql`select count(distinct user_key)::int as shoppers from predictions
      where outcome is not null`;
    assert.ok(fed.read >= shoppers && fed.read < 1.6 * shoppers, `${fed.read} of ${shoppers} shoppers`);
    assert.deepEqual(await feedStreams(deps, { ...churn, asOfMs: at(40) }), { read: 0, alarms: 0 });
    await meetOutcomes(deps, { model: "churn", asOfMs: at(60) });
    const [more, none] = await Promise.all([1, 2].map(() => feedStreams(deps, { ...churn, asOfMs: at(60) })));
    assert.equal(Math.min(more.read, none.read), 0); // at the same time: one feeds, the other finds them fed
    const summaries = await streamSummaries(deps.sql, { ...churn, madeByMs: at(60) });
    assert.deepEqual(
      summaries.map(({ detector }) => detector),
      STREAM_DETECTORS.map(({ name }) => name).sort(),
    );
    for (const { seen } of summaries) assert.equal(seen, fed.read + more.read + none.read);
  }));

Deno.test("feedStreams() in two parts comes to the same state as at once", () =>
  inObservedShop(async (deps) => {
    for (const day of [0, 7, 14, 21]) await scorePopulation(deps, { ...churn, asOfMs: at(day) });
    const states =
      async () => [...await deps.sql`select detector, seen, last_id, state from streams order by 1`];
    for (const day of [30, 60]) {
      await meetOutcomes(deps, { model: "churn", asOfMs: at(day) });
      await feedStreams(deps, { ...churn, asOfMs: at(day) });
    }
    const parts = await states();
    await deps.sql`delete from streams`;
    await deps.sql`delete from stream_alarms`;
    await feedStreams(deps, { ...churn, asOfMs: at(60) });
    const whole = await states();
    assert.deepEqual(
      whole.map(({ seen, lastId }) => [seen, lastId]),
      parts.map(({ seen, lastId }) => [seen, lastId]),
    );
  }));

Deno.test("importanceOf() finds the feature that decides, keeps what it found, and is quick", () =>
  inObservedShop(async (deps) => {
    const found = await importanceOf(deps, churn);
    assert.deepEqual(Object.keys(found).sort(), [...FEATURES].sort());
    const [most, next] = Object.entries(found).sort((a, b) => b[1] - a[1]);
    assert.equal(most[0], "recency");
    assert.ok(most[1] > 0.1 && Math.abs(next[1]) < 1e-12, `${most}, ${next}`);
    await deps.sql`update model_versions set artefact_sha256 = 'gone'`;
    assert.deepEqual(await importanceOf(deps, churn), found);
  }));

Deno.test("importanceOf() knows nothing, when the rows of the validation are not kept any more", () =>
  inObservedShop(async (deps) => {
    await deps.sql`delete from snapshots`;
    assert.deepEqual(await importanceOf(deps, churn), {});
  }));
