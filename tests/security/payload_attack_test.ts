/** Signals and updates by hand whose bytes are no value at all: a workflow task that fails is tried again for ever. */
import assert from "node:assert/strict";
import { WorkflowUpdateFailedError } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { openPayloadKeys, type PayloadKeys } from "../../src/security/payload_keys.ts";
import { watchActivities } from "../../src/temporal/activity_interceptor.ts";
import { createTemporalClient } from "../../src/temporal/connect.ts";
import { ensureRetrainer, ensureRollout, retrainerId } from "../../src/temporal/control_client.ts";
import { dataConverterOf } from "../../src/temporal/payload_codec.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { createInstruments } from "../../src/telemetry/instruments.ts";
import type { RetrainerStatus } from "../../workflows/messages.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { fakeActivities, World } from "../workflows/fake_world.ts";

const namespace = "default";
const bytes = (text: string) => new TextEncoder().encode(text);
const payload = (encoding: string, data = "", more: Record<string, Uint8Array> = {}) => ({
  metadata: { encoding: bytes(encoding), ...more },
  data: bytes(data),
});
const JSON_OBJECT = payload("json/plain", "{}");

/** Payloads that are no value. */
const HOSTILE = [
  [payload("json/plain", "{")],
  [payload("json/plain", "")],
  [payload("json/plain", '"\ud800')],
  [payload("no/such", "x")],
  [payload("binary/protobuf", "x")],
  [payload("binary/encrypted", "x")],
  [payload("binary/encrypted", "x", { "encryption-key-id": bytes("0123456789abcdef") })],
  [payload("binary/encrypted", "", { "encryption-key-id": new Uint8Array([255, 0]) })],
  [payload("binary/plain", "\0")],
  [{ metadata: {}, data: bytes("x") }],
  [{}],
  [JSON_OBJECT, payload("no/such")],
];
const TRACES = [payload("no/such", "x"), payload("json/plain", "{"), payload("json/plain", "5"), {
  metadata: { encoding: bytes("json/plain") },
  data: new Uint8Array(100_000),
}];
/** What an update is asked with that no activity could answer. */
const NO_MOMENTS = [[], [null], ["x"], [{}], [{ asOf: "0000-01-01" }], [{ asOf: 5 }], [{ asOf: "\0" }]] as [
  unknown,
][];
const SIGNALS = ["start", "stop", "force", "alarm", "configure", "wake", "decided", "no such"];

let connection: NativeConnection;
let attacks = 0;

/** Sends a signal as whoever reaches Temporal's port can. */
const signal = (workflowId: string, signalName: string, payloads: object[], header?: object) =>
  connection.workflowService.signalWorkflowExecution({
    namespace,
    workflowExecution: { workflowId },
    signalName,
    requestId: `attack-${++attacks}-${crypto.randomUUID()}`,
    input: { payloads },
    header: header && { fields: { traceparent: header } },
  });

async function attack(workflowId: string, names: readonly string[]): Promise<void> {
  for (const name of names) for (const payloads of HOSTILE) await signal(workflowId, name, payloads);
  for (const trace of TRACES) await signal(workflowId, names[0], [JSON_OBJECT], trace);
}

const until = async (what: string, check: () => boolean | Promise<boolean>) =>
  assert.ok(
    await waitUntil(async () => await check(), { withinMs: 120_000, everyMs: 50 }),
    `in vain: ${what}`,
  );

for (
  const [name, keys] of [
    ["without a key", null],
    ["with a key", await openPayloadKeys({ current: btoa("k".repeat(32)) })],
  ] as [string, PayloadKeys | null][]
) {
  Deno.test({
    name: `no bytes that are sent by hand stop a retrainer or a rollout, ${name}`,
    sanitizeOps: false, // the SDK keeps its native runtime for the process
    sanitizeResources: false,
    fn: async () => {
      installRuntime(() => undefined);
      connection = await NativeConnection.connect({ address: (await sharedInstallation()).temporalAddress });
      const client = createTemporalClient(connection, { namespace, keys });
      const [model, taskQueue, world] = [freshName("model"), freshTaskQueue(), new World()];
      world.looks = [{ ended: false, text: "keep collecting" }];
      const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: {
          codePath: await bundledWorkflows(cache, { failures: keys ? "encoded" : "plain" }),
        },
        dataConverter: dataConverterOf(keys, { isPatient: true }),
        interceptors: { activity: [watchActivities(createInstruments())] },
        activities: fakeActivities(() => world),
        shutdownGraceTime: "1 second",
      });
      const rollout = `rollout/${model}/v1`;
      await worker.runUntil(async () => {
        await ensureRetrainer(client, { model, taskQueue, active: false });
        await ensureRollout(client, { id: rollout, model, replayed: true, taskQueue });
        const handle = client.workflow.getHandle(retrainerId(model));
        world.obeysUnsigned = false;
        await attack(retrainerId(model), SIGNALS);
        await attack(rollout, ["wake", "no such"]);
        world.obeysUnsigned = true;
        await handle.signal("start", { requestId: "last", by: "ann", why: "still there" });
        await until(
          "the retrainer hears on",
          async () => (await handle.query<RetrainerStatus>("status")).active,
        );
        const asked = client.workflow.getHandle(rollout);
        for (const args of NO_MOMENTS) {
          await assert.rejects(
            asked.executeUpdate("look", { args }),
            WorkflowUpdateFailedError,
            String(args),
          );
          await assert.rejects(
            handle.executeUpdate("check", { args }),
            WorkflowUpdateFailedError,
            String(args),
          );
        }
        world.looks = [{ ended: true, text: "proven" }];
        const look = { asOf: "2011-06-01T00:00:00Z", traffic: false };
        assert.deepEqual(await asked.executeUpdate("look", { args: [look] }), {
          ended: true,
          text: "proven",
        });
        await handle.terminate("the test has ended");
      });
      await connection.close();
    },
  });
}
