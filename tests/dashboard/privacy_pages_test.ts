import assert from "node:assert/strict";
import { type Browser, HERE, signIn, withBrowser } from "../api/browser_support.ts";
import { NOW } from "../api/support.ts";

const ID = "marie-7391";

async function send(browser: Browser, fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams(fields);
  for (
    const input of (await browser.page("/act/person")).querySelectorAll(
      "form[method=post] input[type=hidden]",
    )
  ) {
    body.set(input.getAttribute("name")!, input.getAttribute("value") ?? "");
  }
  const headers = { origin: HERE, "sec-fetch-site": "same-origin", "content-length": "500" };
  return await browser.open("/act/person", { method: "POST", body, headers });
}

Deno.test("a shopper is erased from a page that asks why, and the list says how far it has come, not who it is", () =>
  withBrowser(async ({ browser, call, control, sql }) => {
    await call("POST", "/events", [{ id: "a", type: "purchase", user: ID, price: 3, time: NOW }]);
    await signIn(browser);
    assert.match((await browser.page("/privacy")).body.textContent, /No shopper has asked for anything/);
    assert.equal((await send(browser, { user: ID, what: "erase", why: "" })).status, 422);
    const unknown = await send(browser, { user: "nobody", what: "erase", why: "by letter" });
    assert.equal(unknown.status, 404);
    const begun = await send(browser, { user: ID, what: "erase", why: "by letter" });
    assert.deepEqual([begun.status, begun.headers.get("location")], [303, "/privacy"]);
    assert.deepEqual(control.told.map(([what]) => what), ["privacy request"]);
    const shown = (await browser.page("/privacy")).body.textContent;
    assert.match(shown, /1 request under way\./);
    assert.match(shown, /erasure.*by letter.*requested/s);
    assert.ok(!shown.includes(ID));
    assert.equal((await send(browser, { user: ID, what: "object", why: "by mail" })).status, 303);
    assert.equal((await send(browser, { user: ID, what: "withdraw", why: "by mail" })).status, 303);
    const [{ n }] = await sql`select count(*)::int as n from people where objected_at is not null`;
    assert.equal(n, 0);
  }));
