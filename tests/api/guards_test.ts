import assert from "node:assert/strict";
import { KEY, withApp } from "./support.ts";

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
      assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin", path);
      assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin", path);
      assert.match(response.headers.get("permissions-policy") ?? "", /camera=\(\).*geolocation=\(\)/, path);
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

Deno.test("a method that an address does not take is answered 405 with those that it does", () =>
  withApp(async ({ call }) => {
    for (
      const [method, path, allow] of [
        ["DELETE", "/retraining/start", "POST"],
        ["POST", "/audit", "GET, HEAD"],
        ["PUT", "/keys", "GET, POST, HEAD"],
        ["GET", "/keys/ana/rotate", "POST"],
        ["POST", "/retraining/cycles/retrainer/churn/cycle/1", "GET, HEAD"],
      ]
    ) {
      const response = await call(method, path);
      assert.deepEqual([response.status, response.headers.get("allow")], [405, allow], `${method} ${path}`);
    }
    assert.equal((await call("GET", "/nowhere")).status, 404);
  }));

Deno.test("a Host header that cannot be is 400, whatever is asked for", () =>
  withApp(async ({ app }) => {
    for (const host of ["[", "a b", "127.0.0.1:99999", "127.0.0.1:abc", "user@localhost", "localhost/x"]) {
      const response = await app.request("/healthz", { headers: { Host: host } });
      assert.equal(response.status, 400, host);
    }
  }));

Deno.test("JSON that is nested too deep is refused before it is read, on every route with a body", () =>
  withApp(async ({ app }) => {
    const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    for (const path of ["/retraining/config/try", "/retraining/start", "/keys", "/predictions/churn"]) {
      const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" };
      const response = await app.request(path, { method: "POST", headers, body: deep });
      assert.ok([400, 422].includes(response.status), `${path}: ${response.status}`);
    }
  }));

Deno.test("behind a proxy reading needs a key, though the server listens on loopback, and its public name is its own", () =>
  withApp(async ({ app, call }) => {
    assert.equal((await app.request("/retraining/status")).status, 401);
    assert.equal((await call("GET", "/retraining/status")).status, 200);
    for (
      const [host, status] of [["shop.example", 200], ["localhost:8000", 200], ["evil.example", 421]] as const
    ) {
      assert.equal((await app.request("/healthz", { headers: { Host: host } })).status, status, host);
    }
  }, { readsNeedKey: true, publicUrl: "https://shop.example" }));

Deno.test("over TLS an answer tells browsers to stay with it, by names of this machine alone it does not", () =>
  withApp(async ({ app }) => {
    const hsts = async (address: string) =>
      (await app.request(address)).headers.get("strict-transport-security");
    assert.equal(await hsts("https://shop.example/healthz"), "max-age=31536000");
    assert.equal(await hsts("https://shop.example/nowhere"), "max-age=31536000");
    assert.equal(await hsts("http://shop.example/healthz"), null);
    assert.equal(
      await hsts("https://localhost/healthz"),
      null,
      "other ports of this machine may speak no TLS",
    );
  }, { host: "0.0.0.0" }));
