/** A restored database without Temporal's store comes up as people wanted it, on a real Temporal server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { reconcile } from "../../activities/reconcile.ts";
import { folderPlace } from "../../src/app/backup/place.ts";
import { findBackup } from "../../src/app/backup/manifest.ts";
import { restoreArtefacts, restoreDatabase } from "../../src/app/backup/restore.ts";
import { backUp } from "../../src/app/backup/write.ts";
import { openModelSet } from "../../src/app/registry/model_set.ts";
import { checkTemporal } from "../../src/app/installation_identity.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { findDesired, saveDesired } from "../../src/db/cycles/retrainers.ts";
import { loadModels } from "../../src/models/mod.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { temporalControl } from "../../src/temporal/control_client.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { workflowControl } from "../../src/temporal/workflow_control.ts";
import { withDatabase } from "../db/database.ts";
import { AS_OF } from "../db/models_support.ts";
import {
  freshDatabase,
  freshNamespace,
  freshTaskQueue,
  sharedInstallation,
} from "../support/installation.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process

/** A shop with one retrainer stopped for a holiday, one active, and a cycle in the middle of it. */
async function fill(sql: Database): Promise<void> {
  await checkTemporal(sql, { id: "the old one", place: "a machine that burnt" });
  await saveDesired(sql, "churn", false);
  await saveDesired(sql, "spending", true);
  await openCycle(sql, {
    id: "retrainer/spending/cycle/1",
    model: "spending",
    number: 1,
    runId: "r1",
    trigger: "interval",
    requestedBy: null,
    asOf: AS_OF,
    reasons: [],
    champion: null,
  });
}

async function inputOf(client: Client, id: string): Promise<Record<string, unknown>> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const [payload] = events![0].workflowExecutionStartedEventAttributes!.input!.payloads!;
  return JSON.parse(new TextDecoder().decode(payload.data!));
}

Deno.test(
  "a restore without Temporal's store begins retrainers as they were wanted, and settles what was under way",
  options,
  () =>
    withDatabase(async (source) => {
      installRuntime(() => undefined);
      const base = await Deno.makeTempDir();
      const { temporalAddress: address } = await sharedInstallation();
      const connection = await NativeConnection.connect({ address });
      await using target = await freshDatabase();
      const sql = connect(target.url);
      try {
        await fill(source);
        const folder = join(base, "backups");
        const clock = () => Date.now();
        const store = fileArtefacts(join(base, "artefacts"));
        await backUp({ sql: source, store, clock, home: base, given: {} }, {
          to: folderPlace(folder),
          passphrase: null,
          who: "ann",
        });
        const manifest = await findBackup(folder);
        const restored = fileArtefacts(join(base, "restored"));
        await restoreArtefacts(folderPlace(folder), manifest, restored);
        await restoreDatabase(sql, { folder, manifest, who: "ann" });
        const client = new Client({ connection, namespace: await freshNamespace() });
        const taskQueue = freshTaskQueue();
        const modelSet = await openModelSet(sql, await loadModels());
        const { troubles } = await reconcile({
          sql,
          clock,
          store: restored,
          models: modelSet.inUse,
          modelSet,
          workflows: workflowControl(client, { taskQueue, control: temporalControl(client, { taskQueue }) }),
          active: true,
          log: () => undefined,
          codeVersion: "c1",
          trainer: {} as Parameters<typeof reconcile>[0]["trainer"], // nothing here trains
        });
        assert.deepEqual(troubles, []);
        assert.equal((await inputOf(client, "retrainer/churn")).active, false, "stopped stays stopped");
        assert.equal((await inputOf(client, "retrainer/spending")).active, true);
        assert.deepEqual([await findDesired(sql, "churn"), await findDesired(sql, "spending")], [
          false,
          true,
        ]);
        assert.equal((await getCycle(sql, "retrainer/spending/cycle/1")).outcome, "lost");
        const alerts = await listAlerts(sql, { open: true });
        assert.deepEqual(alerts.map(({ kind, model }) => [kind, model]), [["cycle failed", "spending"]]);
      } finally {
        await sql.end({ timeout: 5 });
        await connection.close();
        await Deno.remove(base, { recursive: true });
      }
    }),
);
