/** The main job as `demo` does it, on a part of the real shop: through the service and the production workflows. */
import assert from "node:assert/strict";
import { join } from "node:path";
import proto from "@temporalio/proto";
import { pathToFileURL } from "node:url";
import { DAY_MS } from "../../src/core/time.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { listSteps } from "../../src/db/backtests/backtests.ts";
import { moveServing, servingHistory, servingVersion } from "../../src/db/models/serving.ts";
import { getSnapshot } from "../../src/db/cycles/snapshots.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { configHistory, currentConfig } from "../../src/db/config/config_versions.ts";
import { FILE_AUTHOR } from "../../src/config/declared.ts";
import { FEATURE_HASH } from "../../src/features/definition.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { promote, rollBack } from "../../src/app/registry/moves.ts";
import { registerVersion } from "../../src/app/registry/signatures.ts";
import { openSigning } from "../../src/app/security/signing_key.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import { REPLAY_POLICIES, replayScores } from "../../src/backtest/replay.ts";
import { configOf } from "../../src/config/retraining.ts";
import type { Service } from "../../src/service.ts";
import { checkAsOf } from "../../src/temporal/control_client.ts";
import { loadRows } from "../../src/training/dataset.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { systemClock } from "../../src/core/clock.ts";
import { taskOf } from "../../activities/train.ts";
import { runEveryNotebook } from "../notebooks/every_notebook.ts";
import { askBacktests } from "./backtests.ts";
import { replayShop, SCORED, type SmallShop, withSmallShop } from "./small_shop.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const source = (path: string) => new URL(`../../src/models/${path}`, import.meta.url).href;

const third = (from: string) =>
  `import { defineModel } from "${from}";
export default defineModel({
  name: "lines",
  kind: "regression",
  question: "How many lines will this shopper order within the horizon?",
  unit: "lines",
  primaryMetric: "mae",
  loss: "cappedMse",
  metrics: ["mse", "cappedMse", "mae", "r2", "bias"],
  horizonDays: 14,
  activeDays: 60,
  features: ["orders_90", "lines_90", "recency"],
  ownFeatures: [{
    name: "lines_of_newest",
    means: "lines of the newest basket",
    of: ({ days }) => days.findLast(({ purchases }) => purchases > 0)?.purchases ?? null,
  }],
  label: (future) => future.reduce((sum, day) => sum + day.purchases, 0),
  network: "an exact linear model",
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});
`;

interface ThirdModel {
  /** the models that come with Perennial, and one more file */
  folder: URL;
  /** that one alone, as a shop writes it */
  own: { name: string; folder: string };
}

