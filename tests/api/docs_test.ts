import assert from "node:assert/strict";
import { withApp } from "./support.ts";

Deno.test("/docs needs nothing from another server and no inline script, and every file it names is there", () =>
  withApp(async ({ app }) => {
    const page = await app.request("/docs");
    assert.match(page.headers.get("content-security-policy") ?? "", /script-src 'self';/);
    const html = await page.text();
    assert.doesNotMatch(html, /https?:|<script>|<script [^>]*>[^<]|\son\w+=/);
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1]).filter((path) =>
      path !== "/"
    ); // the way back
    assert.ok(named.length >= 5);
    for (const path of named) {
      const response = await app.request(path);
      assert.equal(response.status, 200, path);
      assert.ok((await response.arrayBuffer()).byteLength > 50, path);
    }
    assert.equal(
      (await app.request("/docs/swagger-ui-bundle.js")).headers.get("content-type"),
      "text/javascript; charset=utf-8",
    );
    assert.equal((await app.request("/docs/package.json")).status, 404);
  }));

Deno.test("/openapi.json refers only to what it holds, and says which routes ask for a key", () =>
  withApp(async ({ app }) => {
    const text = await (await app.request("/openapi.json")).text();
    const document = JSON.parse(text);
    assert.equal(document.openapi, "3.1.0");
    for (const [, ref] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      assert.ok(document.components.schemas[ref], ref);
    }
    const viewers = [{ bearer: ["viewer"] }, { apiKey: ["viewer"] }];
    assert.deepEqual(document.paths["/audit"].get.security, viewers);
    assert.match(document.paths["/keys"].post.description, /\n\nNeeds the role `admin`\.$/);
    assert.deepEqual(document.paths["/healthz"].get.security, []);
    assert.ok(document.paths["/events"].post.requestBody.content["application/x-ndjson"]);
    assert.equal(document.components.schemas.ConfigPatch.properties.seed.default, undefined);
  }));

Deno.test("GET healthz and readyz say that all is well", () =>
  withApp(async ({ call }) => {
    assert.deepEqual(await (await call("GET", "/healthz")).json(), { alive: true });
    assert.deepEqual(await (await call("GET", "/readyz")).json(), {
      ready: true,
      postgres: "ok",
      temporal: "ok",
    });
  }));
