import assert from "node:assert/strict";
import { HERE, signIn, withBrowser } from "../api/browser_support.ts";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";

const OWN = { origin: HERE, "sec-fetch-site": "same-origin" };

Deno.test("Temporal's pages under our origin ask for a session, an own form, and an admin for changes", () =>
  withBrowser(
    async ({ browser, sql }) => {
      const open = async (init: RequestInit = {}) =>
        (await browser.open("/temporal/api/v1/settings", init)).status;
      const away = await browser.open("/temporal/namespaces");
      assert.deepEqual([away.status, away.headers.get("location")], [
        303,
        "/sign-in?to=%2Ftemporal%2Fnamespaces",
      ]);
      assert.equal(await open({ method: "POST", headers: { ...OWN, accept: "*/*" } }), 401);
      const headers = { host: "evil.example:8000" };
      assert.equal(
        (await browser.app.request(`${HERE}/temporal/`, { headers })).status,
        421,
        "a rebound name",
      );
      await insertKey(sql, {
        name: "vera",
        role: "operator",
        sha256: sha256("pk_the-key-of-vera"),
        by: null,
      });
      await signIn(browser, "pk_the-key-of-vera");
      assert.equal(await open({ method: "POST", headers: OWN }), 403, "an operator changes nothing there");
      browser.cookie = "";
      await signIn(browser);
      assert.equal(await open({ method: "POST", headers: { ...OWN, origin: "http://evil.example" } }), 403);
      assert.equal(await open({ method: "POST", headers: { ...OWN, "sec-fetch-site": "cross-site" } }), 403);
      assert.equal((await sql`select from audit where action = 'temporal pages'`).count, 0);
      assert.equal(await open({ method: "POST", headers: OWN }), 503, "nobody is behind it here");
      const [{ who, target }] = await sql`select who, target from audit where action = 'temporal pages'`;
      assert.deepEqual([who, target], ["owner", "/api/v1/settings"]);
      assert.equal(await open(), 503);
    },
    {},
    { temporalPagesAt: "http://127.0.0.1:9" },
  ));
