import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { Browser, HERE, signIn, withBrowser } from "../api/browser_support.ts";

const text = (page: Document) => page.querySelector("main")!.textContent.replaceAll(/\s+/g, " ");

/** Sends the form of a page, and reads the page that answers. */
async function post(browser: Browser, path: string, fields: Record<string, string | string[]>) {
  const form = (await browser.page(path)).querySelector("form[method=post]")!;
  const body = new URLSearchParams();
  for (const input of form.querySelectorAll("input[type=hidden]")) {
    body.set(input.getAttribute("name")!, input.getAttribute("value")!);
  }
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) body.append(name, value);
  }
  const headers = { origin: HERE, "sec-fetch-site": "same-origin" };
  const response = await browser.open(form.getAttribute("action")!, { method: "POST", body, headers });
  return { response, page: parseHTML(await response.text()).document };
}

const keyOn = (page: Document) => page.querySelector("#secret")!.textContent.trim();

Deno.test("an admin makes, rotates and revokes a key on pages, and each secret is shown once", () =>
  withBrowser(async ({ browser, app, sql }) => {
    await signIn(browser);
    const asks = async (key: string) =>
      (await app.request("/audit", { headers: { "X-API-Key": key } })).status;
    const fields = {
      name: "shop",
      role: "operator",
      scope: ["read", "events:write"],
      days: "30",
      why: "a new shop",
    };
    const made = await post(browser, "/act/add-key", fields);
    assert.equal(made.response.status, 201);
    assert.equal(made.response.headers.get("cache-control"), "no-store");
    const first = keyOn(made.page);
    assert.equal(await asks(first), 200);
    const list = await browser.page("/keys");
    assert.match(text(list), /shop ?operator ?read, events:write/);
    assert.ok(!list.documentElement.outerHTML.includes(first), "only once");
    const again = await post(browser, "/act/add-key", fields);
    assert.equal(again.response.status, 409);
    assert.match(text(again.page), /shop/);
    const rotated = await post(browser, "/act/rotate-key?name=shop", { overlap: "0", why: "it leaked" });
    const second = keyOn(rotated.page);
    assert.deepEqual([await asks(first), await asks(second)], [401, 200]);
    const kept = await post(browser, "/act/rotate-key?name=shop", { overlap: "24", why: "every year" });
    assert.deepEqual([await asks(second), await asks(keyOn(kept.page))], [200, 200]);
    const gone = await post(browser, "/act/revoke-key?name=shop", { why: "the shop has closed" });
    assert.deepEqual([gone.response.status, gone.response.headers.get("location")], [303, "/keys"]);
    assert.deepEqual([await asks(second), await asks(keyOn(kept.page))], [401, 401]);
    const rows =
      await sql`select action, why from audit where target = 'shop' and action like '%key' order by id`;
    assert.deepEqual(rows.map((row) => [row.action, row.why]), [
      ["add key", "a new shop"],
      ["rotate key", "it leaked"],
      ["rotate key", "every year"],
      ["revoke key", "the shop has closed"],
    ]);
    assert.equal((await browser.open("/act/revoke-key?name=shop")).status, 404);
  }));

Deno.test("what makes no sense in the form for a key is said on it, and a key that must stay stays", () =>
  withBrowser(async ({ browser }) => {
    await signIn(browser);
    for (
      const [fields, said] of [
        [{ name: "shop", role: "operator", why: "" }, /Say why/],
        [{ name: "<b>", role: "operator", why: "w" }, /need a name of letters/],
        [{ name: "shop", role: "owner", why: "w" }, /role/],
        [{ name: "shop", role: "viewer", scope: "everything", why: "w" }, /scopes/],
        [{ name: "shop", role: "viewer", days: "-1", why: "w" }, /expiresInDays/],
      ] as const
    ) {
      const { response, page } = await post(browser, "/act/add-key", fields);
      assert.equal(response.status, 422, JSON.stringify(fields));
      assert.match(text(page), said);
    }
    const own = await post(browser, "/act/revoke-key?name=owner", { why: "w" });
    assert.equal(own.response.status, 409);
    assert.match(text(own.page), /Cannot revoke "owner"/);
  }));

Deno.test("who is no admin sees no keys, and makes none", () =>
  withBrowser(async ({ browser, sql, app }) => {
    await insertKey(sql, {
      name: "olga",
      role: "operator",
      sha256: sha256("pk_olga-the-operator"),
      by: null,
    });
    await signIn(browser, "pk_olga-the-operator");
    for (
      const path of ["/keys", "/act/add-key", "/act/rotate-key?name=owner", "/act/revoke-key?name=owner"]
    ) {
      assert.equal((await browser.open(path)).status, 403, path);
    }
    const stranger = await new Browser(app).open("/keys");
    assert.match(stranger.headers.get("location") ?? "", /^\/sign-in\?to=/);
  }));
