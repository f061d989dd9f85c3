import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { HEALTH } from "../../components/labels.ts";
import { statusText } from "../../src/cli/commands/status.ts";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { stateWord } from "../../src/format/state_words.ts";
import { headlineOf } from "../../src/retraining/headline.ts";
import type { ModelStatus, Status } from "../../src/retraining/status.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";

const fixture = makeFixture();
const full = await fixtureDashboard(fixture).status();
const [churn] = full.models;
const quiet: ModelStatus = {
  ...churn,
  running: null,
  approval: null,
  rollout: null,
  openAlerts: 0,
  samples: { collected: 640, needed: 100, since: churn.samples.since },
};
const health = (state: ModelStatus["health"]["state"], text = "the reason") => ({ health: { state, text } });
const one = (changes: Partial<ModelStatus>): ModelStatus => ({ ...quiet, ...changes });
const spending = (changes: Partial<ModelStatus> = {}): ModelStatus => one({ model: "spending", ...changes });
const waiting = { collected: 10, needed: 100, since: null };
const none = { serving: null, lastCycle: null, lastCheck: null, ...health("no model yet"), outcomes: {} };
const data = (openFindings: number, answer: NonNullable<Status["data"]>["answer"]) => ({
  data: { answer, openFindings, text: "what was found" },
});
const version = churn.serving!.version;
const measured = {
  version,
  asOf: "2011-11-01T00:00:00.000Z",
  metrics: [{
    metric: "accuracy",
    value: 0.763,
    low: 0.737,
    high: 0.789,
    rows: 950,
    shoppers: 950,
    atDeployment: 0.74,
  }],
};

/** What is so, and the headline that every face has of it. */
const SITUATIONS: readonly [name: string, facts: Partial<Status>, headline: string][] = [
  ["nothing is known", { models: [] }, "No models yet."],
  [
    "fresh",
    { models: [one({ ...none, samples: waiting }), spending({ ...none, samples: waiting })] },
    "Churn and spending have no model yet and are waiting for data.",
  ],
  ["imported, not trained", { models: [one(none)] }, "Churn has no model yet."],
  [
    "replaying, with automatic checks off",
    {
      models: [one({ active: false }), spending({ active: false })],
      replay: { id: "r", cutoff: "2011-08-16T00:00:00.000Z", done: 17, cutoffs: 21 },
    },
    "Replaying history: cut-off 17 of 21, 16 Aug 2011. Churn and spending are healthy.",
  ],
  ["serving", { models: [quiet, spending()] }, "Churn and spending are healthy."],
  ["serving and measured", { models: [one({ measured })] }, "Churn is healthy."],
  [
    "waiting for data",
    { models: [one({ samples: waiting })] },
    "Churn is healthy and is waiting for data.",
  ],
  [
    "both stopped",
    { models: [one({ active: false }), spending({ active: false })] },
    "Churn and spending are healthy. Automatic retraining is stopped for both.",
  ],
  [
    "one stopped",
    { models: [quiet, spending({ active: false })] },
    "Churn and spending are healthy. Automatic retraining is stopped for spending.",
  ],
  [
    "a cycle runs",
    { models: [one({ running: churn.running }), spending()] },
    "Churn is healthy and is being retrained. Spending is healthy.",
  ],
  ["degraded", { models: [one(health("slipped"))] }, "Churn has degraded."],
  [
    "the last cycle failed",
    { models: [one(health("failed"))] },
    `Churn failed in its last cycle; v${version} keeps serving.`,
  ],
  ["rolled back", { models: [one(health("rolled back"))] }, `Churn was rolled back to v${version}.`],
  [
    "promoted by hand",
    { models: [one(health("promoted by hand"))] },
    `Churn serves v${version}, promoted by hand.`,
  ],
  [
    "the data are broken",
    { models: [quiet], ...data(2, "broken") },
    "Churn is healthy. Data quality: 2 open findings to fix first.",
  ],
  ["what was broken is resolved", { models: [quiet], ...data(0, "broken") }, "Churn is healthy."],
  [
    "two models apart",
    { models: [one(health("slipped")), spending(none)] },
    "Churn has degraded. Spending has no model yet.",
  ],
];

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();

