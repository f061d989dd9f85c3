/**
 * DNS rebinding in a real browser: a page of a foreign name whose address becomes ours while it is open. Browser and
 * service see what they would see then: one origin for the page and for what it asks, and that origin's name as host.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { serveApi } from "../../src/api/serve.ts";
import { ACCESS } from "../../src/api/access.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { withDesk } from "../dashboard/sessions_support.ts";

const FOREIGN_NAME = "shop.evil.example";
const HOST_RULES = `--host-resolver-rules=MAP ${FOREIGN_NAME} 127.0.0.1`;

interface Answer {
  what: string;
  status: number;
  body: string;
}

/** What a page of ours or of Temporal's shows, and every route with its method. */
const ASKED = [
  ...Object.keys(ACCESS),
  "GET /",
  "GET /sign-in",
  "GET /models/churn",
  "POST /act/stop",
  "GET /docs",
  "GET /temporal/",
  "GET /temporal/api/v1/settings",
  "POST /temporal/api/v1/namespaces/default/workflows/retrainer%2Fchurn/signal/stop",
].map((route) => route.replaceAll(/\{\w+\}/g, "1"));

Deno.test({
  name: "a page that rebinds its name to this machine reads nothing and changes nothing, by any route",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withDesk(async ({ app, sql }) => {
      const service = serveApi(app, { host: "127.0.0.1", port: 0 });
      const attacker = rebinding(Number(new URL(service.url).port));
      try {
        const before = await changes(sql);
        const answers = await inBrowser(async (page) => {
          await page.goto(attacker.url);
          attacker.rebind();
          return await ask(page, ASKED);
        });
        assert.equal(answers.length, ASKED.length);
        for (const { what, status, body } of answers) {
          assert.equal(status, 421, `${what}: ${body}`);
          assert.doesNotMatch(body, /churn|version|shopper/i, what);
        }
        assert.deepEqual(await changes(sql), before);
      } finally {
        await attacker.stop();
        await service.stop();
      }
    }),
});

Deno.test({
  name: "the same page reads a server that does not look at the host: the attack is one",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => new Response(`secret of ${request.headers.get("host")}`),
    );
    const attacker = rebinding(server.addr.port);
    try {
      const [answer] = await inBrowser(async (page) => {
        await page.goto(attacker.url);
        attacker.rebind();
        return await ask(page, ["POST /retraining/stop"]);
      });
      assert.equal(answer.status, 200);
      assert.match(answer.body, /^secret of shop\.evil\.example:\d+$/);
    } finally {
      await attacker.stop();
      await server.shutdown();
    }
  },
});

const inBrowser = (use: (page: Page) => Promise<Answer[]>): Promise<Answer[]> =>
  withChromium(async (browser) => use(await browser.newPage()), { args: [HOST_RULES] });

/** Asks as a script of the page would, and reads what comes: it is of the page's own origin. */
const ask = (page: Page, asked: string[]): Promise<Answer[]> =>
  page.evaluate(async (routes) => {
    const answers: Answer[] = [];
    for (const what of routes) {
      const [method, path] = what.split(" ");
      const body = method === "GET" ? undefined : JSON.stringify({ model: "churn", why: "sent by a page" });
      const headers = { "content-type": "application/json" };
      const response = await fetch(path, { method, body, headers });
      answers.push({ what, status: response.status, body: await response.text() });
    }
    return answers;
  }, asked);

/** Rows that a deed would add to. */
async function changes(sql: Parameters<Parameters<typeof withDesk>[0]>[0]["sql"]): Promise<unknown> {
  return [
    ...await sql`select (select count(*)::int from audit) as audit, (select count(*)::int from outbox) as signals,
      (select count(*)::int from events) as events`,
  ];
}

/**
 * A name's address before and after: it answers with the attacker's page, and from `rebind()` on what is asked goes to `port`
 * of this machine, byte for byte; also on a connection that the browser opened ahead.
 */
function rebinding(port: number): { url: string; rebind(): void; stop(): Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let isOurs = false;
  const open = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const connection of listener) {
      const handled = answer(connection, () => isOurs ? port : null).catch(() => undefined);
      open.add(handled);
      handled.finally(() => open.delete(handled));
    }
  })();
  return {
    url: `http://${FOREIGN_NAME}:${(listener.addr as Deno.NetAddr).port}/`,
    rebind: () => {
      isOurs = true;
    },
    async stop() {
      listener.close();
      await accepting;
      await Promise.all(open);
    },
  };
}

const PAGE = "<!doctype html><title>A prize</title><p>You have won.";
const HEAD =
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${PAGE.length}\r\nconnection: close`;

async function answer(connection: Deno.Conn, target: () => number | null): Promise<void> {
  const first = new Uint8Array(65_536);
  const length = await connection.read(first) ?? 0;
  const port = target();
  if (port !== null && length > 0) {
    return await forward(connection, { port, first: first.subarray(0, length) });
  }
  if (length > 0) await connection.write(new TextEncoder().encode(`${HEAD}\r\n\r\n${PAGE}`));
  connection.close();
}

async function forward(
  connection: Deno.Conn,
  { port, first }: { port: number; first: Uint8Array },
): Promise<void> {
  const service = await Deno.connect({ hostname: "127.0.0.1", port });
  await service.write(first);
  await Promise.allSettled([
    connection.readable.pipeTo(service.writable),
    service.readable.pipeTo(connection.writable),
  ]);
}
