/** What `perennial doctor` finds in an installation, on a real Postgres and a real Temporal server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { checkStore } from "../../src/app/installation_identity.ts";
import { registerVersion } from "../../src/app/registry/signatures.ts";
import { openSigning } from "../../src/app/security/signing_key.ts";
import { readConfig } from "../../src/config/environment.ts";
import type { Database } from "../../src/db/connect.ts";
import { openCycle } from "../../src/db/cycles/cycles.ts";
import { saveDesired } from "../../src/db/cycles/retrainers.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { markDamaged } from "../../src/db/models/versions.ts";
import { examine } from "../../src/doctor/examine.ts";
import { fix } from "../../src/doctor/fix.ts";
import type { Patient } from "../../src/doctor/patient.ts";
import { loadModels } from "../../src/models/mod.ts";
import { type FileArtefacts, fileArtefacts } from "../../src/registry/artefacts.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { withDatabase } from "../db/database.ts";
import { aManifest, AS_OF, deployment } from "../db/models_support.ts";
import { freshNamespace, freshTaskQueue, sharedInstallation } from "../support/installation.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process

interface Bench {
  sql: Database;
  patient: Patient;
  store: FileArtefacts;
}

/** An installation with a home, a database and a namespace, in which nothing runs. */
function withPatient(work: (bench: Bench) => Promise<void>): Promise<void> {
  return withDatabase(async (sql) => {
    installRuntime(() => undefined);
    const { temporalAddress: address } = await sharedInstallation();
    const connection = await NativeConnection.connect({ address });
    const home = await Deno.makeTempDir();
    try {
      const namespace = await freshNamespace();
      const config = readConfig({ TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: freshTaskQueue() });
      await Deno.writeTextFile(join(home, "secret"), "a secret of sixteen", { mode: 0o600 });
      const artefacts = join(home, "artefacts");
      const { id } = await checkStore(sql, fileArtefacts(artefacts));
      const patient: Patient = {
        name: "default",
        home,
        config,
        uid: 1000,
        clock: () => Date.now(),
        runBy: null,
        apiUrl: "http://127.0.0.1:1",
        artefacts: fileArtefacts(artefacts),
        models: await loadModels(),
        database: { value: sql },
        temporal: { value: { client: new Client({ connection, namespace }), connection, address } },
      };
      await openSigning({ home });
      await work({ sql, patient, store: fileArtefacts(artefacts, { id }) });
    } finally {
      await connection.close();
      await Deno.remove(home, { recursive: true });
    }
  });
}

const idsOf = async (patient: Patient) => (await examine(patient)).findings.map(({ id }) => id);

Deno.test(
  "examine() of an installation in which nothing runs looks at everything, and tells what is missing",
  options,
  () =>
    withPatient(async ({ patient }) => {
      const { findings, notLooked, healthy } = await examine(patient);
      assert.deepEqual(notLooked, []);
      const ids = new Set(findings.map(({ id }) => id));
      assert.deepEqual(
        ids,
        new Set(["no-worker", "schedule-missing", "service-down", "no-events", "no-backup"]),
      );
      assert.equal(healthy, false);
    }),
);

Deno.test(
  "examine() reads the file of each version, and names the one that is gone, changed or marked in vain",
  options,
  () =>
    withPatient(async ({ sql, patient, store }) => {
      const signing = await openSigning({ home: patient.home });
      for (let i = 1; i <= 4; i++) {
        const artefactSha256 = await store.put(Uint8Array.of(i, i));
        await registerVersion(sql, signing, {
          manifest: aManifest({ cycleId: `c${i}` }),
          artefactSha256,
          state: "deployed",
        });
      }
      await moveServing(sql, deployment(1, null));
      const { pathOf } = store;
      const hashes = (await sql`select artefact_sha256 from model_versions order by version`).map((row) =>
        row.artefactSha256
      );
      await Deno.remove(pathOf(hashes[0]));
      await Deno.writeTextFile(pathOf(hashes[1]), "other bytes");
      for (const version of [3, 4]) await markDamaged(sql, "churn", version);
      await sql`update model_versions set manifest = jsonb_set(manifest, '{seed}', '7') where version = 4`;
      const { findings } = await examine(patient);
      const about = findings.filter(({ subject }) => subject?.startsWith("churn version"));
      assert.deepEqual(about.map(({ id, severity, subject }) => [id, severity, subject]), [
        ["file-missing", "problem", "churn version 1"],
        ["version-unsigned", "warning", "churn version 4"],
        ["mark-stale", "warning", "churn version 3"],
        ["file-damaged", "warning", "churn version 2"],
      ]);
      const alone = { ...patient, temporal: { absent: "stopped" } };
      await fix(await examine(alone), alone);
      assert.ok(
        !(await idsOf(patient)).includes("mark-stale"),
        "the mark is taken away where no worker could",
      );
    }),
);

