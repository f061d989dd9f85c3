import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parseHTML } from "linkedom";
import { NAVIGATION } from "../../components/navigation.tsx";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { bundleIslands } from "../../src/fresh/bundle.ts";
import { EMPTY, fixtureDashboard, makeFixture } from "./fixture.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const fixture = makeFixture();
const full = await buildDashboard(fixtureDashboard(fixture));
const empty = await buildDashboard(fixtureDashboard(EMPTY));

async function open(handler: typeof full, path: string) {
  const res = await handler(new Request(`http://localhost${path}`));
  const html = await res.text();
  return { res, html, document: parseHTML(html).document };
}

const rolledBack = fixture.cycles.find((c) => c.outcome === "rolled back")!;
const running = fixture.cycles.find((c) => c.outcome === null)!;
const rollouts = fixture.rollouts.map((story) => `/rollouts/${story.rollout.id}`);
const PAGES = [
  "/",
  "/cycles",
  `/cycles/${rolledBack.id}`,
  `/cycles/${running.id}`,
  "/checks",
  `/checks/${fixture.checks[0].id}`,
  "/versions",
  "/rollouts",
  ...rollouts,
  "/configuration",
  "/configuration?try=routine_cutoffs%3D0",
  "/alerts",
  "/backtests",
  ...fixture.backtests.map(({ id }) => `/backtests/${id}`),
];

for (const path of PAGES) {
  Deno.test(`${path} answers first, in one h1, and holds to the content policy`, async () => {
    const { res, html, document } = await open(full, path);
    assert.equal(res.status, 200);
    assert.match(document.querySelector("h1")!.textContent, /\.$/);
    assert.equal(document.querySelectorAll("h1").length, 1);
    assert.match(
      res.headers.get("content-security-policy")!,
      /script-src 'self'( 'nonce-\w+')?; style-src 'self'/,
    );
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?! type="module" (src="\/|nonce="))/);
  });
  Deno.test(`${path} has no duplicate ids and no unlabelled picture`, async () => {
    const { document } = await open(full, path);
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const svg of document.querySelectorAll('[role="img"]')) assert.ok(svg.getAttribute("aria-label"));
  });
}

const NAMED = NAVIGATION.flatMap(({ pages }) => pages.map(({ path }) => path));
/** They lead to the sign-in first, or are the API's own. */
const OTHERS = ["/privacy", "/audit", "/keys", "/docs"];
const SIGNED = [...PAGES, ...NAMED, "/find", "/help", "/help/operating"].filter((p) => !OTHERS.includes(p));

for (const path of new Set(SIGNED)) {
  Deno.test(`${path} says whether it is live, and the way back where it is below another page`, async () => {
    const res = await full(new Request(`http://localhost${path}`, { headers: { accept: "text/html" } }));
    const { document } = parseHTML(await res.text());
    assert.equal(document.querySelectorAll(".live-sign, .static-sign").length, 1);
    const isTop = [...NAMED, "/help"].includes(new URL(path, "http://localhost").pathname);
    assert.equal(document.querySelector("nav.crumbs a") !== null, !isTop);
  });
}

for (const path of ["/", "/cycles", "/versions", "/rollouts", "/backtests"]) {
  Deno.test(`${path} says what it waits for, when nothing happened yet`, async () => {
    const { res, html, document } = await open(empty, path);
    assert.equal(res.status, 200);
    assert.match(html, /no model yet|No cycles yet|No version serves yet|No rollouts yet|No backtests yet/);
    assert.equal(document.querySelectorAll(".chart").length, 0);
    assert.doesNotMatch(html, /NaN|undefined|Infinity/);
  });
}

Deno.test("the overview draws frozen against Perennial, with the numbers as a table", async () => {
  const { document } = await open(full, "/");
  const text = document.getElementById("replay-churn")!.textContent;
  assert.match(text, /On average 0\.\d{4} with retraining, 0\.\d{4} without/);
  assert.equal(document.querySelectorAll("#replay-churn tbody tr").length, 21);
  assert.match(document.getElementById("replay-spending")!.textContent, /capped MSE at 20 cut-offs/);
  assert.doesNotMatch(document.body.innerHTML, /NaN|undefined|Infinity/);
});

Deno.test("/live tells what the islands show, and the overview names the same revision", async () => {
  const { res, html } = await open(full, "/live");
  const view = JSON.parse(html);
  assert.equal(res.headers.get("cache-control"), "no-store");
  assert.deepEqual(view.stages.churn, running.stages);
  const { document } = await open(full, "/");
  assert.equal(
    document.querySelector("[data-revision]")!.getAttribute("data-revision"),
    view.revisions.overview,
  );
});

