/** Temporal's own pages on a port of their own, with our codec endpoint: who has signed in here reads there, nobody else. */
import assert from "node:assert/strict";
import { NativeConnection } from "@temporalio/worker";
import type { BrowserContext } from "playwright-core";
import { serveApi } from "../../src/api/serve.ts";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import type { Database } from "../../src/db/connect.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { endProcess } from "../../src/embedded/process.ts";
import { findTemporal } from "../../src/embedded/temporal_binary.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { openPayloadKeys } from "../../src/security/payload_keys.ts";
import { createTemporalClient } from "../../src/temporal/connect.ts";
import { codecServer } from "../../src/temporal/payload_codec.ts";
import { withDesk } from "../dashboard/sessions_support.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { signIn } from "./sign_in.ts";

const WHY = "WHY-7391 it rained";
const CLEAR = /WHY-7391/;
/** The encoding of an encrypted payload, also as the page shows bytes. */
const HIDDEN = /binary\/encrypted|YmluYXJ5L2VuY3J5cHRlZA/;
const KEY = "pk_the-key-of-vera";
const keys = (await openPayloadKeys({ current: btoa("k".repeat(32)) }))!;

/** A Temporal server with its pages, as an operator runs one beside Perennial. */
interface Elsewhere extends AsyncDisposable {
  /** address of the page of the one workflow that it holds: its input is encrypted */
  workflow: string;
}

async function temporalElsewhere({ uiPort, codec }: { uiPort: number; codec: string }): Promise<Elsewhere> {
  const env = Deno.env.toObject();
  const cache = cacheHome({ env, uid: Deno.uid() });
  const bin = await findTemporal({ cache, env, log: () => undefined });
  const port = await freePort();
  const ports = ["--ip=127.0.0.1", `--port=${port}`, `--ui-port=${uiPort}`];
  const args = ["server", "start-dev", ...ports, `--ui-codec-endpoint=${codec}`, "--log-level=error"];
  const server = new Deno.Command(bin, { args, stdout: "null", stderr: "null" }).spawn();
  const stop = async () => {
    await endProcess(server.pid, [{ signal: "SIGKILL", waitMs: 5_000 }]);
    await server.status;
  };
  try {
    const workflow = await holdOne(`127.0.0.1:${port}`);
    return {
      workflow: `http://localhost:${uiPort}/namespaces/default/workflows/${workflow}/history`,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Begins a workflow that nobody works on. @returns its id and run, as in the address of its page */
async function holdOne(address: string): Promise<string> {
  let connection: NativeConnection | undefined;
  const connect = async () => {
    connection = await NativeConnection.connect({ address }).catch(() => undefined);
    return connection !== undefined;
  };
  assert.ok(await waitUntil(connect, { withinMs: 60_000, everyMs: 200 }), "Temporal does not start");
  try {
    const { workflow } = createTemporalClient(connection!, { namespace: "default", keys });
    const options = { workflowId: "held", taskQueue: "nobody", args: [{ why: WHY }] };
    const { firstExecutionRunId } = await workflow.start("nobody", options);
    return `held/${firstExecutionRunId}`;
  } finally {
    await connection!.close();
  }
}

/** What the page of the workflow shows, and how the codec answered it. */
interface Shown {
  text: string;
  codec: number[];
}

/** Opens the page of the workflow as one who has set there, under "Codec Server", that cookies are sent along or not. */
async function shown(
  browser: BrowserContext,
  workflow: string,
  { codec: endpoint, withCookies }: { codec: string; withCookies: boolean },
): Promise<Shown> {
  const page = await browser.newPage();
  const codec: number[] = [];
  page.on("response", (response) => {
    const isAsked = response.url() === `${endpoint}/decode` && response.request().method() === "POST";
    if (isAsked) codec.push(response.status());
  });
  const choice = { endpoint, overrideRemoteCodecConfiguration: true, includeCredentials: withCookies };
  await page.addInitScript((all) => {
    for (const [name, value] of Object.entries(all)) localStorage.setItem(name, JSON.stringify(value));
  }, choice);
  await page.goto(workflow);
  const text = () => page.locator("body").innerText();
  const isDrawn = async () => codec.length > 0 && (CLEAR.test(await text()) || HIDDEN.test(await text()));
  assert.ok(await waitUntil(isDrawn, { withinMs: 90_000, everyMs: 500 }), await text());
  const answer = { text: await text(), codec };
  await page.close();
  return answer;
}

/** How two ways of a page of another port end that asks the codec: by a script as Temporal's pages have, and by a plain form. */
async function askedBySibling(browser: BrowserContext, codec: string): Promise<string[]> {
  const html = "<!doctype html><title>A prize</title>";
  const sibling = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(html, { headers: { "content-type": "text/html" } }),
  );
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${sibling.addr.port}/`);
    return await page.evaluate(async (address) => {
      const ask = (type: string, mode: RequestMode) =>
        fetch(address, {
          method: "POST",
          mode,
          credentials: "include",
          headers: { "content-type": type },
          body: JSON.stringify({ payloads: [] }),
        }).then(async (answer) => `${answer.type} "${await answer.text()}"`, () => "refused");
      return [await ask("application/json", "cors"), await ask("text/plain", "no-cors")];
    }, `${codec}/decode`);
  } finally {
    await sibling.shutdown();
  }
}

const readsNoted = async (sql: Database): Promise<number> =>
  (await sql`select from audit where target = 'POST /temporal/codec/decode'
    and action = 'read of persons'' data'`).count;

Deno.test({
  name: "pages of a Temporal elsewhere show payloads to who has signed in here, and to nobody else",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const uiPort = await freePort();
    await withDesk(async ({ app, sql }) => {
      const service = serveApi(app, { host: "127.0.0.1", port: 0 });
      const ours = `http://localhost:${service.port}`;
      const codec = `${ours}/temporal/codec`;
      await using elsewhere = await temporalElsewhere({ uiPort, codec });
      try {
        await insertKey(sql, { name: "vera", role: "viewer", sha256: sha256(KEY), by: null });
        await withChromium(async (browser) => {
          const open = (withCookies: boolean) => shown(browser, elsewhere.workflow, { codec, withCookies });
          const isHidden = ({ text, codec }: Shown) => {
            assert.doesNotMatch(text, CLEAR);
            assert.match(text, HIDDEN);
            assert.ok(codec.length > 0 && codec.every((status) => status === 401), codec.join(" "));
          };
          isHidden(await open(true));
          const page = await browser.newPage();
          await signIn(page, ours, KEY);
          const read = await open(true);
          assert.match(read.text, /WHY-7391 it rained/);
          assert.ok(read.codec.includes(200), read.codec.join(" "));
          assert.ok(await readsNoted(sql) > 0, "that it was read stands in the audit");
          isHidden(await open(false));
          assert.deepEqual(await askedBySibling(browser, codec), ["refused", "refused"]);
          await sql`delete from api_keys where name = 'vera'`;
          isHidden(await open(true));
        });
      } finally {
        await service.stop();
      }
    }, { codec: codecServer(keys), temporalUi: `http://localhost:${uiPort}` });
  },
});