Deno.test(
  "examine() compares what should run with what does, and --fix makes the schedules",
  options,
  () =>
    withPatient(async ({ sql, patient }) => {
      await saveDesired(sql, "churn", true);
      await sql`update retrainers set active = false, desired_at = now() - interval '1 hour'`;
      await openCycle(sql, {
        id: "retrainer/churn/cycle/1",
        model: "churn",
        number: 1,
        runId: "r1",
        trigger: "interval",
        requestedBy: null,
        asOf: AS_OF,
        reasons: [],
        champion: null,
      });
      const found = await examine(patient);
      const lost = found.findings.filter(({ id }) => id === "workflow-lost").map(({ subject }) => subject);
      assert.deepEqual(lost, ["retrainer/churn", "retrainer/churn/cycle/1"]);
      assert.ok(found.findings.some(({ id }) => id === "wish-not-followed"));
      const mended = await fix(found, patient);
      assert.ok(
        mended.findings.filter(({ id }) => id === "workflow-lost").every(({ fixed }) =>
          fixed?.startsWith("the reconciler")
        ),
      );
      assert.ok(!(await idsOf(patient)).includes("schedule-missing"));
    }),
);

Deno.test(
  "examine() does not read what a newer version wrote, and says so",
  options,
  () =>
    withPatient(async ({ sql, patient }) => {
      await sql`insert into migrations (name) values ('9999_from_the_future.sql')`;
      try {
        const { findings, notLooked } = await examine(patient);
        assert.match(findings.find(({ id }) => id === "schema-newer")!.detail, /9999_from_the_future/);
        assert.ok(notLooked.some(({ what }) => what === "what the database holds"));
      } finally {
        await sql`delete from migrations where name like '9999%'`;
      }
    }),
);

Deno.test(
  "examine() goes on where Postgres and Temporal do not answer",
  options,
  () =>
    withPatient(async ({ patient }) => {
      const down = { ...patient, database: { error: "refused" }, temporal: { error: "refused" } };
      const { findings, looked } = await examine(down);
      assert.deepEqual(findings.map(({ id }) => id).toSorted(), [
        "postgres-down",
        "service-down",
        "temporal-down",
      ]);
      assert.ok(looked.includes("free space"));
    }),
);

Deno.test(
  "examine() names the kind of work that no worker takes",
  options,
  () =>
    withPatient(async ({ patient }) => {
      const { TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: taskQueue } = patient.config;
      const { temporalAddress: address } = await sharedInstallation();
      const connection = await NativeConnection.connect({ address });
      const activities = { nothing: () => Promise.resolve() };
      const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
      const workflowBundle = { codePath: await bundledWorkflows(cache) };
      const workers = [
        await Worker.create({ connection, namespace, taskQueue, workflowBundle, activities }),
        await Worker.create({ connection, namespace, taskQueue: `${taskQueue}-features`, activities }),
      ];
      const running = workers.map((worker) => worker.run());
      const unserved = async () => {
        const { findings } = await examine(patient);
        return findings.filter(({ id }) => id === "queue-unserved" || id === "no-worker")
          .map(({ id, subject }) => [id, subject]);
      };
      const wanted = JSON.stringify([["queue-unserved", `${taskQueue}-training`]]);
      const isTold = await waitUntil(async () => JSON.stringify(await unserved()) === wanted, {
        withinMs: 60_000,
        everyMs: 200,
      });
      assert.ok(isTold, JSON.stringify(await unserved()));
      workers.forEach((worker) => worker.shutdown());
      await Promise.all(running);
      await connection.close();
    }),
);
