/** The worker and the API as processes that may do no more than they need: whole cycles, events and predictions. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client } from "@temporalio/client";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { connect } from "../../src/db/connect.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { configFor } from "../../src/demo/protocol.ts";
import { checkAsOf } from "../../src/temporal/control_client.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { importFile } from "../../src/app/events/import.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { connectTemporal } from "../../src/temporal/connect.ts";
import { readConfig } from "../../src/config/environment.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { freshNamespace, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { PROTOCOL, SCORED, writeSmallShop } from "./small_shop.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const KEY = "pk_a-key-for-this-test";
const SECRET = "a secret of this test, long enough";

interface Place {
  env: Record<string, string>;
  home: string;
  cache: string;
  /** hosts with ports that may be reached */
  servers: string[];
}

/** Starts a part as `deno task api` and `deno task worker` do, bounded further to these folders and servers. */
function startPart(part: "api" | "worker", { env, home, cache, servers }: Place, port?: number) {
  const net = [...servers, ...port === undefined ? [] : [`127.0.0.1:${port}`]];
  const output: string[] = [];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--no-prompt",
      `--allow-net=${net.join(",")}`,
      `--allow-read=${[ROOT, home, cache].join(",")}`,
      `--allow-write=${[home, cache].join(",")}`,
      "--allow-env",
      "--allow-sys",
      `--allow-ffi=${ROOT}node_modules`,
      "--deny-run",
      `${ROOT}src/main.ts`,
      part,
    ],
    env: { ...env, ...port === undefined ? {} : { PERENNIAL_PORT: String(port) } },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const read = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void output.push(text) }),
  );
  return {
    output: () => output.join(""),
    async stop() {
      try {
        child.kill("SIGTERM");
      } catch {
        // it ended by itself
      }
      await child.status;
      await read;
    },
  };
}

const ready = async (part: ReturnType<typeof startPart>) => {
  const isUp = await waitUntil(() => Promise.resolve(/Ready: |^error: /m.test(part.output())), {
    withinMs: 300_000,
    everyMs: 50,
  });
  assert.ok(isUp && part.output().includes("Ready: "), part.output());
};

Deno.test({
  name:
    "a worker and an API without programs, other hosts or other folders train, validate, deploy and predict",
  sanitizeOps: false, // the SDK keeps its native runtime for the process
  sanitizeResources: false,
  fn: async () => {
    installRuntime(() => undefined);
    await using database = await migratedDatabase();
    const { temporalAddress } = await sharedInstallation();
    const [namespace, taskQueue] = [await freshNamespace(), freshTaskQueue()];
    const home = await Deno.makeTempDir();
    const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
    const sql = connect(database.url, { max: 3 });
    const { host } = new URL(database.url);
    const place: Place = {
      home,
      cache,
      servers: [host, temporalAddress],
      env: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: temporalAddress,
        TEMPORAL_NAMESPACE: namespace,
        TEMPORAL_TASK_QUEUE: taskQueue,
        PERENNIAL_HOME: home,
        PERENNIAL_CACHE: cache,
        PERENNIAL_API_KEY: KEY,
        PERENNIAL_SECRET: SECRET,
      },
    };
    await bundledWorkflows(cache); // made once for each version; making it reads the folders above the checkout
    const worker = startPart("worker", place);
    const port = await freePort();
    let api: ReturnType<typeof startPart> | undefined;
    try {
      await ready(worker);
      const { version, config } = await currentConfig(sql);
      await saveConfig(sql, {
        config: { ...configFor(config, PROTOCOL), min_validation_rows: 50 },
        after: version,
        by: "a test",
        why: "",
      });
      const file = `${home}/events.csv`;
      await writeSmallShop(file, { every: 2 });
      const pseudonym = createPseudonymizer(SECRET);
      await importFile({ sql, clock: () => Date.now(), pseudonym }, file, {});
      const connection = await connectTemporal(temporalAddress, readConfig({}));
      const client = new Client({ connection, namespace });
      const { cycleId, outcome } = await checkAsOf(client, "churn", SCORED.at(-1)!);
      assert.equal(outcome, "deployed", `${cycleId}: ${worker.output()}`);
      await connection.close();
      const serving = await servingVersion(sql, "churn");
      assert.ok(serving !== null, worker.output());
      api = startPart("api", place, port);
      await ready(api);
      const send = (path: string, body: unknown) =>
        fetch(`http://127.0.0.1:${port}${path}`, {
          method: "POST",
          headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      const events = await send("/events", [{
        id: "e",
        type: "view",
        user: "u",
        time: "2011-07-01T00:00:00Z",
      }]);
      assert.equal((await events.json()).accepted, 1);
      const answer = await (await send("/predictions/churn", { user: "12348", asOf: "2011-06-21T00:00:00Z" }))
        .json();
      assert.deepEqual([answer.version, answer.fallback], [serving, false]);
      const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: "text/html" } });
      assert.equal(page.status, 200);
      await page.body?.cancel();
      assert.doesNotMatch(worker.output() + api.output(), /NotCapable|Requires \w+ access/);
    } finally {
      await Promise.all([worker.stop(), api?.stop()]);
      await sql.end({ timeout: 5 });
      await Deno.remove(home, { recursive: true });
    }
  },
});
