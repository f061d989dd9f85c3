import { OpenAPIHono } from "@hono/zod-openapi";
import assert from "node:assert/strict";
import { dashboardPages } from "../../src/dashboard/mount.ts";
import type { AppEnv } from "../../src/api/deps.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { loadModels } from "../../src/models/mod.ts";
import { ensureApiKey } from "../../src/app/security/keys.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { sha256 } from "../../src/core/hash.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { makeFixture, NOW_MS } from "./fixture.ts";
import { insertFixture } from "./rows.ts";

const models = await loadModels();
const silent = () => undefined;

async function withDatabase(use: (sql: Database) => Promise<void>): Promise<void> {
  await using database = await migratedDatabase();
  const sql = connect(database.url, { max: 4 });
  try {
    await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** An API of one route, with the dashboard beside it. */
function app(sql: Database, host?: string) {
  const api = new OpenAPIHono<AppEnv>();
  const pages = dashboardPages({
    sql,
    clock: () => NOW_MS,
    pseudonym: (user) => user,
    models,
    modelSet: { all: models, inUse: models, refresh: () => Promise.resolve() },
    temporalUi: "http://localhost:8233",
    host,
    log: silent,
    explain: { open: () => Promise.reject(new Error("no evidence was sealed")) },
  });
  pages.share(api);
  api.get("/models", (c) => c.json({ models: [] }));
  api.get("/rollouts", (c) => c.json({ rollouts: [] }));
  api.notFound((c) => c.json({ type: "not-found" }, 404));
  pages.mount(api);
  return api;
}

Deno.test("dashboardPages() shows what is in Postgres, when cycles have run and when nothing has", () =>
  withDatabase(async (sql) => {
    const api = app(sql);
    const text = async (path: string) => {
      const res = await api.request(path);
      assert.equal(res.status, 200, path);
      return await res.text();
    };
    assert.match(await text("/"), /no model yet/);
    assert.match(await text("/cycles"), /No cycles yet/);
    const fixture = makeFixture();
    await insertFixture(sql, fixture, { nextCheckAt: new Date(NOW_MS + 60_000).toISOString() });
    assert.match(await text("/"), /On average 0\.\d+ with retraining/);
    assert.match(await text("/versions"), /v\d+ serves churn and v\d+ serves spending\./);
    for (const { id } of fixture.cycles) assert.match(await text(`/cycles/${id}`), /Why it started/);
    const live = JSON.parse(await text("/live"));
    assert.equal(live.status.models[0].running.id, "retrainer/churn/cycle/21");
    assert.match(await text("/perennial.css"), /--evergreen/);
  }));

Deno.test("dashboardPages() leaves the API's paths alone, and its errors to those who want no page", () =>
  withDatabase(async (sql) => {
    const api = app(sql);
    const ask = (path: string, accept: string, method = "GET") =>
      api.request(path, { method, headers: { accept } });
    assert.deepEqual(await (await ask("/models", "text/html")).json(), { models: [] });
    assert.deepEqual(await (await ask("/rollouts", "application/json")).json(), { rollouts: [] });
    assert.match(await (await ask("/rollouts", "text/html,*/*")).text(), /No rollouts yet/);
    assert.deepEqual(await (await ask("/nothing", "application/json")).json(), { type: "not-found" });
    assert.match(await (await ask("/nothing", "text/html,*/*")).text(), /Page not found/);
    assert.deepEqual(await (await ask("/cycles", "text/html", "POST")).json(), { type: "not-found" });
  }));

Deno.test("dashboardPages() wants a key or a session for all but the sign-in, when the server listens beyond loopback", () =>
  withDatabase(async (sql) => {
    const api = app(sql, "0.0.0.0");
    const home = await Deno.makeTempDir();
    const given = `pk_${"k".repeat(43)}`;
    await ensureApiKey(sql, { home, given });
    const ask = (path: string, headers: Record<string, string> = {}) => api.request(path, { headers });
    for (const path of ["/", "/live", "/cycles", "/versions", "/nothing"]) {
      const res = await ask(path);
      assert.deepEqual([res.status, res.headers.get("www-authenticate")?.slice(0, 6)], [401, "Bearer"], path);
      const browser = await ask(path, { accept: "text/html" });
      assert.deepEqual([browser.status, browser.headers.get("location")], [
        303,
        `/sign-in?to=${encodeURIComponent(path)}`,
      ]);
    }
    assert.equal((await ask("/", { "x-api-key": "wrong" })).status, 401);
    assert.equal((await ask("/cycles", { "x-api-key": given })).status, 200);
    for (const [scope, status] of [["read", 200], ["events:write", 401]] as const) {
      const key = `pk_${scope}`.padEnd(46, "k");
      await insertKey(sql, { name: scope, role: "operator", sha256: sha256(key), by: null, scopes: [scope] });
      assert.equal((await ask("/cycles", { "x-api-key": key })).status, status, scope);
    }
    assert.equal((await ask("/cycles", { authorization: `Bearer ${given}` })).status, 200);
    for (const path of ["/sign-in", "/perennial.css", "/favicon.svg"]) {
      assert.equal((await ask(path)).status, 200, path);
    }
    await Deno.remove(home, { recursive: true });
  }));
