import assert from "node:assert/strict";
import { CannotListenError, serveApi } from "../../src/api/serve.ts";
import { withDesk } from "../dashboard/sessions_support.ts";
import { KEY, withApp } from "./support.ts";

Deno.test("serveApi() answers over HTTP, says what to do when its port is taken, and stops", () =>
  withApp(async ({ app }) => {
    const served = serveApi(app, { host: "127.0.0.1", port: 0 });
    try {
      assert.equal(served.url, `http://127.0.0.1:${served.port}`);
      const response = await fetch(`${served.url}/retraining/status`);
      assert.equal((await response.json()).models.length, 2);
      assert.throws(() => serveApi(app, { host: "127.0.0.1", port: served.port }), (error) => {
        assert.ok(error instanceof CannotListenError);
        assert.match(error.message, new RegExp(`^Port ${served.port} is taken .* PERENNIAL_PORT or --port`));
        return true;
      });
    } finally {
      await Promise.all([served.stop(), served.stop()]);
    }
    await served.finished;
    await assert.rejects(fetch(`${served.url}/healthz`));
  }));

Deno.test("serveApi() lets a running request finish before it stops", () =>
  withApp(
    async ({ app }) => {
      const served = serveApi(app, { host: "127.0.0.1", port: 0 });
      const running = fetch(`${served.url}/slow`);
      await new Promise((done) => setTimeout(done, 150));
      await served.stop();
      assert.equal(await (await running).text(), "done");
    },
    {},
    {
      mount: (app) =>
        app.get("/slow", async (c) => {
          await new Promise((done) => setTimeout(done, 500));
          return c.text("done");
        }),
    },
  ));

for (
  const [what, sent] of [
    ["a body that never ends", "POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc"],
    ["an answer that does not come", "GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ]
) {
  Deno.test({
    name: `serveApi() stops in spite of ${what}`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withApp(
        async ({ app }) => {
          const served = serveApi(app, { host: "127.0.0.1", port: 0 });
          using connection = await Deno.connect({ port: served.port });
          await connection.write(new TextEncoder().encode(sent));
          await new Promise((done) => setTimeout(done, 300)); // it is being read
          await served.stop();
          await served.stop(); // and again
        },
        {},
        {
          mount: (app) => {
            app.post("/slow", async (c) => c.text(await c.req.text()));
            app.get("/never", () => new Promise<Response>(() => undefined));
          },
        },
      ),
  });
}

Deno.test({
  name: "a server that stops answers 503 to whoever has not sent their body to its end",
  sanitizeOps: false, // the server waits for the rest of the body
  sanitizeResources: false,
  fn: () =>
    withApp(async ({ app }) => {
      const served = serveApi(app, { host: "127.0.0.1", port: 0 });
      using connection = await Deno.connect({ port: served.port });
      const head = ["POST /events HTTP/1.1", "Host: localhost", "Content-Type: application/json"];
      const sent = [...head, `Authorization: Bearer ${KEY}`, "Content-Length: 100", "", "[{"].join("\r\n");
      await connection.write(new TextEncoder().encode(sent));
      await new Promise((done) => setTimeout(done, 300)); // it is being read
      const stopped = served.stop();
      const reader = connection.readable.pipeThrough(new TextDecoderStream()).getReader();
      let answer = "";
      while (!answer.includes("}")) {
        answer += (await reader.read()).value ?? assert.fail(`closed after ${answer}`);
      }
      await stopped;
      assert.match(answer, /^HTTP\/1\.1 503 /);
      assert.match(answer, /retry-after: \d/i);
      assert.match(answer, /could not be read to its end; send it again/);
    }),
});

Deno.test("serveApi() ends streams when it stops, which have no end of their own", () =>
  withDesk(async ({ app }) => {
    const served = serveApi(app, { host: "127.0.0.1", port: 0 });
    const res = await fetch(`${served.url}/live`, { headers: { accept: "text/event-stream" } });
    assert.deepEqual([res.status, res.headers.get("content-type")], [200, "text/event-stream"]);
    const reader = res.body!.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await reader.read()).value!, /^retry: 2000\n\nevent: view\nid: [0-9a-f]{16}\ndata: /);
    let waited = 0;
    const timer = setInterval(() => waited += 100, 100);
    await served.stop();
    clearInterval(timer);
    assert.ok(waited < 3000, `stopping took ${waited} ms`);
    while (!(await reader.read()).done);
  }));
