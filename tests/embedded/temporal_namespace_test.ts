/** What Temporal lacks is told at the start, by one sentence with the command that mends it; on a real server. */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { findTemporal } from "../../src/embedded/temporal_binary.ts";
import {
  namespaceId,
  needNamespaceOf,
  prepareNamespace,
  SEARCH_ATTRIBUTES,
  TemporalSetupError,
} from "../../src/embedded/temporal_namespace.ts";
import { WITHOUT_ATTRIBUTES } from "../../src/temporal/connect.ts";
import { ensureRetrainer, retrainerId, temporalControl } from "../../src/temporal/control_client.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { fakeActivities, World } from "../workflows/fake_world.ts";
import { ENDING } from "../support/worker.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const env = Deno.env.toObject();
const cache = cacheHome({ env, uid: Deno.uid() });

interface Bench {
  connection: NativeConnection;
  place: { address: string; namespace: string };
  cli(...args: string[]): Promise<void>;
}

/** A namespace without any search attributes of ours. */
async function withNamespace(work: (bench: Bench) => Promise<void>): Promise<void> {
  installRuntime(() => undefined);
  const { temporalAddress: address } = await sharedInstallation();
  const bin = await findTemporal({ cache, env, log: () => undefined });
  const namespace = freshName("bare");
  const cli = async (...args: string[]) => {
    const given = [...args, "--namespace", namespace, "--address", address];
    const { ok, output } = await runProgram(bin, given, { timeoutMs: 60_000, env: { HOME: "/nonexistent" } });
    assert.ok(ok, output);
  };
  await cli("operator", "namespace", "create", "--retention", "1d");
  const connection = await NativeConnection.connect({ address });
  try {
    await work({ connection, place: { address, namespace }, cli });
  } finally {
    await connection.close();
  }
}

const addAttribute = (cli: Bench["cli"], name: string, type: string) =>
  cli("operator", "search-attribute", "create", "--name", name, "--type", type);

Deno.test(
  "namespaceId() tells of a namespace that does not exist, with the command that makes it",
  options,
  () =>
    withNamespace(async ({ connection, place }) => {
      assert.match(await namespaceId(connection, place) ?? "", /^[0-9a-f-]{36}$/);
      await assert.rejects(namespaceId(connection, { ...place, namespace: "shop" }), ({ name, message }) => {
        const told = [
          'namespace "shop"',
          place.address,
          "not found",
          "operator namespace create --namespace shop",
        ];
        return name === "TemporalSetupError" && told.every((words) => message.includes(words));
      });
    }),
);

Deno.test(
  "needNamespaceOf() takes a namespace without data for a shop's if it has its name, else for that of no shop",
  options,
  () =>
    withNamespace(async ({ connection, place }) => {
      await needNamespaceOf(connection, place, undefined);
      await needNamespaceOf(connection, place, place.namespace);
      await assert.rejects(needNamespaceOf(connection, place, "outlet"), { name: "TemporalSetupError" });
    }),
);

Deno.test(
  "prepareNamespace() adds what is missing, once",
  options,
  () =>
    withNamespace(async ({ connection, place }) => {
      assert.equal(await prepareNamespace(connection, place), true);
      assert.equal(await prepareNamespace(connection, place), true);
      const { customAttributes } = await connection.operatorService.listSearchAttributes(place);
      assert.deepEqual(SEARCH_ATTRIBUTES.map((name) => customAttributes[name]), [2, 2, 2]);
    }),
);

Deno.test(
  "prepareNamespace() tells of an attribute of another type, with both types and the commands",
  options,
  () =>
    withNamespace(async ({ connection, place, cli }) => {
      await addAttribute(cli, "PerennialVerdict", "Int");
      await assert.rejects(prepareNamespace(connection, place), ({ name, message }) => {
        const told = [
          "PerennialVerdict",
          "Int",
          "Keyword",
          "search-attribute remove",
          "search-attribute create",
        ];
        return name === "TemporalSetupError" && told.every((words) => message.includes(words));
      });
    }),
);

Deno.test(
  "prepareNamespace() tells at once that there is no room, in the server's words",
  options,
  () =>
    withNamespace(async ({ connection, place, cli }) => {
      for (let i = 0; i < 9; i++) await addAttribute(cli, `Taken${i}`, "Keyword");
      const started = performance.now();
      await assert.rejects(prepareNamespace(connection, place), (error: Error) => {
        assert.ok(error instanceof TemporalSetupError);
        assert.match(
          error.message,
          /PerennialModel.*: .*(limit|exceed|maximum|cannot have more than).*search-attribute create/i,
        );
        return true;
      });
      assert.ok(performance.now() - started < 60_000);
    }),
);

Deno.test(
  "a retrainer and its cycle run without search attributes, where nobody may add them",
  options,
  () =>
    withNamespace(async ({ connection, place }) => {
      const refused = () => Promise.reject(Object.assign(new Error("denied"), { code: 7 }));
      const operatorService = {
        listSearchAttributes: refused,
      } as unknown as NativeConnection["operatorService"];
      assert.equal(await prepareNamespace({ operatorService }, place), false);
      const { namespace } = place;
      const taskQueue = freshTaskQueue();
      const world = new World();
      const client = new Client({ connection, namespace, interceptors: { workflow: [WITHOUT_ATTRIBUTES] } });
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue,
        workflowBundle: { codePath: await bundledWorkflows(cache, { queues: "one" }) },
        activities: fakeActivities(() => world),
        ...ENDING,
      });
      const running = worker.run();
      await ensureRetrainer(client, { model: "churn", taskQueue, active: false });
      await temporalControl(client, { taskQueue }).force("churn", { requestId: "r", by: "ann", why: "" });
      const cycle = client.workflow.getHandle("retrainer/churn/cycle/1");
      const ended = async () => (await cycle.describe().catch(() => null))?.status.name === "COMPLETED";
      assert.ok(await waitUntil(ended, { withinMs: 300_000, everyMs: 100 }), "the cycle did not end");
      await client.workflow.getHandle(retrainerId("churn")).terminate();
      worker.shutdown();
      await running;
    }),
);
