/** What the reconciler promises, on a real Postgres and a real Temporal server; no worker runs, so that workflows only begin. */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { reconcile, type ReconcileDeps } from "../../activities/reconcile.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { listBacktests, saveBacktest } from "../../src/db/backtests/backtests.ts";
import type { Database } from "../../src/db/connect.ts";
import { endCycle, getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { addFederatedRun, claimFederatedRun, getFederatedRun } from "../../src/db/federated/runs.ts";
import { FederatedPlan } from "../../src/federated/plan.ts";
import { findDesired, saveDesired, saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { saveRetired } from "../../src/db/models/retired.ts";
import { addVersion, doubtedVersions, markDamaged } from "../../src/db/models/versions.ts";
import { beginRollout } from "../../src/app/registry/rollout_moves.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { rolloutId } from "../../src/rollout/rollout.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { openModelSet } from "../../src/app/registry/model_set.ts";
import { bundledModels } from "../support/models.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { temporalControl } from "../../src/temporal/control_client.ts";
import { ensureSchedules, workflowControl } from "../../src/temporal/workflow_control.ts";
import { newSigningKey, openSigningKeys } from "../../src/security/signing.ts";
import { withDatabase } from "../db/database.ts";
import { addVersions, aManifest, AS_OF, deployment } from "../db/models_support.ts";
import { planOf } from "../rollout/support.ts";
import { tinyArtefact } from "../serving/artefact.ts";
import { freshNamespace, freshTaskQueue, sharedInstallation } from "../support/installation.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const HOUR_MS = 3_600_000;

interface Bench {
  sql: Database;
  client: Client;
  deps: ReconcileDeps;
  logged: string[];
}

/** An installation whose workflows were all begun once. */
function withInstallation(work: (bench: Bench) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    installRuntime(() => undefined);
    const { temporalAddress: address } = await sharedInstallation();
    const connection = await NativeConnection.connect({ address });
    const folder = await Deno.makeTempDir();
    try {
      const client = new Client({ connection, namespace: await freshNamespace() });
      const logged: string[] = [];
      const taskQueue = freshTaskQueue();
      const modelSet = await openModelSet(sql, bundledModels());
      const deps = {
        sql,
        clock: () => Date.now(),
        store: fileArtefacts(folder),
        models: modelSet.inUse,
        modelSet,
        workflows: workflowControl(client, { taskQueue, control: temporalControl(client, { taskQueue }) }),
        active: true,
        log: (line: string) => void logged.push(line),
        codeVersion: "c1",
        trainer: {} as ReconcileDeps["trainer"], // nothing here trains
      };
      await reconcile(deps);
      await work({ sql, client, deps, logged });
    } finally {
      await connection.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** What the newest run of a workflow was given. */
async function inputOf(client: Client, id: string): Promise<Record<string, unknown>> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const [payload] = events![0].workflowExecutionStartedEventAttributes!.input!.payloads!;
  return JSON.parse(new TextDecoder().decode(payload.data!));
}

const terminate = (client: Client, id: string) => client.workflow.getHandle(id).terminate("a person did it");
const stateOf = async (client: Client, id: string) =>
  (await client.workflow.getHandle(id).describe()).status.name;

/** A rollout of version 2 beside version 1. */
const rolloutOf = (cycleId: string) => ({
  id: rolloutId("churn", 2),
  model: "churn",
  cycleId,
  champion: 1,
  challengers: [2],
  plan: planOf({ champion: 1, challengers: [2] }),
  shares: [{ version: 2, share: 0.05 }],
  asOf: AS_OF,
  replayed: false,
  beganBy: "a cycle",
  why: "better",
});

const cycle = (number: number) => ({
  id: `retrainer/churn/cycle/${number}`,
  model: "churn",
  number,
  runId: `r${number}`,
  trigger: "interval" as const,
  requestedBy: null,
  asOf: AS_OF,
  reasons: [],
  champion: null,
});

Deno.test(
  "reconcile() begins a lost retrainer as people want it, whether it was active or stopped",
  options,
  () =>
    withInstallation(async ({ sql, client, deps }) => {
      await saveDesired(sql, "spending", false);
      for (const model of ["churn", "spending"]) await terminate(client, `retrainer/${model}`);
      await terminate(client, "monitor");
      const { mended, troubles } = await reconcile(deps);
      assert.deepEqual([mended.length, troubles], [3, []]);
      assert.deepEqual(await inputOf(client, "retrainer/churn"), { model: "churn", active: true });
      assert.deepEqual(await inputOf(client, "retrainer/spending"), { model: "spending", active: false });
      assert.equal(await stateOf(client, "monitor"), "RUNNING");
      assert.deepEqual(await reconcile(deps), { mended: [], troubles: [] });
    }),
);

Deno.test(
  "reconcile() tells a retrainer again that says otherwise than people want for over a minute",
  options,
  () =>
    withInstallation(async ({ sql, client, deps }) => {
      await saveRetrainer(sql, { model: "churn", active: false, nextCheckAt: null, runningCycle: null });
      assert.deepEqual((await reconcile(deps)).mended, []);
      const later = { ...deps, clock: () => Date.now() + HOUR_MS };
      assert.deepEqual((await reconcile(later)).mended, ["the retrainer of churn was told again to check"]);
      const { events } = await client.workflow.getHandle("retrainer/churn").fetchHistory();
      const signals = events!.flatMap((e) => e.workflowExecutionSignaledEventAttributes?.signalName ?? []);
      assert.deepEqual(signals, ["start"]);
      assert.equal(await findDesired(sql, "churn"), true);
    }),
);

Deno.test(
  "reconcile() settles a cycle as lost whose workflow was ended from outside, with an alert, once",
  options,
  () =>
    withInstallation(async ({ sql, client, deps }) => {
      for (const number of [1, 2, 3, 4]) await openCycle(sql, cycle(number));
      await endCycle(sql, cycle(3).id, "rejected");
      for (const number of [1, 2]) {
        await client.workflow.start("retrainingCycle", {
          workflowId: cycle(number).id,
          taskQueue: "nobody's",
        });
      }
      const plan = FederatedPlan.parse({});
      await addFederatedRun(sql, { id: "rounds", model: "churn", plan, requestedBy: "ann", why: "" });
      await claimFederatedRun(sql, { model: "churn", cycleId: cycle(1).id });
      await terminate(client, cycle(1).id);
      await reconcile(deps);
      const { state, error } = await getFederatedRun(sql, "rounds");
      assert.deepEqual(
        [state, error],
        ["failed", "its workflow was terminated"],
        "another one may be asked for",
      );
      const outcomes = await Promise.all([1, 2, 3, 4].map((number) => getCycle(sql, cycle(number).id)));
      assert.deepEqual(outcomes.map(({ outcome, error }) => [outcome, error]), [
        ["lost", "its workflow was terminated"],
        [null, null],
        ["rejected", null],
        ["lost", "its workflow was lost with Temporal's store"],
      ]);
      const alerts = await listAlerts(sql);
      assert.deepEqual(alerts.map(({ key, seen }) => [key, seen]), [["cycle-failed/churn", 2]]);
      assert.deepEqual((await reconcile(deps)).mended, []);
    }),
);

Deno.test(
  "reconcile() settles a cycle by what it had done when its workflow was ended",
  options,
  () =>
    withInstallation(async ({ sql, deps }) => {
      for (const number of [1, 2]) await openCycle(sql, cycle(number));
      await addVersions(sql, 2);
      await moveServing(sql, deployment(1, null));
      await beginRollout(sql, rolloutOf(cycle(2).id));
      await reconcile(deps);
      const outcomes = await Promise.all([1, 2].map((number) => getCycle(sql, cycle(number).id)));
      assert.deepEqual(outcomes.map(({ outcome, error }) => [outcome, error]), [
        ["deployed", null],
        ["rolling out", null],
      ]);
      assert.deepEqual(await listAlerts(sql), [], "nothing was lost");
    }),
);

Deno.test(
  "reconcile() lets a rollout go on after its last look, and a backtest unless somebody ended it",
  options,
  () =>
    withInstallation(async ({ sql, client, deps }) => {
      await addVersions(sql, 2);
      await moveServing(sql, deployment(1, null));
      const id = rolloutId("churn", 2);
      await beginRollout(sql, rolloutOf(cycle(2).id));
      const backtest = {
        models: ["churn"],
        policies: [],
        moments: [AS_OF, AS_OF],
        scoredFrom: {},
        config: RetrainingConfig.parse({}),
      };
      for (const name of ["goes-on", "ended"]) {
        await saveBacktest(sql, { ...backtest, id: name, by: "ann", why: "" });
      }
      await reconcile(deps);
      await terminate(client, "backtest/ended");
      await reconcile(deps);
      assert.deepEqual(await inputOf(client, id), { rollout: id, replayed: false, looks: 0 });
      assert.equal(await stateOf(client, "backtest/goes-on"), "RUNNING");
      const states = (await listBacktests(sql)).map((row) => [row.id, row.state]);
      assert.deepEqual(
        new Map(states as [string, string][]),
        new Map([["goes-on", "running"], ["ended", "lost"]]),
      );
      assert.deepEqual((await listAlerts(sql)).map(({ key }) => key), ["lost workflow/backtest/ended"]);
    }),
);

Deno.test(
  "reconcile() reads files again that were marked, heals what is good, and tells of what serves unsigned",
  options,
  () =>
    withInstallation(async ({ sql, deps }) => {
      const artefactSha256 = await deps.store.put(tinyArtefact(3));
      await addVersion(sql, { manifest: aManifest(), artefactSha256 });
      await addVersion(sql, { manifest: aManifest({ cycleId: "another" }), artefactSha256: "0".repeat(64) });
      for (const version of [1, 2]) await markDamaged(sql, "churn", version);
      await reconcile(deps);
      assert.deepEqual((await doubtedVersions(sql)).map(({ version }) => version), [2]);
      await moveServing(sql, deployment(1, null));
      await reconcile({ ...deps, signing: openSigningKeys({ privatePem: newSigningKey(), trusted: [] }) });
      const [{ key, title }] = await listAlerts(sql);
      assert.equal(key, "damaged/churn/1");
      assert.match(title, /it is not signed.*put signing key and row back as they were/);
    }),
);

Deno.test(
  "reconcile() opens an alert about what cannot be begun again, and closes it once it can",
  options,
  () =>
    withInstallation(async ({ sql, client, deps }) => {
      await terminate(client, "retrainer/churn");
      const refusing = {
        ...deps.workflows,
        ensureRetrainer: () => Promise.reject(new Error("no such queue")),
      };
      const { troubles } = await reconcile({ ...deps, workflows: refusing });
      assert.match(troubles[0], /retrainer\/churn does not run and cannot be begun again: no such queue/);
      assert.deepEqual((await listAlerts(sql)).map(({ severity }) => severity), ["critical"]);
      await reconcile(deps);
      assert.deepEqual(await listAlerts(sql), []);
    }),
);

Deno.test(
  "ensureSchedules() schedules the reconciler and the sweep once",
  options,
  () =>
    withInstallation(async ({ client }) => {
      assert.equal(await ensureSchedules(client, { taskQueue: "q" }), true);
      assert.equal(await ensureSchedules(client, { taskQueue: "q" }), false);
      const { spec, policies } = await client.schedule.getHandle("perennial-reconcile").describe();
      assert.deepEqual([spec.intervals?.[0].every, policies?.overlap], [60_000, "SKIP"]);
    }),
);

Deno.test(
  "reconcile() leaves retired models alone, and tells of one whose file is gone until it is retired",
  options,
  () =>
    withInstallation(async ({ sql, client, deps }) => {
      const titles = async () => (await listAlerts(sql, { open: true, limit: 10 })).map(({ title }) => title);
      await saveRetrainer(sql, { model: "returns", active: true, nextCheckAt: null, runningCycle: null });
      await reconcile(deps);
      assert.deepEqual(await titles(), [
        'No file defines the model "returns" any more, and its retrainer goes on. ' +
        "Put the file back, or run: perennial models retire returns",
      ]);
      for (const model of ["returns", "churn"]) await saveRetired(sql, { model, by: "ann", why: "" });
      await terminate(client, "retrainer/churn");
      assert.deepEqual((await reconcile(deps)).mended, []);
      assert.deepEqual([await titles(), await stateOf(client, "retrainer/churn")], [[], "TERMINATED"]);
    }),
);
