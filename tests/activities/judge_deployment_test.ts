import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { createDeployActivities } from "../../activities/deploy.ts";
import { championFindings } from "../../activities/champion.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import type { Database } from "../../src/db/connect.ts";
import { endCycle, getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { moveServing, servingHistory, servingVersion } from "../../src/db/models/serving.ts";
import { addVersion, getVersion } from "../../src/db/models/versions.ts";
import { featureBlock, labelBlock } from "../../src/app/features/blocks.ts";
import churn from "../../src/models/churn.ts";
import { type ArtefactStore, fileArtefacts } from "../../src/registry/artefacts.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { withDatabase } from "../db/database.ts";
import { aManifest } from "../db/models_support.ts";
import { tinyArtefact } from "../serving/artefact.ts";

const DEPLOYED_MS = Date.UTC(2024, 4, 1);
const config = configOf(RetrainingConfig.parse({}), "churn");
const cycleOf = (version: number) => `retrainer/churn/cycle/${version}`;

/** Scores artefacts as serving does; nothing here is trained. */
const trainer = {
  score: (artefact: Uint8Array, features: Float32Array, n: number) =>
    Promise.resolve(loadScorer(artefact).predictPacked(features, n)),
} as unknown as Trainer;

interface Shop {
  sql: Database;
  store: ArtefactStore;
  deps: Parameters<typeof createDeployActivities>[0];
  /** what is found out about the last deployment, this many days after it */
  driftWorkers(days: number): Promise<string>;
}

/** A shop whose 60 shoppers all came back; versions that say who stays away, in tenths, were deployed in turn. */
function inShop(tenths: readonly number[], work: (shop: Shop) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    const users = Array.from({ length: 60 }, (_, i) => pseudonym(`shopper ${i}`));
    await insertEvents(
      sql,
      users.flatMap((userKey) => [-5, 5].map((day) => event({ userKey, atMs: DEPLOYED_MS + day * DAY_MS }))),
    );
    for (const [i, p] of tenths.entries()) {
      await deploy(sql, store, { version: i + 1, bytes: tinyArtefact(p) });
    }
    const deps = {
      sql,
      store,
      trainer,
      models: new Map([["churn", churn]]),
      clock: () => DEPLOYED_MS,
      codeVersion: "c1",
    };
    const driftWorkers = async (days: number) => {
      const asOf = new Date(DEPLOYED_MS + days * DAY_MS).toISOString();
      return (await createDeployActivities(deps).judgeDeployment({ model: "churn", asOf })).text;
    };
    await work({ sql, store, deps, driftWorkers }).finally(() => Deno.remove(folder, { recursive: true }));
  });
}

async function deploy(
  sql: Database,
  store: ArtefactStore,
  { version, bytes }: { version: number; bytes: Uint8Array },
) {
  const cycleId = cycleOf(version);
  const asOf = new Date(DEPLOYED_MS).toISOString();
  const champion = version === 1 ? null : version - 1;
  await openCycle(sql, {
    id: cycleId,
    model: "churn",
    number: version,
    runId: "r",
    trigger: "interval",
    requestedBy: null,
    asOf,
    reasons: [],
    champion,
  });
  await addVersion(sql, { manifest: aManifest({ cycleId }), artefactSha256: await store.put(bytes) });
  const move = {
    model: "churn",
    version,
    expected: champion,
    kind: "deploy" as const,
    key: cycleId,
    by: cycleId,
  };
  await moveServing(sql, { ...move, why: "better", asOf });
  await endCycle(sql, cycleId, "deployed");
}

Deno.test("judgeDeployment() takes back, once, what did worse than the version it replaced", () =>
  inShop([1, 9], async ({ sql, driftWorkers }) => {
    assert.match(await driftWorkers(27), /pending/);
    assert.match(await driftWorkers(28), /Worse/);
    assert.equal(await servingVersion(sql, "churn"), 1);
    const { outcome, watch } = await getCycle(sql, cycleOf(2));
    assert.deepEqual([outcome, watch?.decision, watch?.against, watch?.difference?.n], [
      "rolled back",
      "rolled back",
      1,
      60,
    ]);
    assert.equal((await getVersion(sql, "churn", 2)).state, "rejected");
    assert.deepEqual((await listAlerts(sql)).map((a) => a.key), ["rollback/churn/2"]);
    assert.match(await driftWorkers(40), /nothing to judge/);
    const history = await servingHistory(sql, "churn");
    assert.equal(history.length, 3);
    assert.equal(history[0].asOf, new Date(DEPLOYED_MS + 28 * DAY_MS).toISOString(), "it served until then");
  }));

Deno.test("judgeDeployment() keeps what did better, and judges it once", () =>
  inShop([9, 1], async ({ sql, driftWorkers }) => {
    assert.match(await driftWorkers(28), /Better/);
    await insertEvents(sql, [event({ atMs: DEPLOYED_MS - DAY_MS })]);
    assert.match(await driftWorkers(60), /Better .* 60 rows/);
    assert.deepEqual([await servingVersion(sql, "churn"), (await getCycle(sql, cycleOf(2))).outcome], [
      2,
      "deployed",
    ]);
  }));

Deno.test("judgeDeployment() leaves nothing half done, when it breaks off in the middle", () =>
  inShop([1, 9], async ({ sql, driftWorkers }) => {
    await sql`alter table alerts add constraint closed check (false)`;
    await assert.rejects(driftWorkers(28), /closed/);
    assert.deepEqual([await servingVersion(sql, "churn"), (await getCycle(sql, cycleOf(2))).watch], [
      2,
      null,
    ]);
    await sql`alter table alerts drop constraint closed`;
    assert.match(await driftWorkers(28), /Worse/);
    assert.equal(await servingVersion(sql, "churn"), 1);
  }));

Deno.test("judgeDeployment() cannot tell, when a file is damaged, and the first version has nothing to compare with", () =>
  inShop([1, 9], async ({ sql, store, driftWorkers }) => {
    await store.remove((await getVersion(sql, "churn", 1)).artefactSha256);
    assert.match(await driftWorkers(28), /No labelled rows/);
    assert.equal((await getCycle(sql, cycleOf(2))).watch?.decision, "cannot tell");
  }));

Deno.test("championFindings() of a champion whose file is gone say nothing of its loss, instead of failing", () =>
  inShop([1], async ({ sql, store, deps }) => {
    const protocol = { activeDays: 90, activity: "purchase" as const, horizonDays: 28 };
    const { sha256: features, rows } = await featureBlock(deps, protocol, DEPLOYED_MS);
    const labels = await labelBlock(deps, churn, protocol, { cutoffMs: DEPLOYED_MS, features });
    const unseen = [{ cutoff: new Date(DEPLOYED_MS).toISOString(), rows, features, labels }];
    const champion = await getVersion(sql, "churn", 1);
    const found = () =>
      championFindings(deps, { model: churn, champion, config, blocks: unseen, unseen, asOfMs: DEPLOYED_MS });
    assert.ok(Math.abs((await found()).lossNow!.mean - -Math.log(0.9)) < 1e-6);
    await store.remove(champion.artefactSha256);
    assert.equal((await found()).lossNow, null);
  }));
