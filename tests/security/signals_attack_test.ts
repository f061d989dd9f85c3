/** Signals by hand, with everything in them that cannot be, sent to the real workflow and to what decides about them. */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { admitSignal, type HeardSignal, UNKNOWN_CALLER } from "../../src/app/control/admit.ts";
import { connect } from "../../src/db/connect.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { signalKey } from "../../src/security/signals.ts";
import { ensureRetrainer, retrainerId } from "../../src/temporal/control_client.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import * as messages from "../../workflows/messages.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { fakeActivities, World } from "../workflows/fake_world.ts";
import { HOSTILE_VALUES, valuesFor } from "./hostile_values.ts";
import { ENDING, endWorker } from "../support/worker.ts";

/** Signals as the workflows define them. */
const SIGNALS = Object.values(messages).flatMap((message) =>
  typeof message === "object" && "type" in message && message.type === "signal"
    ? [message.name as string]
    : []
);
const FIELDS = ["requestId", "by", "why", "running", "signedAt", "signature"];

/** Each value as the whole signal, and some of them in each of its fields. */
const CONTENTS: unknown[] = [
  ...HOSTILE_VALUES.map(([, value]) => value),
  ...FIELDS.flatMap((field, place) =>
    valuesFor(place, { isOfMany: true }).map(([, value]) => ({
      requestId: "r",
      by: "owner",
      why: "w",
      [field]: value,
    }))
  ),
];

Deno.test({
  name: "no signal by hand stops a retrainer, and each is decided about on the real database",
  sanitizeOps: false, // the SDK keeps its native runtime for the process
  sanitizeResources: false,
  fn: async () => {
    installRuntime(() => undefined);
    await using database = await migratedDatabase();
    const sql = connect(database.url, { max: 2 });
    const { temporalAddress: address } = await sharedInstallation();
    const connection = await NativeConnection.connect({ address });
    const client = new Client({ connection });
    const [model, taskQueue, world] = [freshName("model"), freshTaskQueue(), new World()];
    const refused: string[] = [];
    let decided = 0;
    const policy = { key: signalKey("a secret of the tests"), obeyUnsigned: false };
    const activities = {
      ...fakeActivities(() => world),
      async admitControl(heard: HeardSignal) {
        try {
          const admission = await admitSignal(sql, policy, heard, Date.now());
          decided++;
          assert.deepEqual(admission, { obey: false, by: UNKNOWN_CALLER });
        } catch (error) {
          refused.push(`${JSON.stringify(heard).slice(0, 200)}: ${error}`);
        }
        return { obey: false, by: UNKNOWN_CALLER };
      },
    };
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: {
        codePath: await bundledWorkflows(cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() })),
      },
      activities,
      ...ENDING,
    });
    const running = worker.run();
    try {
      await ensureRetrainer(client, { model, taskQueue, active: false });
      const handle = client.workflow.getHandle(retrainerId(model));
      assert.ok(SIGNALS.includes("stop") && SIGNALS.includes("wake"), SIGNALS.join(" "));
      for (const name of SIGNALS) {
        for (const content of CONTENTS) await handle.signal(name, content);
      }
      const controls = 3 * CONTENTS.length;
      const heardAll = await waitUntil(() => Promise.resolve(decided + refused.length >= controls), {
        withinMs: 300_000,
        everyMs: 50,
      });
      assert.deepEqual(refused, []);
      assert.ok(heardAll, `${decided} of ${controls} were decided about`);
      const { active } = await handle.query<messages.RetrainerStatus>("status");
      assert.equal(active, false);
      const [{ n }] = await sql`select count(*)::int as n from audit where who = ${UNKNOWN_CALLER}`;
      assert.equal(n, controls);
      await handle.terminate("the test has ended");
    } finally {
      await endWorker(worker, { running, connection });
      await sql.end({ timeout: 5 });
    }
  },
});
