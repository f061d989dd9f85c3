/** With a key, Temporal holds nothing that a person said: on the real server, read back without the key. */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import proto from "@temporalio/proto";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { openPayloadKeys, type PayloadKeys } from "../../src/security/payload_keys.ts";
import { createTemporalClient } from "../../src/temporal/connect.ts";
import { ensureRetrainer, retrainerId, temporalControl } from "../../src/temporal/control_client.ts";
import { dataConverterOf } from "../../src/temporal/payload_codec.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import type { RetrainerStatus } from "../../workflows/messages.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { fakeActivities, hopeless, World } from "../workflows/fake_world.ts";

const { History } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse } = proto.temporal.api.workflowservice.v1;
const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const namespace = "default";
const [FIRST, SECOND] = ["1", "2"].map((letter) => btoa(letter.repeat(32)));
/** What nobody may read. */
const SECRETS = [
  "WHY-7391",
  "vera.marker",
  "FAILURE-7391",
  "STOPPED-7391",
  "Watches over",
  "cycle 1 (force)",
];

let connection: NativeConnection;
Deno.test.beforeAll(async () => {
  installRuntime(() => undefined);
  connection = await NativeConnection.connect({ address: (await sharedInstallation()).temporalAddress });
});
Deno.test.afterAll(() => connection.close());

interface Story {
  model: string;
  world: World;
  taskQueue: string;
}

const newStory = (): Story => ({
  model: freshName("model"),
  world: new World(),
  taskQueue: freshTaskQueue(),
});

/** Runs a worker with these keys while `work` goes on. */
async function withKeys(
  { world, taskQueue }: Story,
  keys: PayloadKeys | null,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const failures = keys ? "encoded" as const : "plain" as const;
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: await bundledWorkflows(cache, { failures, queues: "one" }) },
    dataConverter: dataConverterOf(keys, { isPatient: true }),
    activities: fakeActivities(() => world),
    shutdownGraceTime: "1 second",
    maxCachedWorkflows: 0, // else the next worker waits until the server forgets this one
  });
  await worker.runUntil(work(createTemporalClient(connection, { namespace, keys })));
}

const statusOf = (client: Client, { model }: Story) =>
  client.workflow.getHandle(retrainerId(model)).query<RetrainerStatus>("status");

const until = async (what: string, check: () => boolean | Promise<boolean>) =>
  assert.ok(
    await waitUntil(async () => await check(), { withinMs: 120_000, everyMs: 50 }),
    `in vain: ${what}`,
  );

/** What the world of these tests takes for a signature. */
const sign = () => ({ signedAt: "2011-06-01T00:00:00.000Z", signature: "ours" });

const change = (story: Story, why: string) => ({
  requestId: `${story.model}/${why}`,
  by: "vera.marker",
  why,
});

/** One cycle that deploys, one that fails, a stop and a start. */
async function tellStory(client: Client, story: Story): Promise<void> {
  const { model, world, taskQueue } = story;
  const control = temporalControl(client, { taskQueue, sign });
  await ensureRetrainer(client, { model, taskQueue, active: false });
  await control.force(model, change(story, "WHY-7391"));
  await until("the cycle deploys", () => world.outcomes.includes("deployed"));
  world.failing.set("train", () => hopeless("FAILURE-7391 of the trainer"));
  await control.force(model, change(story, "WHY-7391 again"));
  await until("the cycle fails", () => world.outcomes.includes("failed"));
  world.failing.clear();
  await control.start(model, change(story, "WHY-7391 start"));
  await until("it is started", async () => (await statusOf(client, story)).active);
  await control.stop(model, { ...change(story, "STOPPED-7391"), running: "finish" });
  await until("it is stopped", async () => !(await statusOf(client, story)).active);
}

