import assert from "node:assert/strict";
import { withApp } from "./support.ts";

Deno.test("createApp() refuses a foreign Host header while it listens on loopback", () =>
  withApp(async ({ app }) => {
    for (const host of ["evil.example:8000", "localhost.evil.example", "192.168.1.5:8000"]) {
      const response = await app.request("/retraining/status", { headers: { Host: host } });
      assert.equal(response.status, 421, host);
      assert.equal((await response.json()).type, "urn:perennial:problem:foreign-host");
    }
    for (const host of ["localhost:8000", "127.0.0.1:9000", "[::1]:8000"]) {
      assert.equal((await app.request("/healthz", { headers: { Host: host } })).status, 200, host);
    }
  }));

Deno.test("createApp() answers to any Host when it listens beyond loopback", () =>
  withApp(async ({ app }) => {
    assert.equal((await app.request("/healthz", { headers: { Host: "shop.example" } })).status, 200);
  }, { host: "0.0.0.0" }));

Deno.test("createApp() puts security headers and a request id on answers and on errors", () =>
  withApp(async ({ app }) => {
    for (const path of ["/healthz", "/nowhere", "/audit"]) {
      const response = await app.request(path);
      assert.equal(response.headers.get("x-content-type-options"), "nosniff", path);
      assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/, path);
      assert.match(response.headers.get("x-request-id") ?? "", /^[\w-]{36}$/, path);
      await response.body?.cancel();
    }
    const named = await app.request("/healthz", { headers: { "X-Request-Id": "my-trace.7" } });
    assert.equal(named.headers.get("x-request-id"), "my-trace.7");
    const odd = await app.request("/healthz", { headers: { "X-Request-Id": "<script>" } });
    assert.match(odd.headers.get("x-request-id") ?? "", /^[\w-]{36}$/);
  }));

Deno.test("createApp() refuses a body beyond its limit, before reading it whole", () =>
  withApp(async ({ call }) => {
    const response = await call("POST", "/retraining/force", { why: "x".repeat(5 * 1024 * 1024) });
    assert.equal(response.status, 413);
    assert.equal((await response.json()).type, "urn:perennial:problem:too-large");
  }));

Deno.test("createApp() mounts what is given at / beside the API, behind the same outer guards", () =>
  withApp(
    async ({ app }) => {
      const page = await app.request("/");
      assert.deepEqual([page.status, await page.text()], [200, "dashboard"]);
      assert.equal(page.headers.get("content-security-policy"), "default-src 'self'"); // its own
      assert.equal(page.headers.get("x-frame-options"), "DENY");
      assert.equal((await app.request("/", { headers: { Host: "evil.example" } })).status, 421);
      assert.equal((await app.request("/healthz")).status, 200);
    },
    {},
    {
      mount: (app) =>
        app.get("/", (c) => c.body("dashboard", 200, { "Content-Security-Policy": "default-src 'self'" })),
    },
  ));

Deno.test("createApp() leads from / to the docs, while nothing is mounted there", () =>
  withApp(async ({ app }) => {
    const response = await app.request("/");
    assert.deepEqual([response.status, response.headers.get("location")], [302, "/docs"]);
  }));
