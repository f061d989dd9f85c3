import { ACCESS_ACTIONS } from "../../src/db/access/audit.ts";
import { createKeyRing } from "../../src/app/security/key_ring.ts";
import { systemClock } from "../../src/core/clock.ts";
import assert from "node:assert/strict";
import { beginSession, sessionOf } from "../../src/app/security/sessions.ts";
import { sha256 } from "../../src/core/hash.ts";
import { SCOPES } from "../../src/security/scopes.ts";
import { KEY, NOW, type Served, withApp } from "./support.ts";

const atMs = Date.parse(NOW);

async function given(call: Served["call"], body: Record<string, unknown>): Promise<string> {
  const res = await call("POST", "/keys", body);
  assert.equal(res.status, 201);
  return (await res.json()).key;
}

const as = (key: string) => ({ Authorization: `Bearer ${key}` });

Deno.test("POST /keys shows a key once, keeps a salted hash of it, and the audit names who made it and who uses it", () =>
  withApp(async ({ call, sql }) => {
    const key = await given(call, { name: "Ana", role: "operator", why: "on duty" });
    assert.match(key, /^pk_[\w-]{43}$/);
    for (const table of ["api_keys", "audit", "idempotency_keys"]) {
      const rows = JSON.stringify(await sql`select * from ${sql(table)}`);
      assert.ok(!rows.includes(key) && !rows.includes(sha256(key)), table);
    }
    const [{ salt, hash }] = await sql`select salt, hash from api_keys where name = 'Ana'`;
    assert.equal(hash, sha256(salt + sha256(key)));
    assert.equal(
      (await call("POST", "/retraining/force", { model: "churn", why: "x" }, as(key))).status,
      202,
    );
    const rows = await sql`select who, action, target, why, after from audit
      where action <> all(${[...ACCESS_ACTIONS]}) order by id`;
    assert.deepEqual(rows.map(({ who, action, target, why }) => [who, action, target, why]), [
      ["owner", "add key", "Ana", "on duty"],
      ["Ana", "force", "churn", "x"],
    ]);
    assert.deepEqual(rows[0].after, { role: "operator" });
  }));

Deno.test("GET /keys tells who has which role and when it was last used, and no key", () =>
  withApp(async ({ call }) => {
    const key = await given(call, { name: "Ana", role: "viewer" });
    const listed = async () => (await (await call("GET", "/keys")).json()).keys;
    const [owner, ana] = await listed();
    assert.deepEqual([owner.name, owner.role, owner.createdBy], ["owner", "admin", null]);
    assert.deepEqual(Object.keys(ana), [
      "name",
      "role",
      "createdAt",
      "createdBy",
      "lastUsedAt",
      "expiresAt",
      "expired",
      "scopes",
    ]);
    assert.deepEqual([ana.role, ana.createdBy, ana.lastUsedAt], ["viewer", "owner", null]);
    assert.equal((await call("GET", "/audit", undefined, as(key))).status, 200);
    assert.ok(Math.abs(Date.parse((await listed())[1].lastUsedAt) - Date.now()) < 60_000);
  }));

Deno.test("DELETE /keys ends a key at once, and the sessions it began", () =>
  withApp(async ({ call, sql }) => {
    const key = await given(call, { name: "Ana María", role: "operator" });
    const { id } = (await beginSession(sql, key, { atMs }))!;
    assert.equal((await sessionOf(sql, id, { atMs }))?.role, "operator");
    const reads = () => call("GET", "/audit", undefined, as(key));
    assert.equal((await reads()).status, 200);
    const gone = await call("DELETE", "/keys/Ana%20Mar%C3%ADa?why=left");
    assert.deepEqual([gone.status, (await gone.json()).name], [200, "Ana María"]);
    assert.equal((await reads()).status, 401);
    assert.equal(await sessionOf(sql, id, { atMs }), null);
    assert.equal(await beginSession(sql, key, { atMs }), null);
    const { changes: [last] } = await (await call("GET", "/audit")).json();
    assert.deepEqual([last.who, last.action, last.target, last.why, last.before], [
      "owner",
      "revoke key",
      "Ana María",
      "left",
      { role: "operator" },
    ]);
    assert.equal((await call("DELETE", "/keys/Ana%20Mar%C3%ADa")).status, 404);
  }));