for (const [name, changes, headline] of SITUATIONS) {
  Deno.test(`page, command and JSON say the same where ${name}`, async () => {
    const facts = { ...full, data: null, replay: null, openAlerts: 0, ...changes };
    const status: Status = { ...facts, headline: headlineOf(facts) };
    assert.equal(status.headline, headline);
    const dashboard = fixtureDashboard({ ...fixture, alerts: [] }, { status: () => Promise.resolve(status) });
    const site = await buildDashboard(dashboard);
    const get = async (path: string) => await (await site(new Request(`http://localhost${path}`))).text();
    const { document } = parseHTML(await get("/"));
    const terminal = statusText(status, (_colour, text) => text);
    assert.equal(oneLine(document.querySelector("h1")!.textContent), headline);
    assert.equal(JSON.parse(await get("/live")).status.headline, headline);
    assert.equal(terminal.split("\n")[0], headline);
    const badges = [...document.querySelectorAll("article.model header .status")].map((b) => b.textContent);
    for (const [i, { health: { state }, serving }] of status.models.entries()) {
      assert.equal(badges[i], HEALTH[state].word);
      assert.equal(badges[i].toLowerCase(), stateWord(state));
      assert.ok(terminal.includes(`${stateWord(state)}. `), state);
      assert.equal(/\bno version yet\b/.test(terminal), status.models.some((m) => m.serving === null));
      if (serving === null) assert.match(oneLine(document.body.textContent), /refused \(409\)/);
    }
    const isFresh = status.models.every(({ serving }) => serving === null);
    assert.equal(document.getElementById("first-steps") !== null, isFresh);
    assert.doesNotMatch(document.body.innerHTML, /NaN|undefined|Infinity/);
  });
}

Deno.test("the overview quotes what outcomes measured rather than the validation, with trend and sample", async () => {
  const status = { ...full, models: [one({ measured })] };
  const site = await buildDashboard(fixtureDashboard(fixture, { status: () => Promise.resolve(status) }));
  const { document } = parseHTML(await (await site(new Request("http://localhost/"))).text());
  const shown = oneLine(document.querySelector(".big-number")!.textContent);
  assert.match(
    shown,
    /^0\.7630 ?accuracy, v\d+, measured \(0\.7370 to 0\.7890\) on 950 outcomes by 1 Nov 2011/,
  );
  assert.match(shown, /up from 0\.7400 at validation/);
});

Deno.test("an open alert leads to its cycle and to both versions, and can be acknowledged on the overview", async () => {
  const [alert] = fixture.alerts;
  const cycleId = fixture.cycles[0].id;
  const detail = { version: 14, previous: 13, cycleId, why: "worse" };
  const ann = {
    name: "ann",
    role: "admin" as const,
    token: "t",
    until: "2026-03-03T00:00:00.000Z",
    session: "s",
  };
  const { ANONYMOUS } = await import("../../src/dashboard/sessions.ts");
  const site = await buildDashboard(fixtureDashboard({ ...fixture, alerts: [{ ...alert, detail }] }), {
    sessions: { ...ANONYMOUS, currentUser: () => Promise.resolve(ann) },
  });
  for (const path of ["/", "/alerts"]) {
    const { document } = parseHTML(await (await site(new Request(`http://localhost${path}`))).text());
    const links = [...document.querySelectorAll("main a")].map((a) => a.getAttribute("href"));
    for (
      const wanted of [
        `/cycles/${cycleId}`,
        `/versions/compare?model=spending&a=13&b=14`,
        `/act/acknowledge?alert=${alert.id}`,
      ]
    ) {
      assert.ok(links.includes(wanted), `${path}: ${wanted}`);
    }
  }
});

Deno.test("a theme is kept in a cookie, by a form that needs no JavaScript", async () => {
  const site = await buildDashboard(fixtureDashboard(fixture));
  const body = new URLSearchParams({ theme: "dark", to: "/cycles?model=churn" });
  const headers = { origin: "http://localhost", "sec-fetch-site": "same-origin" };
  const res = await site(new Request("http://localhost/theme", { method: "POST", body, headers }));
  assert.deepEqual([res.status, res.headers.get("location")], [303, "/cycles?model=churn"]);
  const cookie = res.headers.get("set-cookie")!.split(";")[0];
  const page = await site(new Request("http://localhost/cycles", { headers: { cookie } }));
  assert.equal(parseHTML(await page.text()).document.documentElement.getAttribute("data-theme"), "dark");
});

Deno.test("every page has the navigation in groups, with the version and the way to the API in its footer", async () => {
  const site = await buildDashboard(fixtureDashboard(fixture));
  const { document } = parseHTML(await (await site(new Request("http://localhost/backtests"))).text());
  const groups = [...document.querySelectorAll("nav .group")].map((g) => g.getAttribute("aria-label"));
  assert.deepEqual(groups, ["Operate", "Understand", "Set up"]);
  assert.equal(document.querySelector('nav [aria-current="page"]')!.textContent, "Backtests");
  assert.match(document.querySelector("footer")!.textContent, /Perennial \d+\.\d+\.\d+/);
  assert.ok(document.querySelector('footer a[href="/docs"]'));
});

Deno.test("/configuration finds settings by a word, and those that were changed", async () => {
  const site = await buildDashboard(fixtureDashboard(fixture));
  const names = async (query: string) => {
    const { document } = parseHTML(
      await (await site(new Request(`http://localhost/configuration?${query}`))).text(),
    );
    return [...document.querySelectorAll("table.settings tbody th code")].map((c) => c.textContent);
  };
  const all = await names("");
  const found = await names("q=false+alarm");
  assert.ok(found.includes("false_alarm_days") && found.length < all.length);
  assert.deepEqual(await names("changed=1"), ["min_new_samples", "confidence"]);
  assert.deepEqual(await names("q=no+such+setting"), []);
});