Deno.test("a running cycle's page shows its steps and follows them; one that has ended does not", async () => {
  const { document } = await open(full, `/cycles/${running.id}`);
  assert.equal(document.querySelector("main")!.getAttribute("data-follows"), "cycles");
  const steps = document.querySelector('ol[aria-label="churn, running cycle"]')!;
  assert.equal(steps.querySelector('[aria-current="step"] b')!.textContent, running.stage);
  const ended = fixture.cycles.find((cycle) => cycle.endedAt !== null)!;
  const { document: past } = await open(full, `/cycles/${ended.id}`);
  assert.equal(past.querySelector("main")!.getAttribute("data-follows"), null);
  assert.ok(!past.querySelector("ol.stages"));
  const { document: list } = await open(full, "/cycles");
  assert.equal(list.querySelector("main")!.getAttribute("data-follows"), "cycles");
});

Deno.test("/cycles filters, pages on, and ignores a filter that makes no sense", async () => {
  const rows = async (path: string) => (await open(full, path)).document.querySelectorAll("tbody tr").length;
  assert.equal(await rows("/cycles"), fixture.cycles.length);
  assert.equal(await rows("/cycles?model=churn"), fixture.cycles.filter((c) => c.model === "churn").length);
  assert.equal(await rows("/cycles?outcome=failed"), 1);
  assert.equal(await rows("/cycles?outcome=%27drop&page=-3"), fixture.cycles.length);
  const many = Array.from(
    { length: 120 },
    (_, i) => ({ ...running, id: `retrainer/churn/cycle/${i}`, number: i }),
  );
  const long = await buildDashboard(fixtureDashboard({ ...fixture, cycles: many }));
  const { document } = await open(long, "/cycles?model=churn&page=2");
  const links = [...document.querySelectorAll(".pages a")].map((a) => a.getAttribute("href"));
  const csv = "/retraining/history?format=csv&limit=1000&model=churn";
  assert.deepEqual(links, ["/cycles?model=churn", "/cycles?model=churn&page=3", csv]);
});

Deno.test("/cycles finds by days of the data and by text, and keeps both in every address", async () => {
  const query = "from=2011-02-15&to=2011-03-01&text=replay";
  const { document } = await open(full, `/cycles?model=churn&${query}`);
  assert.equal(document.querySelectorAll("tbody tr").length, 2);
  const field = (id: string) => document.getElementById(id)!.getAttribute("value");
  assert.deepEqual([field("from"), field("to"), field("text")], ["2011-02-15", "2011-03-01", "replay"]);
  assert.ok(document.querySelector(`thead a[href*="${query}"]`));
  assert.ok(document.querySelector(`.pages a[href*="${query}"]`));
  const { document: odd } = await open(full, "/cycles?from=2011-02-31&to=soon");
  assert.equal(odd.querySelectorAll("tbody tr").length, fixture.cycles.length);
});

Deno.test("/cycles sorts by its heads, the other way round by the one it is sorted by, and filters by trigger", async () => {
  const { document } = await open(full, "/cycles?model=churn&trigger=replay&sort=took&page=1");
  const heads = [...document.querySelectorAll("thead th")];
  assert.deepEqual(heads.map((h) => h.getAttribute("aria-sort")).filter(Boolean), ["descending"]);
  const href = (name: string) =>
    heads.find((h) => h.textContent === name)!.querySelector("a")!.getAttribute("href");
  assert.equal(href("Duration"), "/cycles?model=churn&trigger=replay&sort=took&order=asc");
  assert.equal(href("Started"), "/cycles?model=churn&trigger=replay");
  assert.equal(href("Outcome"), "/cycles?model=churn&trigger=replay&sort=outcome");
  const began = [...document.querySelectorAll('tbody [data-label="Trigger"]')].map((td) => td.textContent);
  assert.deepEqual([...new Set(began)], ["replay"]);
  assert.match(document.querySelector("caption")!.textContent, /Cycles, longest first/);
  const csv = document.querySelector('.pages a[href^="/retraining"]')!;
  assert.equal(
    csv.getAttribute("href"),
    "/retraining/history?format=csv&limit=1000&model=churn&trigger=replay&sort=took",
  );
  assert.match(csv.textContent, /of the first 1,000, longest first/);
});

