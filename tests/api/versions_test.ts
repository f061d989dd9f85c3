import assert from "node:assert/strict";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { runWith, withServed } from "../cli/support.ts";
import { addEndedCycle, withApp } from "./support.ts";

Deno.test("notes and tags of a version are written, audited and found", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql);
    await addEndedCycle(sql, { number: 2, outcome: "rejected" });
    const path = "/models/churn/versions/2/note";
    const written =
      await (await call("PUT", path, { note: "Before the relaunch", tags: ["season", "a.b", "season"] }))
        .json();
    assert.deepEqual(written.tags, ["a.b", "season"]);
    assert.equal(written.by, "owner");
    assert.equal((await (await call("PUT", path, { note: "After it" })).json()).tags.length, 2);
    const found = async (query: string) =>
      (await (await call("GET", `/models/churn/versions?${query}`)).json()).versions.map((
        v: { version: number },
      ) => v.version);
    assert.deepEqual(await found("tag=season"), [2]);
    assert.deepEqual(await found("text=AFTER"), [2]);
    assert.deepEqual(await found("text=linear"), [2, 1]);
    assert.deepEqual(await found("text=100%25"), []);
    assert.deepEqual(await found("tag=other"), []);
    const [last, first] = (await listAudit(sql)).filter(({ action }) => action === "note");
    assert.deepEqual([first.target, first.before], ["churn v2", { note: "", tags: [] }]);
    assert.deepEqual(last.after, { note: "After it", tags: ["a.b", "season"] });
    for (
      const [bad, status] of [[{ tags: ["No Capitals"] }, 422], [{ nota: "x" }, 422], [{
        note: "x".repeat(2001),
      }, 422]]
    ) {
      assert.equal((await call("PUT", path, bad)).status, status);
    }
    assert.equal((await call("PUT", "/models/churn/versions/9/note", { note: "x" })).status, 404);
    assert.equal((await call("PUT", "/models/nothing/versions/1/note", { note: "x" })).status, 404);
  }));

Deno.test("the card of a version has purpose, data, metrics with intervals, lineage and limits, in both forms", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql);
    await call("PUT", "/models/churn/versions/1/note", {
      note: "<script>alert(1)</script> | *x*",
      tags: ["t"],
    });
    const markdown = await (await call("GET", "/models/churn/versions/1/card")).text();
    const titles = [...markdown.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    assert.deepEqual(titles, ["Purpose", "Data", "Metrics", "Segments", "Lineage", "Limits"]);
    assert.match(markdown, /\| Accuracy \| 0\.7100 \(0\.\d+ to 0\.\d+\) \| not measured yet \|/);
    assert.match(
      markdown,
      /Log loss minus that of the champion: −0\.0200, 90\.0 % interval −0\.0300 to −0\.0100/,
    );
    assert.ok(markdown.includes("\\<script\\>") && !markdown.includes("<script>"));
    const page = await call("GET", "/models/churn/versions/1/card?format=html");
    assert.match(page.headers.get("content-security-policy")!, /default-src 'none'/);
    const html = await page.text();
    assert.ok(html.includes("&lt;script&gt;") && !html.includes("<script>"));
    const asked = await call("GET", "/models/churn/versions/1/card", undefined, { Accept: "text/html" });
    assert.equal(await asked.text(), html);
    assert.equal((await call("GET", "/models/churn/versions/7/card")).status, 404);
  }));

Deno.test("the file of a version is sent to who may have it, and the audit says so", async () => {
  const bytes = new TextEncoder().encode("weights");
  const artefacts = {
    put: () => Promise.reject(new Error("nothing is brought here")),
    get: (hash: string) => Promise.resolve(hash === "0".repeat(64) ? bytes : new Uint8Array()),
  };
  await withApp(async ({ app, call, sql }) => {
    await addEndedCycle(sql);
    const path = "/models/churn/versions/1/artefact";
    const sent = await call("GET", path);
    assert.deepEqual(new Uint8Array(await sent.arrayBuffer()), bytes);
    assert.match(sent.headers.get("content-disposition")!, /churn-v1\.artefact/);
    const as = async (name: string, key: Parameters<typeof insertKey>[1]) => {
      await insertKey(sql, key);
      return (await app.request(path, { headers: { Authorization: `Bearer pk_${name}` } })).status;
    };
    const by = "owner";
    assert.equal(
      await as("viewer", { name: "viewer", role: "viewer", sha256: sha256("pk_viewer"), by }),
      403,
    );
    const bounded = { name: "bounded", role: "admin" as const, sha256: sha256("pk_bounded"), by };
    assert.equal(await as("bounded", { ...bounded, scopes: ["read"] }), 403);
    const scoped = { name: "scoped", role: "admin" as const, sha256: sha256("pk_scoped"), by };
    assert.equal(await as("scoped", { ...scoped, scopes: ["artefacts:read"] }), 200);
    const exports = await listAudit(sql, { action: "export" });
    assert.ok(exports.some(({ target }) => target === "artefact of churn v1"));
    await sql`update model_versions set artefact_removed_at = now()`;
    assert.equal((await call("GET", path)).status, 409);
  }, { artefacts });
});

Deno.test("perennial models note, card and --tag ask for the same", () =>
  withServed(async ({ run, sql }) => {
    await addEndedCycle(sql);
    const noted = await run(["models", "note", "churn", "1", "the first", "--tag", "season", "--tag", "b"]);
    assert.equal(noted.out, "churn v1: the first [b, season]");
    assert.match((await run(["models", "churn", "--tag", "season"])).out, /\[b, season\] the first/);
    assert.equal((await run(["models", "churn", "--find", "absent"])).out, "No versions");
    assert.equal((await run(["models", "note", "churn", "1", "--no-tags"])).out, "churn v1: the first");
    assert.equal((await run(["models", "note", "churn", "1"])).code, 2);
    assert.match((await run(["models", "card", "churn", "1"])).out, /^# churn v1\n\n## Purpose/);
    assert.match((await run(["models", "card", "churn", "1", "--html"])).out, /^<!doctype html>/);
    const refused = await run(["models", "download", "churn", "1", "--out", "/nowhere/x"]);
    assert.match(refused.err, /not kept here/);
    assert.equal((await runWith(["models", "card", "churn", "1", "--url", "http://127.0.0.1:1"])).code, 3);
  }));