/** Everything that the server tells of these workflows to whoever asks, as the bytes that it sends. */
async function bytesHeld(ids: readonly string[]): Promise<string> {
  const { workflowService } = connection;
  const texts = await Promise.all(ids.map(async (workflowId) => {
    const execution = { workflowId };
    const { history } = await workflowService.getWorkflowExecutionHistory({ namespace, execution });
    const about = await workflowService.describeWorkflowExecution({ namespace, execution });
    const bytes = [
      History.encode(history!).finish(),
      DescribeWorkflowExecutionResponse.encode(about).finish(),
    ];
    return bytes.map((part) => new TextDecoder("latin1").decode(part)).join("\n");
  }));
  return texts.join("\n");
}

const idsOf = (
  { model }: Story,
): string[] => [retrainerId(model), ...[1, 2].map((number) => `${retrainerId(model)}/cycle/${number}`)];

const terminate = (client: Client, { model }: Story) =>
  client.workflow.getHandle(retrainerId(model)).terminate("the test has ended");

Deno.test(
  "a forced cycle, a failed one, a start and a stop leave no word of a person with Temporal, where there is a key",
  options,
  async () => {
    const keys = await openPayloadKeys({ current: FIRST });
    const [hidden, clear] = [newStory(), newStory()];
    await withKeys(hidden, keys, async (client) => {
      await tellStory(client, hidden);
      const failed = await client.workflow.getHandle(`${retrainerId(hidden.model)}/cycle/2`).result();
      assert.match(failed.text, /FAILURE-7391/, "who has the key reads what went wrong");
      const { memo } = await client.workflow.getHandle(`${retrainerId(hidden.model)}/cycle/1`).describe();
      assert.equal(memo?.requestedBy, "vera.marker", "who has the key reads on");
    });
    await withKeys(clear, null, (client) => tellStory(client, clear));
    const told = await bytesHeld(idsOf(clear));
    assert.deepEqual(SECRETS.filter((word) => !told.includes(word)), [], "without a key all of it is told");
    const held = await bytesHeld(idsOf(hidden));
    assert.deepEqual(SECRETS.filter((word) => held.includes(word)), []);
    assert.ok(held.includes("binary/encrypted") && held.includes(keys!.keyId!));
    await terminate(new Client({ connection }), hidden);
    await terminate(new Client({ connection }), clear);
  },
);

Deno.test(
  "a retrainer that began in clear goes on under a key, and under the next one after a rotation",
  options,
  async () => {
    const story = newStory();
    const { model, taskQueue } = story;
    const forced = (client: Client, nth: number) => async () => {
      await temporalControl(client, { taskQueue, sign }).force(model, change(story, `cycle ${nth}`));
      await until(`cycle ${nth}`, async () => {
        const { last, runningCycle } = await statusOf(client, story);
        return runningCycle === null && last?.cycleId === `${retrainerId(model)}/cycle/${nth}`;
      });
    };
    await withKeys(story, null, async (client) => {
      await ensureRetrainer(client, { model, taskQueue, active: false });
      await forced(client, 1)();
    });
    const [first, rotated] = [
      await openPayloadKeys({ current: FIRST }),
      await openPayloadKeys({ current: SECOND, older: [FIRST] }),
    ];
    await withKeys(story, first, (client) => forced(client, 2)());
    await withKeys(story, rotated, async (client) => {
      await forced(client, 3)();
      assert.equal((await statusOf(client, story)).last?.outcome, "deployed");
      await terminate(client, story);
    });
  },
);

Deno.test("workflows that were recorded in clear replay under a key", options, async () => {
  const keys = await openPayloadKeys({ current: FIRST });
  const code = await Deno.readTextFile(await bundledWorkflows(cache, { failures: "encoded" }));
  const folder = new URL("../histories/", import.meta.url);
  const versions = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory);
  for (const { name: version } of versions) {
    for (const { name } of Deno.readDirSync(new URL(`${version}/`, folder))) {
      if (!/^(retrainer-churn|cycle-(deployed|failed))\.json$/.test(name)) continue;
      const history = JSON.parse(await Deno.readTextFile(new URL(`${version}/${name}`, folder)));
      const replaying = { workflowBundle: { code }, dataConverter: dataConverterOf(keys) };
      await Worker.runReplayHistory(replaying, history, `replay of ${version}/${name}`);
    }
  }
});