Deno.test("/cycles takes sort and order from its form at once, and keeps what is chosen there", async () => {
  const { document } = await open(full, "/cycles?model=&outcome=&trigger=&sort=started+asc");
  const chosen = [...document.querySelectorAll("#sort option[selected]")].map((o) => o.textContent);
  assert.deepEqual(chosen, ["oldest first"]);
  const first = document.querySelector("tbody th")!.textContent;
  const { document: newest } = await open(full, "/cycles");
  assert.equal([...newest.querySelectorAll("tbody th")].at(-1)!.textContent, first);
  assert.equal(newest.querySelectorAll("#sort option[selected]").length, 1);
  const { document: senseless } = await open(full, "/cycles?sort=size&order=up&trigger=nobody");
  assert.equal(senseless.querySelectorAll("tbody tr").length, newest.querySelectorAll("tbody tr").length);
});

Deno.test("a cycle's page tells why it began, what was compared, what it served, and where Temporal shows it", async () => {
  const { document } = await open(full, `/cycles/${rolledBack.id}`);
  const text = document.body.textContent;
  assert.match(text, /Why it started: 2 of 3 criteria in favour/);
  assert.match(text, /90 % interval/);
  assert.match(text, /After the deployment: rolled back/);
  const link = document.querySelector(".answers a")!.getAttribute("href")!;
  assert.ok(link.includes(encodeURIComponent(rolledBack.id)) && link.includes(rolledBack.runId));
});

Deno.test("a cycle that does not exist is a 404 page that says so", async () => {
  const { res, document } = await open(full, "/cycles/retrainer/churn/cycle/999");
  assert.equal(res.status, 404);
  assert.match(
    res.headers.get("content-security-policy")!,
    /^(object-src 'none'; )?default-src 'none'; script-src 'self'/,
  );
  assert.match(
    document.querySelector("main")!.textContent,
    /There is no cycle "retrainer\/churn\/cycle\/999"/,
  );
});

Deno.test("the overview says what is under way towards serving, each with where to go", async () => {
  const { document } = await open(full, "/");
  const header = document.querySelector(".page-header")!;
  assert.match(header.textContent, /churn: version 19 is shown to (5|25|50) % of shoppers/);
  assert.match(header.textContent, /spending: version 19 waits for your approval until 4 Mar 2026/);
  const links = [...header.querySelectorAll("a")].map((a) => a.getAttribute("href"));
  assert.deepEqual(links.slice(-2), [rollouts[0], "/rollouts#approvals"]);
});

Deno.test("/rollouts lists them, the running one first, and says how to begin one where there was none", async () => {
  const { document } = await open(full, "/rollouts");
  const states = [...document.querySelectorAll("#all")].map((h) => h.closest("table")!)
    .flatMap((table) => [...table.querySelectorAll('[data-label="Status"]')].map((td) => td.textContent));
  assert.deepEqual(states, ["Running, shown to 50 % of shoppers", "Rolled back", "Promoted"]);
  const { html } = await open(empty, "/rollouts");
  assert.match(html, /perennial config set rollout=canary/);
});

Deno.test("a rollout's page tells plan, share, difference with bounds, arms, segments and each look decided again", async () => {
  const { document, html } = await open(full, rollouts[0]);
  const text = document.body.textContent;
  assert.match(text, /v19 against v\d+: not worse, −0\.\d+ \[−0\.\d+, \+0\.\d+\] on [\d,]+ shoppers/);
  assert.match(text, /Shown to: v19 (25|50) %/);
  assert.match(text, /serves everyone once outcomes show/);
  assert.match(text, /Decision log: 8 decisions, reproduced/);
  assert.match(text, /new, under 90 days/);
  assert.equal(document.querySelectorAll("#share .chart, #difference-19 .chart").length, 6);
  assert.equal(document.querySelectorAll("#difference-19 tbody tr").length, 6);
  assert.doesNotMatch(html, /NaN|undefined|Infinity/);
  assert.equal((await open(full, "/rollouts/rollout/churn/v99")).res.status, 404);
});

Deno.test("a look that does not come out the same again is said to", async () => {
  const [story] = fixture.rollouts;
  const changed = { ...story, looks: story.looks.map((look, i) => ({ ...look, same: i > 0 })) };
  const site = await buildDashboard(fixtureDashboard({ ...fixture, rollouts: [changed] }));
  const { document } = await open(site, rollouts[0]);
  assert.match(document.body.textContent, /Decision log: 8 decisions, 1 not reproduced/);
});

