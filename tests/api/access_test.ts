import assert from "node:assert/strict";
import { ACCESS, isLoopback, needsKey, routerPath } from "../../src/api/access.ts";
import { openApiDocument } from "../../src/api/openapi.ts";
import { KEY, withApp } from "./support.ts";

Deno.test("ACCESS names every route of the OpenAPI document, and each asks for a key where it says so", () =>
  withApp(async ({ app }) => {
    const document = openApiDocument(app);
    const routes = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => ({ method: method.toUpperCase(), path }))
    );
    assert.ok(routes.length >= 20);
    for (const { method, path } of routes) {
      const access = ACCESS[`${method} ${path}`];
      assert.ok(access, `${method} ${path}`);
      const concrete = path.replace("/cycles/{id}", "/cycles/retrainer/churn/cycle/1").replaceAll(
        /\{\w+\}/g,
        "churn",
      );
      for (
        const headers of [[], [["Authorization", "Bearer pk_wrong"]], [["X-API-Key", "pk_wrong"]]] as [
          string,
          string,
        ][][]
      ) {
        const response = await app.request(concrete, { method, headers });
        assert.equal(
          response.status === 401,
          access === "key",
          `${method} ${path} answered ${response.status}`,
        );
        await response.body?.cancel();
      }
    }
  }));

Deno.test("ACCESS lets nothing that changes something, and no person's data, go without a key", () => {
  const onlyReads = "POST /retraining/config/try"; // a POST for its body alone
  for (const [route, access] of Object.entries(ACCESS)) {
    const changes = !route.startsWith("GET ") && route !== onlyReads;
    const personal = /predictions|events|audit|quarantine/.test(route);
    assert.equal(access === "key", changes || personal, route);
  }
});

Deno.test("createApp() asks readers for a key when it listens beyond loopback", () =>
  withApp(async ({ app }) => {
    for (const [route, access] of Object.entries(ACCESS).filter(([route]) => route.startsWith("GET "))) {
      const path = route.slice(4).replace("{id}", "retrainer/churn/cycle/1").replace("{name}", "churn");
      const without = await app.request(path);
      assert.equal(without.status === 401, access !== "anyone", route);
      const withKey = await app.request(path, { headers: { "X-API-Key": KEY } });
      assert.notEqual(withKey.status, 401, route);
    }
  }, { host: "0.0.0.0" }));

Deno.test("createApp() takes the key as a bearer token and as X-API-Key, and says how when there is none", () =>
  withApp(async ({ app }) => {
    for (
      const header of [["Authorization", `Bearer ${KEY}`], ["authorization", `bearer ${KEY}`], [
        "X-API-Key",
        KEY,
      ]]
    ) {
      assert.equal((await app.request("/audit", { headers: [header as [string, string]] })).status, 200);
    }
    const refused = await app.request("/audit");
    assert.equal(refused.headers.get("www-authenticate"), 'Bearer realm="perennial"');
    const problem = await refused.json();
    assert.match(problem.detail, /Authorization: Bearer/);
    assert.equal(problem.type, "urn:perennial:problem:key-needed");
  }));

Deno.test("HEAD asks for a key where GET does", () =>
  withApp(async ({ app }) => {
    assert.equal((await app.request("/audit", { method: "HEAD" })).status, 401);
    assert.equal((await app.request("/retraining/status", { method: "HEAD" })).status, 200);
  }));

for (
  const [name, host, want] of [
    ["localhost", "localhost", true],
    ["an address of loopback", "127.0.0.53", true],
    ["IPv6 loopback in brackets", "[::1]", true],
    ["a name below localhost", "shop.localhost", true],
    ["every address", "0.0.0.0", false],
    ["a name that only begins so", "localhost.evil.example", false],
    ["an address in a name", "127.0.0.1.evil.example", false],
  ] as const
) Deno.test(`isLoopback() is ${want} for ${name}`, () => assert.equal(isLoopback(host), want));

for (
  const [access, host, want] of [
    ["anyone", "0.0.0.0", false],
    ["reader", "127.0.0.1", false],
    ["reader", "0.0.0.0", true],
    ["key", "127.0.0.1", true],
  ] as const
) {
  Deno.test(`needsKey() is ${want} for "${access}" on ${host}`, () =>
    assert.equal(needsKey(access, host), want));
}

Deno.test("routerPath() lets a cycle's id hold slashes, and nothing else", () => {
  assert.equal(routerPath("/retraining/cycles/{id}"), "/retraining/cycles/:id{.+}");
  assert.equal(routerPath("/models/{name}/serving"), "/models/:name/serving");
});
