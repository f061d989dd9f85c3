import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { HEALTH } from "../../components/labels.ts";
import { valueLabel } from "../../components/config_labels.ts";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { stateWord } from "../../src/format/state_words.ts";
import { shownText } from "../../src/format/rollout_text.ts";
import { headlineOf } from "../../src/retraining/headline.ts";
import { Status } from "../../src/retraining/status.ts";
import { runWith } from "../cli/support.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";
import { alertsOf, factsOf, measured, one, SITUATIONS } from "./situations.ts";

const fixture = makeFixture();

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();

/** A server of which only the status is asked. */
async function withStatus<T>(status: Status, use: (url: string) => Promise<T>): Promise<T> {
  const onListen = () => undefined;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen }, () => Response.json(status));
  try {
    return await use(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`);
  } finally {
    await server.shutdown();
  }
}

/** `perennial status`, for a person and as JSON. */
const asked = (status: Status) =>
  withStatus(status, async (url) => {
    const env = { PERENNIAL_URL: url, PERENNIAL_API_KEY: "k" };
    const [text, json] = [await runWith(["status"], { env }), await runWith(["status", "--json"], { env })];
    return { terminal: oneLine(text.out), json: JSON.parse(json.out) as Status };
  });

for (const [name, changes, headline] of SITUATIONS) {
  Deno.test(`pages, command and JSON say the same where ${name}`, async () => {
    const facts = factsOf(changes);
    const status: Status = { ...facts, headline: headlineOf(facts) };
    assert.equal(status.headline, headline);
    const alerts = alertsOf(status);
    const dashboard = fixtureDashboard({ ...fixture, alerts }, { status: () => Promise.resolve(status) });
    const site = await buildDashboard(dashboard);
    const get = async (path: string) => await (await site(new Request(`http://localhost${path}`))).text();
    const { document } = parseHTML(await get("/"));
    const { terminal, json } = await asked(status);
    assert.equal(oneLine(document.querySelector("h1")!.textContent), headline);
    assert.equal(JSON.parse(await get("/live")).status.headline, headline);
    assert.deepEqual(json, Status.parse(status));
    assert.ok(terminal.startsWith(`${headline} `));
    const counts = [...document.querySelectorAll("nav .count, p a[href='#alerts']")].map((a) =>
      a.textContent
    );
    assert.ok(counts.every((text) => parseInt(text) === status.openAlerts), counts.join());
    assert.equal(document.querySelectorAll("#alerts tbody tr").length, status.openAlerts);
    const badges = [...document.querySelectorAll("article.model header .status")].map((b) => b.textContent);
    for (const [i, { health: { state }, serving }] of status.models.entries()) {
      assert.equal(badges[i], HEALTH[state].word);
      assert.equal(badges[i].toLowerCase(), stateWord(state));
      assert.ok(terminal.includes(`${stateWord(state)}. `), state);
      assert.equal(/\bno version yet\b/.test(terminal), status.models.some((m) => m.serving === null));
      if (serving === null) assert.match(oneLine(document.body.textContent), /refused \(409\)/);
    }
    const facets = oneLine(document.querySelector("main")!.textContent);
    for (const { active, approval, rollout } of status.models) {
      if (!active) assert.match(facets, /Automatic retraining is stopped/);
      if (!active) assert.match(terminal, /next check stopped/);
      if (approval) {
        assert.ok(facets.includes(`v${approval.version} waits`) && /approval version 24/.test(terminal));
      }
      if (!rollout) continue;
      const shown = shownText({ ...rollout, version: `version ${rollout.version}` });
      assert.ok(facets.includes(shown) && terminal.includes(shown), shown);
      assert.ok(facets.includes(shown.replace("version ", "v")), "the model's own facts");
      assert.equal(/paused/.test(terminal), rollout.paused !== null);
      assert.equal(/paused/.test(facets), rollout.paused !== null);
    }
    assert.equal(/No worker takes the tasks/.test(terminal), status.installation !== null);
    assert.equal(/No open alerts/.test(facets), status.openAlerts === 0);
    assert.equal(/open alerts?: perennial alerts list/.test(terminal), status.openAlerts > 0);
    const versions = parseHTML(await get("/versions")).document.querySelector("h1")!.textContent;
    for (const { model, serving } of status.models) {
      if (serving) assert.ok(versions.includes(`v${serving.version} serves ${model}`), versions);
    }
    const isFresh = status.models.every(({ serving }) => serving === null);
    assert.equal(document.getElementById("first-steps") !== null, isFresh);
    assert.doesNotMatch(document.body.innerHTML, /NaN|undefined|Infinity/);
  });
}

Deno.test("the overview quotes what outcomes measured rather than the validation, with trend and sample", async () => {
  const status = factsOf({ models: [one({ measured })] });
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

Deno.test("/configuration has a column for each model, with its own value beside that of every model", async () => {
  const site = await buildDashboard(fixtureDashboard(fixture));
  const { document } = parseHTML(await (await site(new Request("http://localhost/configuration"))).text());
  const [table] = document.querySelectorAll("table.settings");
  const heads = [...table.querySelectorAll("thead th")].map((th) => th.textContent);
  assert.deepEqual(heads, ["Setting", "Every model", "churn", "spending", "Allowed", "Default", "Changed"]);
  const cells = (name: string) =>
    [...document.querySelectorAll("table.settings tbody tr")]
      .filter((row) => row.querySelector("th code")!.textContent === name)
      .flatMap((row) => [...row.querySelectorAll("td")].slice(0, 3).map((td) => oneLine(td.textContent)));
  assert.equal(cells("currency")[1], "one for all");
  const { current: { config } } = await fixtureDashboard(fixture).configuration();
  const own = Object.entries(config.models).flatMap(([model, values]) =>
    Object.entries(values).map(([name, value]) => [model, name, value] as const)
  );
  assert.ok(own.length > 0);
  for (const [model, name, value] of own) {
    assert.equal(cells(name)[model === "churn" ? 1 : 2], valueLabel(value), `${name} of ${model}`);
  }
});
