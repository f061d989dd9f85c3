import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createImpactActivities } from "../../activities/impact/mod.ts";
import { saveConfig } from "../../src/db/config/config_versions.ts";
import { endCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { listImpacts, type StoredImpact } from "../../src/db/cycles/impacts.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { addVersion, getVersion } from "../../src/db/models/versions.ts";
import { ImpactEvidence } from "../../src/impact/impact_evidence.ts";
import { FEATURE_GROUPS } from "../../src/impact/groups.ts";
import { reportOf } from "../../src/impact/report.ts";
import { openValue } from "../../src/registry/sealed.ts";
import { readImpact } from "../../src/app/reports/impact.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { tinyArtefact } from "../serving/artefact.ts";
import { DEPLOYED_MS, inObservedShop } from "./observed_shop.ts";

const iso = (days: number) => new Date(DEPLOYED_MS + days * DAY_MS).toISOString();

const measure = (deps: ActivityDeps, days: number) =>
  createImpactActivities(deps).measureImpact({ model: "churn", asOf: iso(days) });

/** Version 1 goes by recency and replaced a guess; version 2, from a second cycle, says one half of everyone. */
async function deployTwo({ sql, store }: ActivityDeps): Promise<void> {
  const move = { model: "churn", kind: "deploy" as const, by: "a cycle", why: "better" };
  const [first, second] = [1, 2].map((number) => `retrainer/churn/cycle/${number}`);
  await moveServing(sql, { ...move, version: 1, expected: null, key: first, asOf: iso(0) });
  await endCycle(sql, first, "deployed");
  await openCycle(sql, {
    id: second,
    model: "churn",
    number: 2,
    runId: "r",
    trigger: "interval",
    requestedBy: null,
    asOf: iso(14),
    reasons: [],
    champion: 1,
  });
  await sql`update cycles set evidence = (select evidence || '{"against": "champion"}' from cycles where id = ${first}),
    snapshot_id = 's1' where id = ${second}`;
  const artefactSha256 = await store.put(tinyArtefact(5));
  const { manifest } = await getVersion(sql, "churn", 1);
  const tested = { ...manifest.tested, sha256: artefactSha256 };
  await addVersion(sql, { manifest: { ...manifest, cycleId: second, tested }, artefactSha256 });
  await moveServing(sql, { ...move, version: 2, expected: 1, key: second, asOf: iso(14) });
  await endCycle(sql, second, "deployed");
}

const found = async ({ sql }: ActivityDeps) => {
  const impacts = await listImpacts(sql, "churn");
  return (cycle: number, stage: string): StoredImpact =>
    impacts.find((i) => i.cycleId.endsWith(`/${cycle}`) && i.stage === stage)!;
};

Deno.test("measureImpact() measures each deployment on its validation, and on outcomes once they are complete", () =>
  inObservedShop(async (deps) => {
    await deployTwo(deps);
    assert.deepEqual(await measure(deps, 14), { measured: 2 });
    assert.deepEqual(await measure(deps, 27.9), { measured: 0 });
    assert.deepEqual(await measure(deps, 28), { measured: 1 });
    assert.deepEqual(await measure(deps, 42), { measured: 1 });
    const of = await found(deps);
    const [first, second] = [of(1, "validation"), of(2, "outcomes")];
    assert.deepEqual([first.against, second.against], [null, 1]);
    assert.ok(first.report!.difference.high < 0, "recency beats a guess");
    assert.ok(second.report!.difference.low > 0, "one half of everyone does not beat recency");
    assert.deepEqual(second.report!.cutoffs.map((c) => c.cutoff), [iso(14)]);
    assert.equal(second.report!.cutoffs[0].population, second.report!.difference.n);
  }));

Deno.test("measureImpact() finds the features that a new model leans on, and what it leans on no more", () =>
  inObservedShop(async (deps) => {
    await deployTwo(deps);
    await measure(deps, 14);
    const of = await found(deps);
    const [first, second] = [1, 2].map((cycle) => of(cycle, "validation").report!.groups);
    assert.equal(first.length, Object.keys(FEATURE_GROUPS).length);
    assert.equal(first[0].group, "recency");
    assert.ok(first[0].difference.low > 0 && first[0].before === 0);
    assert.deepEqual([second[0].group, second[0].after], ["recency", 0]);
    assert.ok(second[0].difference.high < 0);
    for (const { difference } of first.slice(1)) assert.equal(difference.mean, 0);
  }));

Deno.test("measureImpact() keeps what it measured first, with evidence that gives the same report again", () =>
  inObservedShop(async (deps) => {
    await deployTwo(deps);
    await Promise.all([1, 2].map(() => measure(deps, 42))); // two at once, as after a lost answer
    const before = await listImpacts(deps.sql, "churn");
    assert.equal(before.length, 4);
    await deps.sql`update model_versions set artefact_sha256 = 'gone'`;
    assert.deepEqual(await measure(deps, 60), { measured: 0 });
    assert.deepEqual(await listImpacts(deps.sql, "churn"), before);
    for (const { report, evidenceSha256 } of before) {
      const evidence = ImpactEvidence.parse(await openValue(deps.store, evidenceSha256!));
      assert.deepEqual(reportOf(evidence), report);
    }
  }));

Deno.test("measureImpact() says why it cannot, once, when the rows or a model are gone", () =>
  inObservedShop(async (deps) => {
    await deployTwo(deps);
    await deps.store.remove((await getVersion(deps.sql, "churn", 1)).artefactSha256);
    assert.deepEqual(await measure(deps, 42), { measured: 4 });
    assert.deepEqual(await measure(deps, 42), { measured: 0 });
    const of = await found(deps);
    assert.match(of(1, "validation").unmeasured!, /rows of its validation, or the model/);
    assert.match(of(1, "outcomes").unmeasured!, /file of version 1 is not kept/);
    assert.match(of(2, "outcomes").unmeasured!, /file of version 1 is not kept/);
  }));

Deno.test("readImpact() tells money of cycles that ended before economics were stated, as far as evidence is kept", () =>
  inObservedShop(async (deps) => {
    await deployTwo(deps);
    await measure(deps, 42);
    const { sql, store, models } = deps;
    const clock = () => DEPLOYED_MS + 42 * DAY_MS;
    const read = () =>
      readImpact({ sql, clock, models, open: (hash) => openValue(store, hash) }, { model: "churn" });
    const unstated = await read();
    assert.deepEqual([unstated.economics.stated, unstated.cycles.map((c) => c.outcomes.uplift)], [false, [
      null,
      null,
    ]]);
    const stated = {
      kept_customer_value: 40,
      offer_success: 0.2,
      contact_cost: 4,
      contact_budget: 80,
      currency: "EUR",
    };
    await saveConfig(sql, {
      config: RetrainingConfig.parse(stated),
      after: 0,
      by: "ann",
      why: "our numbers",
    });
    const impact = await read();
    const [second, first] = impact.cycles;
    assert.deepEqual([second.version, second.against, first.against, impact.currency], [2, 1, null, "EUR"]);
    assert.ok(second.outcomes.uplift!.amount < 0 && second.outcomes.uplift!.differing > 20);
    assert.equal(impact.total.measured.gain!.amount, second.measured.gain!.amount);
    assert.deepEqual([second.horizonsServed, first.horizonsServed], [1, 0.5]);
    assert.ok(second.outcomes.contacted!.after <= 80 / second.outcomes.population! + 1e-9);
    assert.equal(impact.total.cost, null);
    await store.remove((await listImpacts(sql, "churn")).find((i) => i.version === 2)!.evidenceSha256!);
    const [{ validation, outcomes }] = (await read()).cycles;
    assert.match([validation, outcomes].map(({ text }) => text).join(), /Cannot use artefact/);
  }));
