/** What ended or is kept out: a key, a file, a shopper's consent, most events. Every face says the same of it. */
import assert from "node:assert/strict";
import { serveApi } from "../../src/api/serve.ts";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { markRemoved } from "../../src/db/models/versions.ts";
import { Browser, signIn, withBrowser } from "../api/browser_support.ts";
import { addEndedCycle, KEY, type Served } from "../api/support.ts";
import { type Ran, runWith } from "../cli/support.ts";

const EARLIER = "2011-08-31T12:00:00.000Z";

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();

interface Faces extends Served {
  browser: Browser;
  run(args: string[], key?: string): Promise<Ran>;
  /** what a page says to an admin */
  page(path: string): Promise<string>;
}

/** One installation by its API, its command and its pages. */
const withFaces = (test: (faces: Faces) => Promise<void>): Promise<void> =>
  withBrowser(async (served) => {
    const server = serveApi(served.app, { host: "127.0.0.1", port: 0 });
    const run: Faces["run"] = (args, key = KEY) =>
      runWith(args, { columns: 200, env: { PERENNIAL_URL: server.url, PERENNIAL_API_KEY: key } });
    const page = async (path: string) =>
      oneLine((await served.browser.page(path)).querySelector("main")!.textContent);
    try {
      await signIn(served.browser);
      await test({ ...served, run, page });
    } finally {
      await server.stop();
    }
  });

Deno.test("an expired key is called expired by the API, the command, the sign-in and both lists", () =>
  withFaces(async ({ app, page, run, sql }) => {
    const key = "pk_a-key-that-has-ended";
    const expiresAt = "2011-08-01T00:00:00.000Z";
    await insertKey(sql, { name: "shop", role: "operator", sha256: sha256(key), by: null, expiresAt });
    const refused = await app.request("/audit", { headers: { "X-API-Key": key } });
    const { type, detail } = await refused.json();
    assert.deepEqual([refused.status, type.endsWith(":key-expired")], [401, true]);
    assert.match(detail, /^This key expired on 1 Aug 2011, 00:00 UTC\./);
    const told = await run(["force", "churn"], key);
    assert.equal(told.code, 1);
    assert.match(told.err, /This key expired on 1 Aug 2011, 00:00 UTC: set PERENNIAL_API_KEY to one/);
    assert.match((await run(["keys"])).out, /shop .*expired 2011-08-01/);
    assert.match(await page("/keys"), /shop ?operator.*Expired 1 Aug 2011, 00:00/);
    const answer = await (await signIn(new Browser(app), key)).text();
    assert.match(answer, /This key expired on 1 Aug 2011, 00:00 UTC: ask an admin for another/);
    const [{ after }] = await sql`select after from audit where action = 'refused' order by id desc limit 1`;
    assert.equal(after.why, "the key has expired");
  }));

Deno.test("a version whose file is no longer kept serves nobody, on any face, and its card stays", () =>
  withFaces(async ({ browser, call, page, run, sql }) => {
    await addEndedCycle(sql, { number: 5, outcome: "rejected" }); // its version is the fifth
    await markRemoved(sql, "churn", 5);
    assert.match((await run(["models", "churn"])).out, /^ *5 +file removed /m);
    const promotable = [
      ...(await browser.page("/versions")).querySelectorAll('main a[href*="/act/promote"]'),
    ];
    assert.deepEqual(promotable.map((a) => oneLine(a.textContent)), [
      "Promote v4",
      "Promote v3",
      "Promote v1",
    ]);
    const own = await page("/versions/churn/5");
    assert.match(own, /churn v5 File removed/);
    assert.match(own, /Its file is not kept any more/);
    assert.ok(!own.includes("Promote"));
    assert.match(await page("/cycles/retrainer/churn/cycle/5"), /v5 file removed, seed 1.*no longer kept/);
    assert.match(await page("/versions/compare?model=churn&a=1&b=5"), /Its file ?kept ?no longer kept/);
    const promoted = await call("POST", "/models/churn/promote", { version: 5, why: "try" });
    assert.deepEqual([promoted.status, /not kept/.test((await promoted.json()).detail)], [409, true]);
    assert.match((await run(["promote", "churn", "5"])).err, /its file is not kept/);
    assert.equal((await call("GET", "/models/churn/versions/5/artefact")).status, 409);
    assert.equal((await call("GET", "/models/churn/versions/5/card")).status, 200);
  }));

Deno.test("an objection stands in the list of the page, of the command and of the API until it is withdrawn", () =>
  withFaces(async ({ call, page, run }) => {
    await call("POST", "/events", [{ id: "a", type: "purchase", user: "marie", price: 3, time: EARLIER }]);
    const begun = await run(["person", "object", "marie", "--why", "by mail"]);
    const [id] = /[\da-f-]{36}/.exec(begun.out)!;
    const { requests } = await (await call("GET", "/privacy/requests")).json();
    assert.deepEqual(requests.map((r: { id: string; kind: string }) => [r.id, r.kind]), [[id, "objection"]]);
    assert.match(
      (await run(["person", "requests"])).out,
      new RegExp(`${id} +objection .*nothing is deleted`),
    );
    assert.match(await page("/privacy"), /objection.*by mail.*nothing is deleted/);
    const exported = async () => (await run(["person", "export", "marie", "--why", "x"])).out;
    assert.match(await exported(), /no model is trained on them or asked/);
    await run(["person", "object", "marie", "--withdraw", "--why", "by mail"]);
    assert.match(await exported(), /"objectsSince": null/);
    assert.match((await run(["audit"])).out, /objection withdrawn/);
  }));

Deno.test("where most of what came in is in quarantine, the headline says so on every face, and Data counts the same", () =>
  withFaces(async ({ call, page, run }) => {
    const event = (id: number, price: number) => ({
      id: `e${id}`,
      type: "purchase",
      user: "u",
      price,
      time: EARLIER,
    });
    await call("POST", "/events", [event(1, 3), event(2, -1), event(3, -2), event(4, -3)]);
    const status = await (await call("GET", "/retraining/status")).json();
    assert.deepEqual(status.quarantine, { waiting: 3, accepted: 1 });
    assert.match(status.headline, /Data quality: 3 of 4 events are in quarantine\.$/);
    assert.ok(oneLine((await run(["status"])).out).startsWith(status.headline));
    assert.ok((await page("/")).startsWith(status.headline));
    assert.match(await page("/data"), /3 events in quarantine/);
    assert.equal(JSON.parse((await run(["quarantine", "list", "--json"])).out).events.length, 3);
    await call("POST", "/events", [event(5, 1), event(6, 1)]);
    assert.equal((await (await call("GET", "/retraining/status")).json()).quarantine, null, "half and half");
  }));
