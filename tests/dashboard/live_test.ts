import assert from "node:assert/strict";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { serveApi } from "../../src/api/serve.ts";
import { withApp } from "../api/support.ts";
import { dashboardPages } from "../../src/dashboard/mount.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";

/** Asks `/live` as a page does that listens. */
async function listen(
  site: (req: Request) => Response | Promise<Response>,
  { query = "", headers = {}, signal }: {
    query?: string;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  } = {},
) {
  const all = { accept: "text/event-stream", ...headers };
  const res = await site(new Request(`http://localhost/live${query}`, { headers: all, signal }));
  return {
    res,
    ...res.body && res.status === 200 ? await firstOf(res.body) : { text: "", leave: () => undefined },
  };
}

async function firstOf(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader();
  const { value } = await reader.read();
  return { text: new TextDecoder().decode(value), leave: () => void reader.cancel() };
}

const site = () => buildDashboard(fixtureDashboard(makeFixture()));

Deno.test("/live streams the view with an id; who comes back with it, by header or address, hears a beat", async () => {
  const live = await site();
  const first = await listen(live);
  assert.equal(first.res.headers.get("content-type"), "text/event-stream");
  assert.equal(first.res.headers.get("cache-control"), "no-store");
  const [, id, data] = /^retry: 2000\n\nevent: view\nid: (\w+)\ndata: (.*)\n\n$/.exec(first.text)!;
  assert.ok(JSON.parse(data).status.models.length > 0);
  const back = [
    await listen(live, { headers: { "last-event-id": id } }),
    await listen(live, { query: `?last=${id}` }),
  ];
  for (const { text } of back) assert.match(text, /^retry: 2000\n\nevent: beat\ndata: \{"readAt":/);
  const other = await listen(live, { headers: { "last-event-id": "of-another-view" }, query: `?last=${id}` });
  assert.match(other.text, /event: view/, "the browser's own header counts before the address");
  for (const { leave } of [first, ...back, other]) leave();
});

Deno.test("/live answers 503 once a hundred listen, says when to come back, and lets in who comes after one left", async () => {
  const live = await site();
  const all = await Promise.all(Array.from({ length: 103 }, () => listen(live)));
  const refused = all.filter(({ res }) => res.status === 503);
  assert.equal(refused.length, 3);
  assert.equal(refused[0].res.headers.get("retry-after"), "10");
  assert.match(await refused[0].res.text(), /Too many pages are open/);
  all.find(({ res }) => res.status === 200)!.leave();
  const next = await listen(live);
  assert.equal(next.res.status, 200);
  for (const { leave } of [...all, next]) leave();
});

Deno.test("/live answers once, as JSON, who asks for no stream", async () => {
  const res = await (await site())(new Request("http://localhost/live", { headers: { accept: "*/*" } }));
  assert.equal(res.headers.get("content-type"), "application/json");
  assert.deepEqual(Object.keys(await res.json()), ["status", "stages", "revisions", "newestAlert", "readAt"]);
});

for (const accept of ["text/event-stream", "text/event-stream, */*;q=0.1"]) {
  Deno.test(`a server that stops ends streams asked for as "${accept}" first`, () =>
    withApp(
      async ({ app }) => {
        const served = serveApi(app, { host: "127.0.0.1", port: 0 });
        const res = await fetch(`${served.url}/live`, { headers: { accept } });
        const reader = res.body!.getReader();
        await reader.read();
        await served.stop();
        while (!(await reader.read()).done);
      },
      {},
      dashboardPages,
    ));
}

Deno.test("a session whose key is revoked hears no more, beyond loopback", () =>
  withApp(
    async ({ app, call }) => {
      const { key } = await (await call("POST", "/keys", { name: "Ana", role: "viewer" })).json();
      const headers = { accept: "text/event-stream", "x-api-key": key };
      const res = await app.request("/live", { headers });
      const reader = res.body!.getReader();
      assert.match(new TextDecoder().decode((await reader.read()).value), /event: view/);
      assert.equal((await call("DELETE", "/keys/Ana")).status, 200);
      while (!(await reader.read()).done);
      assert.equal((await app.request("/live", { headers })).status, 401);
    },
    { host: "0.0.0.0" },
    dashboardPages,
  ));
