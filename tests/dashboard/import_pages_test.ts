import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { senderOf } from "../../src/api/control_messages.ts";
import { sendAllWaiting } from "../../src/app/control/outbox.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { UPLOAD_BYTES_MAX } from "../../src/app/events/uploads.ts";
import { tryBytes } from "../events/support.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { sha256 } from "../../src/core/hash.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { Browser, HERE, signIn, withBrowser } from "../api/browser_support.ts";
import { NOW } from "../api/support.ts";

const CSV =
  "who;what;time;amount\nann;Kauf;2011-08-01T10:00:00Z;12,50\nbob;Kauf;2011-08-02T10:00:00Z;3,00\n;Kauf;soon;1,00\n";

/** Uploads a file as the form on the page does. @returns the page it leads to */
async function upload(
  browser: Browser,
  text: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const form = (await browser.page("/act/import")).querySelector("form[method=post]")!;
  assert.equal(form.getAttribute("enctype"), "multipart/form-data");
  const body = new FormData();
  body.set("token", form.querySelector("input[name=token]")!.getAttribute("value")!);
  body.set("file", new File([text], "sales.csv"));
  const length = String(new TextEncoder().encode(text).length);
  return await browser.open(form.getAttribute("action")!, {
    method: "POST",
    body,
    headers: { origin: HERE, "sec-fetch-site": "same-origin", "content-length": length, ...headers },
  });
}

const textOf = async (browser: Browser, path: string) => (await browser.page(path)).body.textContent;

Deno.test("a file is uploaded, looked at as its form says, imported, and taken out again, without JavaScript", () =>
  withBrowser(async ({ browser, sql, control }) => {
    await saveRetrainer(sql, { model: "churn", active: true, nextCheckAt: null, runningCycle: null });
    await signIn(browser);
    const kept = await upload(browser, CSV);
    assert.equal(kept.status, 303);
    const path = kept.headers.get("location")!;
    const asked = await textOf(browser, path);
    assert.match(asked, /need a column type \(or event_type/);
    assert.match(asked, /"Type of every line" purchase where each line is one, or column "type": COLUMN/);
    assert.doesNotMatch(asked, /--\w/, "the form has no options of the command line");
    const plan = new URLSearchParams({
      "map.user": "who",
      "map.type": "what",
      types: "Kauf=purchase",
      currency: "EUR",
    });
    const planned = `${path}&${plan}`;
    const preview = await browser.page(planned);
    assert.match(preview.body.textContent, /3 read: 2 accepted, 0 duplicates, 0 conflicts, 1 refused/);
    assert.match(preview.body.textContent, /"amount" has decimal commas/);
    assert.match(preview.body.textContent, /15\.50/);
    const { summary } = await tryBytes(CSV, {
      map: { user: "who", type: "what" },
      types: { Kauf: "purchase" },
      currency: "EUR",
    });
    assert.deepEqual([summary.read, summary.accepted, summary.amount], [3, 2, 15.5]); // the command line says the same
    assert.equal(await countEvents(sql, { beforeMs: Date.parse(NOW) }), 0);
    const forms = preview.querySelectorAll("form[method=post]");
    const body = new URLSearchParams();
    for (const input of forms[0].querySelectorAll("input")) {
      body.set(input.getAttribute("name")!, input.getAttribute("value") ?? "");
    }
    const headers = { origin: HERE, "sec-fetch-site": "same-origin", "content-length": "500" };
    const begun = await browser.open("/act/import", { method: "POST", body, headers });
    const progress = begun.headers.get("location")!;
    let shown = await textOf(browser, progress);
    while (/is being imported/.test(shown)) shown = await textOf(browser, progress);
    assert.match(shown, /sales\.csv was imported.*2 events added now.*Next: churn is checked now/s);
    await sendAllWaiting(sql, senderOf({ sql, control }));
    await sendAllWaiting(sql, senderOf({ sql, control }));
    const [[what, model, change], ...others] = control.told;
    assert.deepEqual([what, model, (change as { by: string }).by, others], [
      "check",
      "churn",
      "an import",
      [],
    ]);
    assert.equal(await countEvents(sql, { beforeMs: Date.parse(NOW) }), 2);
    const [audit] = await sql`select who, action, target from audit where action = 'import'`;
    assert.deepEqual(Object.values(audit), ["owner", "import", "1 sales.csv"]);
    const undone = await browser.send("/act/undo-import?id=1", { why: "it was the test shop" });
    assert.deepEqual([undone.status, undone.headers.get("location")], [303, "/act/import"]);
    assert.equal(await countEvents(sql, { beforeMs: Date.parse(NOW) }), 0);
    assert.match(await textOf(browser, "/act/import"), /Import 1, sales\.csv, was taken out.*taken out/s);
    assert.equal((await browser.open("/act/undo-import?id=1")).status, 404);
  }));

Deno.test("an upload is refused from another site, without a session, by a viewer, of another person, and where it is too large", () =>
  withBrowser(async ({ browser, sql, app }) => {
    await signIn(browser);
    assert.equal(
      (await upload(browser, CSV, { origin: "http://evil.test", "sec-fetch-site": "cross-site" })).status,
      403,
    );
    const large = await upload(browser, CSV, { "content-length": String(UPLOAD_BYTES_MAX + 1) });
    assert.equal(large.headers.get("location"), "/act/import?too-large=1");
    assert.match(
      await textOf(browser, "/act/import?too-large=1"),
      /larger than 128 MiB: perennial import reads/,
    );
    const path = (await upload(browser, CSV)).headers.get("location")!;
    for (const role of ["operator", "viewer"] as const) {
      await insertKey(sql, { name: `one ${role}`, role, sha256: sha256(`pk_${role}`), by: "owner" });
    }
    const other = new Browser(app);
    await signIn(other, "pk_operator");
    assert.match(await textOf(other, path), /This file is no longer here/);
    const viewer = new Browser(app);
    await signIn(viewer, "pk_viewer");
    assert.equal((await viewer.open("/act/import")).status, 403);
    const nobody = await new Browser(app).open("/act/import", {
      method: "POST",
      body: new FormData(),
      headers: { origin: HERE, "content-length": "10" },
    });
    assert.equal(nobody.status, 403);
    const { document } = parseHTML(await (await browser.open("/data")).text());
    assert.equal(document.querySelector("a[href='/act/import']")!.textContent, "Import a file");
  }));
