import assert from "node:assert/strict";
import { createAccessLog } from "../../../src/app/security/access_log.ts";
import { pageOfAudit } from "../../../src/db/access/audit.ts";
import { KEY, NOW, withApp } from "../../api/support.ts";

Deno.test("the audit has who was refused, read what is about persons, and used a key first, once a period", () =>
  withApp(async ({ app, call, sql }) => {
    for (let i = 0; i < 3; i++) {
      await call("GET", "/events/quarantine");
      await app.request("/audit", { headers: { "X-API-Key": "pk_wrong" } });
    }
    await call("GET", "/retraining/history?format=csv");
    const { key } = await (await call("POST", "/keys", { name: "vera", role: "viewer" })).json();
    await app.request("/keys", { headers: { "X-API-Key": key } });
    await noted(async () => (await pageOfAudit(sql, { show: "accesses" })).changes.length === 5);
    const rows = (await pageOfAudit(sql, { show: "accesses" })).changes;
    assert.deepEqual(rows.map(({ who, action, target }) => `${who}: ${action}, ${target}`).sort(), [
      "owner: first use of a key, API",
      "owner: read of persons' data, GET /events/quarantine",
      "unknown: export, history as csv",
      "unknown: refused, GET /audit",
      "vera: refused, GET /keys",
    ]);
    assert.ok(!JSON.stringify(rows).includes(KEY) && !JSON.stringify(rows).includes("pk_wrong"));
    assert.deepEqual((await pageOfAudit(sql, {})).changes.map(({ action }) => action), ["add key"]);
  }));

Deno.test("createAccessLog() tells of one address at most 60 refusals an hour: nobody can fill the audit", () =>
  withApp(async ({ sql }) => {
    const accesses = createAccessLog({ sql, clock: () => Date.parse(NOW), log: () => undefined });
    for (let i = 0; i < 200; i++) {
      accesses.note({ kind: "refused", who: "", target: `GET /${i}`, address: "10.0.0.1" });
    }
    await noted(async () => (await sql`select from audit`).count >= 60);
    assert.equal((await sql`select from audit`).count, 60);
  }));

/** Waits for what no request waits for. */
async function noted(isThere: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 6000 && !await isThere(); tries++) {
    await new Promise((done) => setTimeout(done, 10));
  }
}