Deno.test("the installation's own key and the one that one calls with cannot be revoked, and it says so", () =>
  withApp(async ({ call }) => {
    const boss = await given(call, { name: "boss", role: "admin" });
    for (const headers of [{}, as(boss)]) {
      const res = await call("DELETE", "/keys/owner", undefined, headers);
      assert.equal(res.status, 409);
      assert.match((await res.json()).detail, /installation's own key, the one that was printed/);
    }
    const self = await call("DELETE", "/keys/boss", undefined, as(boss));
    assert.match((await self.json()).detail, /the key that you call with/);
    assert.equal((await call("GET", "/keys", undefined, as(KEY))).status, 200);
  }));

for (
  const [what, body, status, detail] of [
    ["a name that has a key", { name: "Ana", role: "admin" }, 409, /already; revoke it first/],
    ["a name of the installation", { name: "Owner", role: "viewer" }, 422, /calls something else so/],
    ["a name of the environment", { name: "environment", role: "viewer" }, 422, /calls something else so/],
    ["a name that cannot be in an address", { name: "a/b", role: "viewer" }, 422, /need a name of letters/],
    ["a role that there is not", { name: "Bo", role: "root" }, 422, /viewer/],
  ] as const
) {
  Deno.test(`POST /keys refuses ${what}`, () =>
    withApp(async ({ call, sql }) => {
      await given(call, { name: "Ana", role: "viewer" });
      const res = await call("POST", "/keys", body);
      assert.equal(res.status, status);
      assert.match((await res.json()).detail, detail);
      assert.equal((await sql`select from api_keys`).count, 2);
    }));
}

Deno.test("a key that is bounded to scopes does nothing else, and signs nobody in", () =>
  withApp(async ({ app, call }) => {
    const body = { name: "tracker", role: "operator", scopes: ["events:write"] };
    const { key, scopes } = await (await call("POST", "/keys", body)).json();
    assert.deepEqual(scopes, ["events:write"]);
    const status = async (method: string, path: string, sent?: unknown) => {
      const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
      const content = sent === undefined ? undefined : JSON.stringify(sent);
      return (await app.request(path, { method, headers, body: content })).status;
    };
    assert.equal(await status("POST", "/events", [{ type: "view", time: "2011-08-01T00:00:00Z" }]), 200);
    assert.equal(await status("POST", "/predictions/churn", { user: 1 }), 403);
    assert.equal(await status("POST", "/retraining/force", {}), 403);
    assert.equal(await status("GET", "/audit"), 403);
    assert.equal(await status("POST", "/sign-in-links"), 403);
    const manager = await (await call("POST", "/keys", { ...body, name: "manager", scopes: [...SCOPES] }))
      .json();
    const headers = { Authorization: `Bearer ${manager.key}` };
    const refused = await app.request("/sign-in-links", { method: "POST", headers });
    assert.equal(refused.status, 403);
    assert.match((await refused.json()).detail, /bounded to scopes, and signs no browser in/);
    assert.equal((await call("POST", "/keys", { ...body, name: "x", scopes: ["all"] })).status, 422);
  }));

Deno.test("a key that is bounded gives nobody more than it has, and is told no key that has more", () =>
  withApp(async ({ call, sql }) => {
    await given(call, { name: "all", role: "admin" });
    await given(call, { name: "reader", role: "viewer", scopes: ["read"] });
    const bounded = ["keys:manage", "events:write"];
    const key = await given(call, { name: "ops", role: "admin", scopes: bounded });
    const before = await sql`select name, hash from api_keys order by name`;
    const asked = async (path: string, body: Record<string, unknown> = {}) => {
      const answer = await call("POST", path, body, as(key));
      return [answer.status, (await answer.json()).detail];
    };
    for (
      const [path, body] of [
        ["/keys", { name: "x", role: "admin" }],
        ["/keys", { name: "x", role: "viewer", scopes: ["keys:manage", "read"] }],
        ["/keys/owner/rotate"],
        ["/keys/all/rotate"],
        ["/keys/reader/rotate"],
      ] as const
    ) {
      const [status, detail] = await asked(path, body);
      assert.equal(status, 403, `${path} ${JSON.stringify(body)}`);
      assert.match(detail, /which the key of "ops" does not have/);
    }
    assert.deepEqual(await sql`select name, hash from api_keys order by name`, before);
    const shop = { name: "shop", role: "operator", scopes: ["events:write"] };
    assert.deepEqual(await asked("/keys", shop), [201, undefined]);
    assert.deepEqual(await asked("/keys/shop/rotate"), [201, undefined]);
  }));

Deno.test("a key ends when it should, and holds on for a while when it is rotated", () =>
  withApp(async ({ app, call, sql }) => {
    const made = await (await call("POST", "/keys", { name: "Ana", role: "viewer", expiresInDays: 1 }))
      .json();
    const knows = async (key: string) =>
      (await app.request("/audit", { headers: { Authorization: `Bearer ${key}` } })).status === 200;
    assert.equal(await knows(made.key), true);
    const rotated = await (await call("POST", "/keys/Ana/rotate", { overlapHours: 1 })).json();
    assert.deepEqual([await knows(made.key), await knows(rotated.key)], [true, true]);
    const again = await (await call("POST", "/keys/Ana/rotate", { overlapHours: 0 })).json();
    assert.deepEqual([await knows(made.key), await knows(rotated.key), await knows(again.key)], [
      false,
      false,
      true,
    ]);
    await sql`update api_keys set expires_at = now() - interval '1 second' where name = 'Ana'`;
    assert.ok(Date.parse(made.expiresAt) > Date.parse(made.createdAt));
    const fresh = createKeyRing(sql, systemClock); // the app's own remembers for a second
    assert.equal(await fresh.holderOf(again.key), null);
  }));

Deno.test("a new key under a freed name gets none of the answers that were stored for the one before", () =>
  withApp(async ({ app, call, control }) => {
    const ask = async (key: string) => {
      const headers = { "X-API-Key": key, "Idempotency-Key": "once", "Content-Type": "application/json" };
      return await app.request("/retraining/force", { method: "POST", headers, body: '{"model":"churn"}' });
    };
    const give = async () =>
      (await (await call("POST", "/keys", { name: "Ana", role: "operator" })).json()).key;
    assert.equal((await ask(await give())).status, 202);
    await call("DELETE", "/keys/Ana");
    const second = await ask(await give());
    assert.equal(second.headers.get("idempotent-replayed"), null);
    assert.equal(control.told.length, 2);
  }));