async function withThirdModel(work: (third: ThirdModel) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-models-" });
  const own = await Deno.makeTempDir({ prefix: "perennial-models-" });
  try {
    for (const name of ["churn.ts", "spending.ts"]) {
      await Deno.writeTextFile(join(folder, name), `export { default } from "${source(name)}";\n`);
    }
    await Deno.writeTextFile(join(folder, "lines.ts"), third(source("model.ts")));
    await Deno.writeTextFile(join(own, "lines.ts"), third("perennial"));
    await work({ folder: pathToFileURL(`${folder}/`), own: { name: "lines", folder: own } });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(own, { recursive: true });
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
const scored = SCORED.map((asOf) => Date.parse(asOf));

async function shoppers({ sql }: Service, n: number): Promise<string[]> {
  const rows = await sql`select distinct user_key from user_days order by user_key limit ${n}`;
  return rows.map(({ userKey }) => userKey);
}

const asked = (requestId: string) => ({ requestId, by: "ann", why: "to see", asOf: iso(scored[0]) });

Deno.test(
  "the main job, from events to predictions and back",
  options,
  (t) =>
    withThirdModel(({ folder: modelsFolder, own }) =>
      withSmallShop(async (shop) => {
        const { service, home } = shop;
        const step = async (name: string, work: (t: Deno.TestContext) => Promise<void>) =>
          assert.ok(await t.step(name, work), name);
        await step(
          "a replay deploys a first model of each, scores four policies, and stores what was served",
          () => replayed(shop),
        );
        await step(
          "backtests of it agree, touch nothing that serves, outlive failures and end when told",
          (t) => askBacktests(t, service, ["churn", "spending"]),
        );
        await step(
          "every notebook runs from top to bottom over what it left, and answers",
          (t) => runEveryNotebook(t, shop, own),
        );
        await step(
          "a roll-back by a person takes effect in the next prediction",
          () => rolledBackByHand(service, home),
        );
        await step(
          "a bad version is taken back by itself once its outcomes are known",
          () => rolledBackByItself(service, home),
        );
        await step(
          "a damaged file makes the next good version speak, and raises an alert",
          () => damaged(service, home),
        );
        await step("of all that Temporal can be read for the ids alone", () => heldInSecret(service));
      }, { modelsFolder, every: 4, settings: { PERENNIAL_TEMPORAL_PAYLOAD_KEY: btoa("k".repeat(32)) } })
    ),
);

async function replayed({ service, events }: SmallShop): Promise<void> {
  const { sql, models } = service;
  const [{ count }] = await sql`select count(*)::int from events`;
  assert.equal(count, events);
  await replayShop(service, "e2e");
  assert.deepEqual([...models.keys()], ["churn", "lines", "spending"]);
  const scores = replayScores(await listSteps(sql, { backtest: "e2e" }));
  for (const model of models.keys()) {
    const history = await servingHistory(sql, model);
    const first = history.at(-1)!;
    assert.deepEqual([first.version, first.previous, first.kind], [1, null, "deploy"], model);
    assert.equal((await getCycle(sql, first.key)).outcome, "deployed");
    const own = scores.filter((score) => score.model === model);
    assert.deepEqual(
      new Set(own.map(({ policy }) => policy)),
      new Set(REPLAY_POLICIES),
    );
    assert.equal(own.length, 4 * scored.length);
    for (const ms of scored) {
      const { rows, version } = own.find((s) => s.policy === "perennial" && s.cutoff === iso(ms))!;
      const [stored] = await sql`select count(*)::int as n, min(version) as low, max(version) as high
        from predictions where model = ${model} and as_of = ${iso(ms)} and source = 'api'`;
      assert.deepEqual([stored.n, stored.low, stored.high], [rows, version, version]);
    }
  }
  await obeyed(service, scores);
  const done = async () =>
    (await sql`select (select count(*) from cycles)::int as cycles,
    (select count(*) from checks)::int as checks, (select count(*) from predictions)::int as predictions`)[0];
  const before = await done();
  await replayShop(service, "e2e");
  assert.deepEqual(await done(), before, "what a former replay did is not done again");
}

/** What a cycle says of itself in arguments, results, summaries and failures. */
const SAID = ["log loss", "capped MSE", "shoppers", "champion", "Train"];

/** Without the key nobody reads what any workflow was told or found; that they ran, and what on, can be seen. */
async function heldInSecret({ client }: Service): Promise<void> {
  const { workflowService } = client.connection;
  const { namespace } = client.options;
  let held = "";
  for await (const { workflowId, runId } of client.workflow.list()) {
    const execution = { workflowId, runId };
    const { history } = await workflowService.getWorkflowExecutionHistory({ namespace, execution });
    held += new TextDecoder("latin1").decode(proto.temporal.api.history.v1.History.encode(history!).finish());
  }
  assert.ok(
    held.includes("retrainer/churn/cycle/1") && held.includes("trainChallenger"),
    "their ids and steps",
  );
  assert.deepEqual(SAID.filter((words) => held.includes(words)), []);
}

/** What the third model's file declares holds for what it was trained on, asked about and learned from. */
async function obeyed({ sql }: Service, scores: ReturnType<typeof replayScores>): Promise<void> {
  const { manifest } = await getVersion(sql, "lines", 1);
  const { horizonDays, blocks } = await getSnapshot(sql, manifest.snapshotId);
  assert.equal(horizonDays, 14);
  const newest = Math.max(...manifest.served.cutoffs.map((cutoff) => Date.parse(cutoff)));
  assert.equal(manifest.served.labelledThrough, iso(newest + 14 * DAY_MS));
  assert.ok(blocks.length > 0);
  const rowsOf = (model: string) =>
    scores.filter((score) => score.model === model && score.policy === "perennial").map(({ rows }) => rows);
  rowsOf("lines").forEach((rows, i) => assert.ok(rows < rowsOf("churn")[i], "active within 60 days, not 90"));
  const [{ by, why }] = await configHistory(sql, 1000).then((all) => all.filter((c) => c.by === FILE_AUTHOR));
  assert.deepEqual([by, why], ["model files", "what the files of the models declare"]);
}

/** A sound version that is not what serves now, nor the same under another number: what serves, trained with another seed. */
async function spareVersion(service: Service, home: string, cycle: number): Promise<ModelVersion> {
  const { sql } = service;
  const serving = await getVersion(sql, "churn", (await servingVersion(sql, "churn"))!);
  const spare = await trainAgain(service, home, serving, {
    seed: cycle,
    cycleId: `retrainer/churn/cycle/${cycle}`,
  });
  assert.notEqual(spare.artefactSha256, serving.artefactSha256);
  return spare;
}

/** Lets another version serve, and takes it back. */
async function rolledBackByHand(service: Service, home: string): Promise<void> {
  const { predictor } = service;
  const users = await shoppers(service, 20);
  const predict = () => predictor.predict({ model: "churn", users, asOfMs: scored[0] });
  const before = await predict();
  const other = await spareVersion(service, home, 901);
  await promote(service, { ...asked("up"), model: "churn", version: other.version });
  const meanwhile = await predict();
  assert.deepEqual([meanwhile.version, meanwhile.fallback], [other.version, false]);
  const back = await rollBack(service, { ...asked("down"), model: "churn" });
  assert.equal(back.version, before.version);
  const after = await predict();
  assert.deepEqual(after.predictions, before.predictions);
  assert.notDeepEqual(meanwhile.predictions, before.predictions);
}

/** Trains on a version's own rows again. @param options.label what is learned of an outcome; left out: the outcome */
async function trainAgain(
  service: Service,
  home: string,
  version: ModelVersion,
  { seed, cycleId, label = (outcome) => outcome }: {
    seed: number;
    cycleId: string;
    label?: (outcome: number) => number;
  },
): Promise<ModelVersion> {
  const { sql, models } = service;
  const store = fileArtefacts(join(home, "artefacts"));
  const model = models.get(version.model)!;
  const config = configOf((await currentConfig(sql)).config, version.model);
  const rows = await loadRows(store, (await getSnapshot(sql, version.manifest.snapshotId)).blocks);
  const target = rows.target.map(label);
  const trainer = createTrainer({ workers: 1 });
  try {
    const { artifact, winner } = await trainer.compete({
      task: taskOf(model, config),
      rows: { ...rows, target },
      seed,
    });
    const manifest = {
      ...version.manifest,
      cycleId,
      parent: version.version,
      candidate: winner.recipe.name,
    };
    const signing = await openSigning({ home });
    const added = { manifest, artefactSha256: await store.put(artifact) };
    const number = await registerVersion(sql, signing, added);
    return await getVersion(sql, version.model, number);
  } finally {
    trainer.close();
  }
}

/** Trains on the champion's own rows, but with the opposite of what happened. */
const trainBadly = (service: Service, home: string, champion: ModelVersion): Promise<ModelVersion> =>
  trainAgain(service, home, champion, {
    seed: 1,
    cycleId: "retrainer/churn/cycle/900",
    label: (outcome) => 1 - outcome,
  });

/** Deploys a version as a cycle does. */
async function plant({ sql }: Service, bad: ModelVersion, champion: number): Promise<void> {
  const { model, version, cycleId } = bad;
  const asOf = iso(scored.at(-1)!);
  await openCycle(sql, {
    id: cycleId,
    model,
    number: 900,
    runId: crypto.randomUUID(),
    trigger: "force",
    requestedBy: "ann",
    asOf,
    reasons: [],
    champion,
  });
  const why = "it looked better";
  await moveServing(sql, {
    model,
    version,
    expected: champion,
    kind: "deploy",
    key: cycleId,
    by: cycleId,
    why,
    asOf,
  });
  await sql`update cycles set outcome = 'deployed', stage = 'ended', ended_at = now() where id = ${cycleId}`;
}

async function rolledBackByItself(service: Service, home: string): Promise<void> {
  const { sql, client, predictor } = service;
  const champion = await getVersion(sql, "churn", (await servingVersion(sql, "churn"))!);
  assert.equal(champion.manifest.featureHash, FEATURE_HASH);
  const bad = await trainBadly(service, home, champion);
  await plant(service, bad, champion.version);
  const users = await shoppers(service, 20);
  const predict = async () => (await predictor.predict({ model: "churn", users, asOfMs: scored[0] })).version;
  const deployedMs = scored.at(-1)!;
  await checkAsOf(client, "churn", iso(deployedMs + 27 * DAY_MS));
  assert.equal(await predict(), bad.version, "its outcomes are not complete yet");
  assert.equal((await getCycle(sql, bad.cycleId)).watch, null);

  await checkAsOf(client, "churn", iso(deployedMs + 28 * DAY_MS));
  const moves = await servingHistory(sql, "churn");
  const move = moves.find(({ key }) => key === `${bad.cycleId}/watch`)!;
  assert.deepEqual([move.kind, move.version, move.previous], ["roll back", champion.version, bad.version]);
  assert.notEqual(await predict(), bad.version);
  const { outcome, watch } = await getCycle(sql, bad.cycleId);
  assert.deepEqual([outcome, watch?.decision, watch?.against], [
    "rolled back",
    "rolled back",
    champion.version,
  ]);
  assert.ok(watch!.difference!.low > 0);
  assert.equal((await getVersion(sql, "churn", bad.version)).state, "rejected");
  const alerts = await listAlerts(sql);
  assert.ok(alerts.some(({ key }) => key === `rollback/churn/${bad.version}`));
}

async function damaged(service: Service, home: string): Promise<void> {
  const { sql, models } = service;
  const good = (await servingVersion(sql, "churn"))!;
  const broken = await spareVersion(service, home, 902);
  await promote(service, { ...asked("up again"), model: "churn", version: broken.version });
  const hash = broken.artefactSha256;
  const path = join(home, "artefacts", hash.slice(0, 2), hash);
  const bytes = await Deno.readFile(path);
  bytes[bytes.length >> 1] ^= 1;
  await Deno.writeFile(path, bytes);
  const users = await shoppers(service, 20);
  const store = fileArtefacts(join(home, "artefacts"));
  const predictor = createPredictor({ sql, models, store, clock: systemClock }); // one that has not read the file yet
  const said = await predictor.predict({ model: "churn", users, asOfMs: scored[1] });
  assert.deepEqual([said.version, said.fallback], [good, true]);
  assert.ok(said.predictions.some(({ prediction }) => prediction !== null));
  assert.ok((await listAlerts(sql)).some(({ key }) => key === `damaged/churn/${broken.version}`));
}