Deno.test("who has not signed in is offered nothing to change, but where to sign in", async () => {
  for (const path of [...PAGES, "/versions"]) {
    const { document } = await open(full, path);
    assert.equal(document.querySelectorAll('[href^="/act/"], form[method=post]:not(.theme)').length, 0, path);
  }
  for (const path of ["/rollouts", rollouts[0], "/versions"]) {
    const { document } = await open(full, path);
    assert.match(document.querySelector("main")!.textContent, /Sign in to act/, path);
  }
  const { res } = await open(full, "/act/promote?model=churn&version=3");
  assert.deepEqual([res.status, res.headers.get("location")], [
    303,
    "/sign-in?to=%2Fact%2Fpromote%3Fmodel%3Dchurn%26version%3D3",
  ]);
});

Deno.test("a page says that it could not be read, and not why, when the database is gone", async () => {
  const gone = () => Promise.reject(new Error("connect ECONNREFUSED postgres://secret"));
  const shown = console.error;
  console.error = () => undefined;
  const { res, html } = await open(await buildDashboard(fixtureDashboard(fixture, { status: gone })), "/");
  console.error = shown;
  assert.equal(res.status, 500);
  assert.match(html, /This page cannot be shown/);
  assert.doesNotMatch(html, /secret|ECONNREFUSED/);
});

Deno.test("the pages change nothing: every method but GET and HEAD is refused", async () => {
  for (const path of PAGES) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const res = await full(new Request(`http://localhost${path}`, { method }));
      assert.ok([404, 405].includes(res.status), `${method} ${path}`); // Fresh says 404
      await res.body?.cancel();
    }
  }
});

Deno.test("the islands weigh less than 60 KB gzipped, and a second start takes them from the cache", async () => {
  const cache = await mkdtemp(join(tmpdir(), "bundle-"));
  try {
    const made = await bundleIslands(ROOT, cache);
    const bytes = Object.values(made).reduce((sum, code) => sum + gzipSync(code).length, 0);
    assert.ok(bytes < 60_000, `${bytes} bytes`);
    assert.ok(made["client.js"]);
    assert.equal((await readdir(cache)).length, 1);
    assert.deepEqual(await bundleIslands(ROOT, cache), made);
  } finally {
    await rm(cache, { recursive: true });
  }
});

Deno.test("the overview counts an alert about the data, which is no one model's, and says how grave it is", async () => {
  const [alert] = fixture.alerts;
  const ofData = { ...alert, id: 2, model: null, title: "The data are broken", acknowledgedBy: "ann" };
  const { document } = await open(
    await buildDashboard(fixtureDashboard({ ...fixture, alerts: [alert, ofData] })),
    "/",
  );
  assert.match(document.querySelector('p a[href="#alerts"]')!.textContent, /^2 open alerts$/);
  const [, row] = document.querySelectorAll("#alerts tbody tr");
  assert.equal(row.querySelector(".status")!.getAttribute("data-status"), "bad");
  assert.match(row.textContent, /alert 2, critical; acknowledged by ann/);
});

Deno.test("/checks lists what each check answered, and leads to its reasons and its cycle", async () => {
  const { document } = await open(full, "/checks?model=churn&answer=retrain&before=never");
  const rows = [...document.querySelectorAll("#list tbody tr")];
  assert.equal(rows.length, fixture.checks.filter(({ model }) => model === "churn").length);
  const path = rows[0].querySelector("a")!.getAttribute("href")!;
  const check = await open(full, path);
  const newest = fixture.checks.findLast(({ model }) => model === "churn")!;
  assert.equal(check.document.querySelectorAll("tbody tr").length, newest.reasons.length);
  assert.ok(check.document.querySelector(`a[href="/cycles/${newest.cycleId}"]`));
  const waiting = await open(full, "/checks?answer=wait");
  assert.match(waiting.document.getElementById("list")!.textContent, /No checks\./);
  for (const unknown of ["/checks/none", `/checks/${crypto.randomUUID()}`]) {
    assert.equal((await open(full, unknown)).res.status, 404);
  }
});

Deno.test("a rollout's page draws its steps, which one it is at, and how it ended", async () => {
  const steps = async (path: string) => {
    const list = (await open(full, path)).document.querySelector('ol[aria-label="Steps of the rollout"]')!;
    return {
      names: [...list.querySelectorAll("b")].map((b) => b.textContent),
      now: list.querySelector('[aria-current="step"] b')?.textContent,
      text: list.textContent,
    };
  };
  const running = await steps(rollouts[0]);
  assert.deepEqual(running.names.at(-1), "everyone");
  assert.ok(running.names.includes(running.now!));
  const ended = await steps(rollouts[1]);
  assert.equal(ended.now, undefined);
  assert.match(ended.text, /rolled back/);
});
