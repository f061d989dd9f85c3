import assert from "node:assert/strict";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime } from "@temporalio/worker";
import { startInstallation } from "../../src/embedded/installation.ts";
import { InstallationRunningError } from "../../src/embedded/lock.ts";
import { freePort, PortTakenError } from "../../src/embedded/ports.ts";
import { commandLine } from "../../src/embedded/process.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { SEARCH_ATTRIBUTES } from "../../src/embedded/temporal_namespace.ts";
import { freshName } from "../support/installation.ts";
import { hostEnvironment, startProgram, withFolder, withSql } from "./support.ts";

const elsewhere = { TEMPORAL_ADDRESS: "127.0.0.1:1", DATABASE_URL: "postgres://127.0.0.1:1/none" };
const log = () => undefined;
Runtime.install({ logger: new DefaultLogger("ERROR"), shutdownSignals: [] });

async function freePorts() {
  return { postgres: await freePort(), temporal: await freePort(), temporalUi: await freePort() };
}

/** Starts a workflow that no worker will ever run: it can only be found again in the server's own store. */
async function leaveWorkflow(address: string, workflowId: string): Promise<void> {
  const connection = await NativeConnection.connect({ address });
  try {
    const args = { taskQueue: "nobody", workflowId, searchAttributes: { PerennialModel: ["churn"] } };
    await new Client({ connection }).workflow.start("left", args);
  } finally {
    await connection.close();
  }
}

async function describeWorkflow(address: string, workflowId: string): Promise<string> {
  const connection = await NativeConnection.connect({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: "default",
    });
    assert.deepEqual(SEARCH_ATTRIBUTES.filter((name) => name in customAttributes), [...SEARCH_ATTRIBUTES]);
    return (await new Client({ connection }).workflow.getHandle(workflowId).describe()).status.name;
  } finally {
    await connection.close();
  }
}

async function serverPids(home: string): Promise<{ postgres: number; temporal: number }> {
  const firstLine = async (...path: string[]) =>
    Number((await Deno.readTextFile(join(home, ...path))).split("\n")[0]);
  return {
    postgres: await firstLine("postgres", "data", "postmaster.pid"),
    temporal: await firstLine("temporal.pid"),
  };
}

Deno.test("startInstallation() finds data and servers again, whatever was killed", () =>
  withFolder(async (home) => {
    const { cache, ...world } = hostEnvironment();
    const workflowId = freshName("left");
    const ports = await freePorts();
    const start = () => startProgram("run_installation.ts", [home, cache, JSON.stringify(ports)], world.env);
    const killed = await start();
    const before = JSON.parse(killed.line) as { databaseUrl: string; temporalAddress: string };
    await withSql(before.databaseUrl, (sql) => sql`create table kept as select 42 as answer`);
    await leaveWorkflow(before.temporalAddress, workflowId);
    const pids = await serverPids(home);

    const refusal = startInstallation({ ...world, home, cache, log });
    await assert.rejects(
      refusal,
      (error) => error instanceof InstallationRunningError && error.owner?.pid === killed.pid,
    );
    await killed.kill();

    const second = await start();
    assert.deepEqual(JSON.parse(second.line), before);
    assert.deepEqual(await serverPids(home), pids, "servers that are well are used as they are");
    await withSql(before.databaseUrl, (sql) => sql`insert into kept values (43)`);
    await second.kill();
    for (const pid of Object.values(pids)) Deno.kill(pid, "SIGKILL");

    const said: string[] = [];
    const third = await startInstallation({
      ...world,
      home,
      cache,
      ports,
      log: (line) => void said.push(line),
    });
    try {
      const rows = await withSql(third.databaseUrl, (sql) => sql`select answer from kept order by answer`);
      assert.deepEqual(rows.map(({ answer }) => answer), [42, 43]);
      assert.equal(await describeWorkflow(third.temporalAddress, workflowId), "RUNNING");
      assert.notDeepEqual(await serverPids(home), pids);
      assert.ok(
        said.some((line) => /^Postgres is ready on 127\.0\.0\.1:\d+ \(\d+\.\d s\)$/.test(line)),
        said.join("\n"),
      );
    } finally {
      await third.stop();
    }
  }));

Deno.test("startInstallation() restarts a server that dies, on the same port, and stop() ends both", () =>
  withFolder(async (home) => {
    const { cache, ...world } = hostEnvironment();
    const installation = await startInstallation({ ...world, home, cache, log, ports: await freePorts() });
    const first = await serverPids(home);
    try {
      for (const pid of Object.values(first)) Deno.kill(pid, "SIGKILL");
      const answers = () =>
        withSql(installation.databaseUrl, (sql) => sql`select 1`).then(() => true, () => false);
      assert.ok(await waitUntil(answers, { withinMs: 60_000, everyMs: 100 }));
      const serves = () =>
        leaveWorkflow(installation.temporalAddress, freshName("left")).then(() => true, () => false);
      assert.ok(await waitUntil(serves, { withinMs: 60_000, everyMs: 100 }));
      const pages = new URL(installation.temporalPagesAt!);
      assert.match(pages.hostname, /^127\./);
      assert.notEqual(pages.hostname, "127.0.0.1", "a page that rebinds its name cannot know it");
      const shown = () =>
        fetch(`${pages.origin}/temporal/`).then(
          async (res) => (await res.text()).includes("html"),
          () => false,
        );
      assert.ok(await waitUntil(shown, { withinMs: 60_000, everyMs: 100 }));
      await assert.rejects(fetch(`http://127.0.0.1:${pages.port}/temporal/`));
    } finally {
      await installation.stop();
    }
    const { postgres, temporal } = first;
    assert.deepEqual(await Promise.all([postgres, temporal].map(commandLine)), [undefined, undefined]);
  }));

Deno.test("startInstallation() starts nothing when both servers are named", () =>
  withFolder(async (home) => {
    const { cache, uid } = hostEnvironment();
    const installation = await startInstallation({ env: elsewhere, uid, home, cache, log });
    assert.equal(installation.databaseUrl, elsewhere.DATABASE_URL);
    assert.equal(installation.temporalAddress, elsewhere.TEMPORAL_ADDRESS);
    assert.equal(installation.temporalPagesAt, undefined);
    await installation.stop();
    assert.deepEqual([...Deno.readDirSync(home)].map(({ name }) => name), ["lock"]);
  }));

Deno.test("startInstallation() ends one server and frees the home when the other cannot start", () =>
  withFolder(async (home) => {
    const { cache, env, uid } = hostEnvironment();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const ports = { ...await freePorts(), temporalUi: listener.addr.port };
    const said: string[] = [];
    const start = startInstallation({ env, uid, home, cache, log: (line) => void said.push(line), ports });
    await assert.rejects(start, PortTakenError);
    const data = join(home, "postgres", "data");
    await assert.rejects(Deno.stat(join(data, "postmaster.pid")), Deno.errors.NotFound);
    await (await startInstallation({ env: elsewhere, uid, home, cache, log })).stop();
  }));
