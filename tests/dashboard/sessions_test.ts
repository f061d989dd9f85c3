import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { listBacktests } from "../../src/db/backtests/backtests.ts";
import { saveObservation } from "../../src/db/monitoring/observations.ts";
import { noteFindings } from "../../src/db/monitoring/quality_findings.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { FINDING } from "./monitoring_fixture.ts";
import { Browser, HERE, signIn, withBrowser } from "../api/browser_support.ts";
import { ACCESS_ACTIONS } from "../../src/db/access/audit.ts";
import { rememberSource } from "../../src/api/remote_address.ts";
import { CYCLE } from "./sessions_support.ts";
import { aYear, KEY, NOW } from "../api/support.ts";

Deno.test("signing in sets a cookie that no script and no other site gets, and leads where one came from", () =>
  withBrowser(async ({ browser }) => {
    const res = await signIn(browser, KEY, "/rollouts");
    assert.deepEqual([res.status, res.headers.get("location")], [303, "/rollouts"]);
    const cookie = res.headers.get("set-cookie")!;
    assert.match(cookie, /^perennial_8000=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    assert.match((await browser.page("/rollouts")).body.textContent, /Signed in as owner/);
    const behindTls = await signIn(new Browser(browser.app));
    assert.doesNotMatch(behindTls.headers.get("set-cookie")!, /Secure/);
    const headers = { "x-forwarded-proto": "https" };
    const secure = await new Browser(browser.app).send("/sign-in", { key: KEY }, headers);
    assert.match(secure.headers.get("set-cookie")!, /; Secure/);
  }));

Deno.test("no address signs anybody in: a key leaves it unread, a code waits in the form", () =>
  withBrowser(async ({ browser, call }) => {
    const res = await browser.open(`/sign-in?key=${KEY}`);
    assert.deepEqual([res.status, res.headers.get("location")], [303, "/sign-in?to=%2F&refused=address"]);
    assert.equal(browser.cookie, "");
    const { path } = await (await call("POST", "/sign-in-links")).json();
    const foreign = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" };
    for (const address of [path, `/sign-in?key=${KEY}`]) {
      assert.equal((await browser.open(address, { headers: foreign })).headers.get("set-cookie"), null);
    }
    assert.equal((await browser.send(path, {}, foreign)).status, 403, "nor does another site's form");
    assert.equal((await browser.send(path, {})).status, 303);
    assert.match((await browser.page("/sign-in")).body.textContent, /You are signed in as owner/);
    const again = await new Browser(browser.app).send(path, {});
    assert.equal(again.status, 403);
    assert.match(await again.text(), /used already/);
  }));

Deno.test("no web page can shut the sign-in for the owner", () =>
  withBrowser(async ({ browser }) => {
    const foreign = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" };
    for (let i = 0; i < 30; i++) await browser.open(`/sign-in?key=x${i}`, { headers: foreign });
    for (let i = 0; i < 30; i++) {
      const body = new URLSearchParams({ key: `pk_guess${i}` });
      const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
      assert.equal((await browser.open("/sign-in", { method: "POST", body, headers })).status, 403);
    }
    assert.equal((await signIn(browser)).status, 303);
  }));

Deno.test("a wrong key is refused without a word on why; too many end in a pause for who sends them alone", () => {
  let now = Date.parse(NOW);
  return withBrowser(async ({ browser, sql, call }) => {
    const tries = await Promise.all(
      Array.from({ length: 10 }, () => signInFrom(browser, "10.0.0.1", "pk_guess")),
    );
    for (const res of tries) assert.equal(res.status, 403);
    assert.match(await tries[0].text(), /This key is not valid/);
    assert.equal(
      (await signInFrom(browser, "10.0.0.1", KEY)).status,
      429,
      "or the pause would bound nothing",
    );
    for (let i = 0; i < 12; i++) await signInFrom(browser, "10.0.0.1", { code: "guess" });
    const { path } = await (await call("POST", "/sign-in-links")).json();
    const code = new URL(path, HERE).searchParams.get("code")!;
    assert.equal((await signInFrom(browser, "10.0.0.1", { code })).status, 303, "the owner's link");
    assert.equal(
      (await signInFrom(browser, "10.0.0.2", "pk_guess")).status,
      429,
      "the same key from elsewhere",
    );
    assert.equal((await signInFrom(browser, "10.0.0.2", KEY)).status, 303, "the owner, from elsewhere");
    now += 60_000;
    assert.equal((await signInFrom(browser, "10.0.0.1", KEY)).status, 303);
    const refused = await sql`select who, after from audit where action = 'sign-in refused' order by id`;
    assert.deepEqual([refused[0].who, refused[0].after], ["unknown", { address: "10.0.0.1", by: "key" }]);
    assert.equal(refused.filter(({ after }) => after.by === "code").length, 10, "no guesser fills the audit");
  }, { clock: () => now });
});

Deno.test("behind a proxy that rewrites Host, forms of the public origin are ours, and cookies are for https", () =>
  withBrowser(async ({ browser }) => {
    const send = (origin: string) => {
      const request = new Request(`${HERE}/sign-in`, {
        method: "POST",
        body: new URLSearchParams({ key: KEY, to: "/" }),
        headers: { host: "127.0.0.1:8000", origin, "sec-fetch-site": "same-origin", accept: "text/html" },
      });
      rememberSource(request, { address: "10.0.0.1", publicUrl: "https://shop.example/" });
      return Promise.resolve(browser.app.fetch(request));
    };
    const own = await send("https://shop.example");
    assert.equal(own.status, 303);
    assert.match(own.headers.get("set-cookie")!, /; Secure/);
    assert.equal((await send("https://evil.example")).status, 403);
  }));

/** Sends the form from an address, as the server would have noted it. */
function signInFrom({ app }: Browser, address: string, shown: string | { code: string }): Promise<Response> {
  const secret = typeof shown === "string" ? { key: shown } : shown;
  const request = new Request(`${HERE}/sign-in`, {
    method: "POST",
    body: new URLSearchParams({ ...secret, to: "/" }),
    headers: { host: "localhost:8000", origin: HERE, "sec-fetch-site": "same-origin", accept: "text/html" },
  });
  rememberSource(request, { address });
  return Promise.resolve(app.fetch(request));
}

Deno.test("signing out ends the session, also for who kept the cookie", () =>
  withBrowser(async ({ browser }) => {
    await signIn(browser);
    const { cookie } = browser;
    const res = await browser.send("/sign-in", {});
    assert.match(res.headers.get("set-cookie")!, /^perennial_8000=; Max-Age=0/);
    browser.cookie = cookie;
    assert.match((await browser.page("/sign-in")).body.textContent, /Sign in with your key/);
  }));

for (const [action, decision] of [["approve", "approved"], ["reject", "rejected"]] as const) {
  Deno.test(`the page to ${action} says what will happen, decides once in the person's name, and says so`, () =>
    withBrowser(async ({ browser, sql, control }) => {
      await signIn(browser);
      const path = `/act/${action}?model=churn&version=3`;
      assert.match(
        (await browser.page(path)).body.textContent,
        /Asked: May it serve\?.*The first decision counts/,
      );
      const res = await browser.send(path, { why: "looked at the segments" });
      assert.deepEqual([res.status, res.headers.get("location")], [303, "/rollouts"]);
      assert.match(
        (await browser.page("/rollouts")).body.textContent,
        new RegExp(`of churn was ${decision}`),
      );
      assert.doesNotMatch((await browser.page("/rollouts")).body.textContent, /of churn was/);
      const [row] = await sql`select decision, decided_by, decided_why from approvals`;
      assert.deepEqual({ ...row }, { decision, decidedBy: "owner", decidedWhy: "looked at the segments" });
      const [audit] = await sql`select who, action, target, why from audit where action <> all(${[
        ...ACCESS_ACTIONS,
      ]})`;
      assert.deepEqual(Object.values(audit), ["owner", action, "churn", "looked at the segments"]);
      assert.deepEqual(control.told, [["decided", CYCLE]]);
      const late = await browser.send(path, { why: "again" });
      assert.equal(late.status, 409);
      assert.match(await late.text(), /Nothing to decide/);
    }));
}

Deno.test("rolling back and promoting from a page move what serves, once per form", () =>
  withBrowser(async ({ browser, sql }) => {
    await signIn(browser);
    const links = [...(await browser.page("/versions")).querySelectorAll('[href^="/act/"]')];
    assert.deepEqual(links.map((a) => a.getAttribute("href")), [
      "/act/promote?model=churn&version=4",
      "/act/promote?model=churn&version=3",
      "/act/promote?model=churn&version=1",
      "/act/roll-back?model=churn&version=1",
      "/act/retire?model=churn",
      "/act/retire?model=spending",
    ]);
    const once = { once: crypto.randomUUID(), why: "complaints" };
    const back = await browser.send("/act/roll-back?model=churn&version=1", once);
    assert.deepEqual([back.status, back.headers.get("location")], [303, "/versions"]);
    assert.equal((await browser.send("/act/roll-back?model=churn&version=1", once)).status, 303);
    assert.equal(await servingVersion(sql, "churn"), 1);
    await browser.send("/act/promote?model=churn&version=3", { why: "after all" });
    assert.equal(await servingVersion(sql, "churn"), 3);
    const rows = await sql`select who, action from audit where action <> all(${[
      ...ACCESS_ACTIONS,
    ]}) order by id`;
    assert.deepEqual(rows.map((row) => Object.values(row)), [["owner", "roll back"], ["owner", "promote"]]);
  }));

Deno.test("an action without a reason is asked for one, and keeps the form", () =>
  withBrowser(async ({ browser, sql }) => {
    await signIn(browser);
    const res = await browser.send("/act/promote?model=churn&version=3", { why: "  " });
    assert.equal(res.status, 422);
    assert.match(await res.text(), /A reason is required.*<form/s);
    assert.equal(await servingVersion(sql, "churn"), 2);
  }));

for (
  const [what, headers, fields, pattern] of [
    [
      "another site",
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      {},
      /did not come from/,
    ],
    [
      "another port of this machine",
      { "sec-fetch-site": "same-site", origin: "http://localhost:9" },
      {},
      /did not/,
    ],
    [
      "another site, by a browser that only names it",
      { "sec-fetch-site": "", origin: "null" },
      {},
      /did not come/,
    ],
    ["a page of another session", {}, { token: "0".repeat(64) }, /another session/],
  ] as const
) {
  Deno.test(`a form that comes from ${what} changes nothing`, () =>
    withBrowser(async ({ browser, sql }) => {
      await signIn(browser);
      const path = "/act/promote?model=churn&version=3";
      const res = await browser.send(path, { why: "x", ...fields }, headers);
      assert.equal(res.status, 403);
      assert.match(await res.text(), pattern);
      assert.deepEqual([
        await servingVersion(sql, "churn"),
        (await sql`select from audit where action <> all(${[...ACCESS_ACTIONS]})`).count,
      ], [2, 0]);
    }));
}

Deno.test("who has not signed in cannot act, whatever they send", () =>
  withBrowser(async ({ browser, sql }) => {
    const res = await browser.open("/act/promote?model=churn&version=3", {
      method: "POST",
      body: new URLSearchParams({ why: "x", token: "" }),
      headers: { origin: HERE, "sec-fetch-site": "same-origin" },
    });
    assert.equal(res.status, 403);
    assert.match(await res.text(), /You are no longer signed in/);
    assert.equal(await servingVersion(sql, "churn"), 2);
  }));

Deno.test("a session lets nobody call the API: that takes a key", () =>
  withBrowser(async ({ browser, sql }) => {
    await signIn(browser);
    const res = await browser.app.request(`${HERE}/models/churn/promote`, {
      method: "POST",
      body: JSON.stringify({ version: 3 }),
      headers: { "content-type": "application/json", host: "localhost:8000", cookie: browser.cookie },
    });
    assert.equal(res.status, 401);
    assert.equal(await servingVersion(sql, "churn"), 2);
  }));

Deno.test("an address names a known action, model and version, or there is no such page", () =>
  withBrowser(async ({ browser }) => {
    await signIn(browser);
    for (
      const what of ["drop?model=churn&version=1", "approve?model=none&version=1", "approve?model=churn"]
    ) {
      assert.equal((await browser.open(`/act/${what}`)).status, 404, what);
    }
  }));

for (
  const [action, asked, told, audit] of [
    ["start", "Start automatic retraining of churn?", ["start", {}], "start"],
    ["stop", "Stop automatic retraining of churn?", ["stop", { running: "finish" }], "stop"],
    [
      "stop-now",
      "Stop automatic retraining of churn and cancel its cycle?",
      ["stop", { running: "cancel" }],
      "stop",
    ],
    ["force", "Run a retraining cycle of churn now?", ["force", {}], "force"],
  ] as const
) {
  Deno.test(`the page to ${action} says what will happen, and tells the retrainer in the person's name`, () =>
    withBrowser(async ({ browser, sql, control }) => {
      await signIn(browser);
      const path = `/act/${action}?model=churn`;
      assert.ok((await browser.page(path)).body.textContent.includes(asked));
      const res = await browser.send(path, { why: "the catalogue changed" });
      assert.deepEqual([res.status, res.headers.get("location")], [303, "/"]);
      const [[name, model, change], ...others] = control.told as [string, string, Record<string, unknown>][];
      assert.deepEqual([name, model, others.length], [told[0], "churn", 0]);
      const { by, why } = change;
      assert.deepEqual({ by, why }, { by: "owner", why: "the catalogue changed" });
      for (const [key, value] of Object.entries(told[1])) assert.equal(change[key], value);
      const [row] = await sql`select who, action, target from audit where action <> all(${[
        ...ACCESS_ACTIONS,
      ]})`;
      assert.deepEqual(Object.values(row), ["owner", audit, "churn"]);
      assert.match(
        (await browser.page("/")).body.textContent,
        /retraining of churn is (starting|stopp)|A cycle of churn is queued/,
      );
    }));
}

Deno.test("the overview offers what makes sense now, to who has signed in", () =>
  withBrowser(async ({ browser, sql }) => {
    const offered = async () =>
      [...(await browser.page("/")).querySelectorAll("#acts-churn a")].map((a) => a.textContent);
    assert.deepEqual(await offered(), ["Sign in to act"]);
    await signIn(browser);
    assert.deepEqual(await offered(), ["Start", "Run a cycle now"]);
    await saveRetrainer(sql, { model: "churn", active: true, nextCheckAt: null, runningCycle: null });
    assert.deepEqual(await offered(), ["Run a cycle now", "Stop"]);
  }));

Deno.test("an action on nothing is not found", () =>
  withBrowser(async ({ browser }) => {
    await signIn(browser);
    for (
      const path of [
        "/act/fly?model=churn",
        "/act/start?model=other",
        "/act/promote?model=churn",
        "/act/promote?model=churn&version=x",
      ]
    ) {
      assert.equal((await browser.open(path)).status, 404, path);
    }
  }));

const FUTURE = "time is in the future";
const NEXT_HOUR = new Date(Date.parse(NOW) + 3_600_000).toISOString();

Deno.test("who has signed in sees what waits in quarantine and tries it again by a form; nobody else sees a row", () => {
  let nowMs = Date.parse(NOW);
  return withBrowser(async ({ browser, call }) => {
    await call("POST", "/events", [{ id: "ahead-1", type: "view", user: "u1", time: NEXT_HOUR }]);
    const open = (await browser.page("/data")).body.textContent;
    assert.match(open, /1 event in quarantine/);
    assert.match(open, /Sign in to see samples/);
    assert.doesNotMatch(open, /ahead-1/);
    await signIn(browser);
    const page = await browser.page("/data");
    assert.match(page.body.textContent, /ahead-1/);
    const path = [...page.querySelectorAll("a.button")].find((a) => a.textContent === "Retry")!
      .getAttribute("href")!;
    assert.equal((await browser.send(path, { why: "" })).status, 422);
    nowMs += 2 * 3_600_000;
    const form = (await browser.page(path)).querySelector("form[method=post]")!;
    const hidden = [...form.querySelectorAll("input")]
      .map((input) => [input.getAttribute("name")!, input.getAttribute("value")!]);
    const body = new URLSearchParams([...hidden, ["why", "its clock was set"]]);
    for (const time of ["first", "again, by a second press"]) {
      const headers = { origin: HERE, "sec-fetch-site": "same-origin" };
      const sent = await browser.open(path, { method: "POST", body, headers });
      assert.deepEqual([sent.status, sent.headers.get("location")], [303, "/data#quarantine"], time);
    }
    const after = (await browser.page("/data")).body.textContent;
    assert.match(after, /The events were retried/);
    assert.match(after, /none in quarantine/);
    const { changes } = await (await call("GET", "/audit")).json();
    assert.deepEqual([changes[0].action, changes[0].target], ["replay quarantine", FUTURE]);
    assert.equal(changes.filter((c: { action: string }) => c.action === "replay quarantine").length, 1);
    assert.equal((await browser.open(path)).status, 404);
  }, { clock: () => nowMs });
});

Deno.test("a finding is accepted by a form, with the reason, once it is found", () =>
  withBrowser(async ({ browser, sql }) => {
    await noteFindings(sql, [FINDING], NOW);
    await saveObservation(sql, {
      id: crypto.randomUUID(),
      kind: "quality",
      model: null,
      key: "look",
      asOf: NOW,
      answer: "broken",
      report: {
        asOf: NOW,
        answer: "broken",
        text: "prices jumped",
        alpha: 0.01,
        from: NOW,
        events: 100,
        days: 50,
        findings: [FINDING],
      },
      evidenceSha256: "e",
      codeVersion: "c1",
    });
    const accept = (page: Document) =>
      [...page.querySelectorAll("a.button")].find((a) => a.textContent === "Accept")?.getAttribute("href");
    assert.equal(accept(await browser.page("/monitoring")), undefined);
    await signIn(browser);
    const path = accept(await browser.page("/monitoring"))!;
    assert.equal((await browser.send(path, { why: "new price list" })).status, 303);
    const after = await browser.page("/monitoring");
    assert.match(
      after.getElementById("quality")!.closest("table")!.textContent,
      /Accepted by owner: new price list/,
    );
    assert.equal(accept(after), undefined);
    assert.equal((await browser.open("/act/accept?key=nothing")).status, 404);
  }));

Deno.test("a backtest is begun by a form, watched, and ended by one; a wrong setting keeps what was written", () =>
  withBrowser(async ({ browser, sql, control }) => {
    await aYear(sql);
    await signIn(browser);
    const wrong = await browser.send("/act/backtest", { lines: "gate=odd", why: "to see" });
    assert.equal(wrong.status, 422);
    const shown = parseHTML(await wrong.text()).document;
    assert.match(
      shown.querySelector("[role=alert]")!.textContent,
      /evidence or no-harm or threshold or worth, not "odd"/,
    );
    assert.equal(shown.querySelector("#lines")!.textContent, "gate=odd");
    assert.deepEqual(control.told, []);

    const begun = await browser.send("/act/backtest", { lines: "gate=threshold", days: "56", why: "a sale" });
    assert.deepEqual([begun.status, begun.headers.get("location")], [303, "/backtests"]);
    const [{ id, policies, why }] = await listBacktests(sql);
    assert.deepEqual([control.told, why], [[["start backtest", id]], "a sale"]);
    assert.deepEqual(policies.map(({ label }) => label), [
      "never",
      "every",
      "every:validate=true",
      "every:max_train_cutoffs=6",
      "calendar=56d",
      "performance",
      "drift",
      "perennial",
      "worth",
      "oracle",
      "perennial:gate=threshold",
    ]);
    const list = (await browser.page("/backtests")).querySelector("main")!.textContent;
    assert.match(list, /Backtest started[^]*11 policies are replayed: 0 of \d+ steps done/);
    assert.equal((await browser.send("/act/backtest", { why: "again" })).status, 409, "one at a time");

    const page = await browser.page(`/backtests/${id}`);
    assert.equal(page.querySelector(".button")!.getAttribute("href"), `/act/cancel-backtest?id=${id}`);
    const ended = await browser.send(`/act/cancel-backtest?id=${id}`, { why: "too long" });
    assert.deepEqual([ended.status, ended.headers.get("location")], [303, `/backtests/${id}`]);
    assert.deepEqual(control.told.at(-1), ["cancel backtest", id]);
  }));

Deno.test("a backtest is begun by nobody who has not signed in, and by no other site", () =>
  withBrowser(async ({ browser, sql, control }) => {
    await aYear(sql);
    const asked = await browser.open("/act/backtest");
    assert.equal(asked.headers.get("location"), "/sign-in?to=%2Fact%2Fbacktest");
    await signIn(browser);
    const foreign = { origin: "http://elsewhere.example", "sec-fetch-site": "cross-site" };
    assert.equal((await browser.send("/act/backtest", { why: "x" }, foreign)).status, 403);
    assert.equal((await browser.send("/act/backtest", { why: "x", token: "wrong" })).status, 403);
    assert.equal((await browser.open("/act/cancel-backtest?id=none")).status, 404);
    assert.deepEqual(control.told, []);
  }));
