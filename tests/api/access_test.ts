import assert from "node:assert/strict";
import { ACCESS, isLoopback, neededRole, routerPath, scopeOf } from "../../src/api/access.ts";
import type { Api } from "../../src/api/deps.ts";
import { openApiDocument } from "../../src/api/openapi.ts";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import type { Database } from "../../src/db/connect.ts";
import { SCOPES } from "../../src/security/scopes.ts";
import { allows, type Role, ROLES } from "../../src/security/roles.ts";
import { KEY, withApp } from "./support.ts";

/** Every route of the OpenAPI document, with an address that it answers. */
function routesOf(app: Api): { route: string; method: string; address: string }[] {
  return Object.entries(openApiDocument(app).paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((name) => {
      const method = name.toUpperCase();
      const cycle = path.replace("/cycles/{id}", "/cycles/retrainer/churn/cycle/1");
      return { route: `${method} ${path}`, method, address: cycle.replaceAll(/\{\w+\}/g, "churn") };
    })
  );
}

/** Somebody of each role, by key. */
async function oneOfEach(sql: Database): Promise<[Role, string][]> {
  for (const role of ROLES) {
    await insertKey(sql, { name: `one ${role}`, role, sha256: sha256(`pk_${role}`), by: "owner" });
  }
  return ROLES.map((role) => [role, `pk_${role}`]);
}

Deno.test("ACCESS names every route of the OpenAPI document, and each asks for a key where it says so", () =>
  withApp(async ({ app }) => {
    const routes = routesOf(app);
    assert.ok(routes.length >= 20);
    for (const { route, method, address } of routes) {
      assert.ok(ACCESS[route], route);
      for (const headers of [{}, { Authorization: "Bearer pk_wrong" }, { "X-API-Key": "pk_wrong" }]) {
        const response = await app.request(address, { method, headers: new Headers(headers as HeadersInit) });
        assert.equal(
          response.status === 401,
          neededRole(ACCESS[route], "127.0.0.1") !== null,
          `${route} answered ${response.status}`,
        );
        await response.body?.cancel();
      }
    }
  }));

for (const host of ["127.0.0.1"]) { // beyond loopback: tests/security/matrix_test.ts
  Deno.test(`every route lets in who has the role it names, and tells everybody else which one that is, on ${host}`, () =>
    withApp(async ({ app, sql }) => {
      let refused = 0;
      for (const [role, key] of await oneOfEach(sql)) {
        for (const { route, method, address } of routesOf(app)) {
          const response = await app.request(address, { method, headers: { "X-API-Key": key } });
          const needed = neededRole(ACCESS[route], host);
          const may = needed === null || allows(role, needed);
          assert.equal(response.status !== 403, may, `${route} answered a ${role} ${response.status}`);
          assert.notEqual(response.status, 401, route);
          const answer = await response.text();
          if (may) continue;
          refused++;
          const problem = JSON.parse(answer);
          assert.equal(response.headers.get("content-type"), "application/problem+json");
          assert.deepEqual([problem.type, problem.needs], ["urn:perennial:problem:role-needed", needed]);
          assert.match(problem.detail, new RegExp(`needs the role ${needed}; "one ${role}" is an? ${role}`));
        }
      }
      assert.ok(refused > 20);
    }, { host }));
}

Deno.test("ACCESS lets nothing that changes something, and no person's data, go without a key", () => {
  const onlyReads = ["POST /retraining/config/try", "POST /temporal/codec/decode"]; // POSTs for their body alone
  const ownLink = "POST /sign-in-links"; // changes nothing but who sits at a browser: whoever has a key
  for (const [route, access] of Object.entries(ACCESS)) {
    const changes = !route.startsWith("GET ") && !onlyReads.includes(route);
    // weights can hold what they were trained on
    const personal = /predictions|events|audit|quarantine|keys|people|privacy|codec|artefact/.test(route);
    assert.equal(neededRole(access, "127.0.0.1") !== null, changes || personal, route);
    if (changes && route !== ownLink) assert.ok(access !== "viewer" && access !== "reader", route);
    if (/keys|^P\w+ \/retraining\/config$/.test(route)) assert.equal(access, "admin", route);
  }
});

Deno.test("createApp() asks readers for a key when it listens beyond loopback", () =>
  withApp(async ({ app }) => {
    for (const [route, access] of Object.entries(ACCESS).filter(([route]) => route.startsWith("GET "))) {
      const id = route.includes("/people/") ? "ann" : "retrainer/churn/cycle/1";
      const path = route.slice(4).replace("{id}", id).replace("{name}", "churn");
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
    ["anyone", "0.0.0.0", null],
    ["reader", "127.0.0.1", null],
    ["reader", "0.0.0.0", "viewer"],
    ["viewer", "127.0.0.1", "viewer"],
    ["operator", "127.0.0.1", "operator"],
    ["admin", "0.0.0.0", "admin"],
  ] as const
) {
  Deno.test(`neededRole() is ${want} for "${access}" on ${host}`, () =>
    assert.equal(neededRole(access, host), want));
}

Deno.test("routerPath() lets a cycle's id hold slashes, and nothing else", () => {
  assert.equal(routerPath("/retraining/cycles/{id}"), "/retraining/cycles/:id{.+}");
  assert.equal(routerPath("/models/{name}/serving"), "/models/:name/serving");
});

Deno.test("every route has a scope, and those that change something have one that reading does not give", () => {
  const onlyReads = [
    "POST /retraining/config/try",
    "POST /predictions/{model}",
    "POST /temporal/codec/decode",
  ];
  for (const route of Object.keys(ACCESS)) {
    assert.ok(SCOPES.includes(scopeOf(route)), route);
    const changes = !route.startsWith("GET ") && !onlyReads.includes(route);
    if (changes) assert.notEqual(scopeOf(route), "read", route);
    if (/keys/.test(route)) assert.equal(scopeOf(route), "keys:manage", route);
  }
});
