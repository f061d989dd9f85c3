import assert from "node:assert/strict";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { ANONYMOUS } from "../../src/dashboard/sessions.ts";
import { EMPTY, fixtureDashboard, makeFixture } from "./fixture.ts";
import { soundPage } from "./sound.ts";

const fixture = makeFixture();
const ann = {
  name: "ann",
  token: "t",
  until: "2026-03-03T00:00:00.000Z",
  session: "s",
  role: "admin" as const,
};
const full = await buildDashboard(fixtureDashboard(fixture));
const asAnn = await buildDashboard(fixtureDashboard(fixture), {
  sessions: { ...ANONYMOUS, currentUser: () => Promise.resolve(ann) },
});
const empty = await buildDashboard(fixtureDashboard(EMPTY));
const own = fixture.cycles.filter((c) => c.model === "churn");
/** A deployment that outcomes are known of, against what it replaced. */
const deployed = own.findLast((c) => c.outcome === "deployed" && c.champion !== own.at(-2)!.champion)!;
const [a, b] = [deployed.champion!, deployed.challenger!];
const path = (of: number, with_: number) => `/versions/compare?model=churn&a=${of}&b=${with_}`;

async function open(site: typeof full, path: string) {
  const res = await site(new Request(`http://localhost${path}`));
  assert.equal(res.status, 200, path);
  const document = soundPage(await res.text());
  for (const field of document.querySelectorAll("select")) {
    assert.ok(document.querySelector(`label[for="${field.id}"]`), field.id);
  }
  return document;
}
const told = (element: Element | null) => element!.textContent.replaceAll(/\s+/g, " ");

Deno.test("/versions draws whence each version came, with a table that leads to its cycle and to a comparison", async () => {
  const document = await open(full, "/versions");
  const [churn] = document.querySelectorAll(".lineage");
  const made = own.filter((c) => c.challenger !== null);
  assert.equal(churn.querySelectorAll(".lineage-line circle").length, made.length);
  assert.equal(churn.querySelectorAll("circle.new").length, 1, "one serves");
  assert.equal(churn.querySelectorAll("tbody tr").length, made.length);
  const links = [...churn.querySelectorAll("tbody a")].map((link) => link.getAttribute("href"));
  assert.ok(links.includes(path(a, b)) && links.includes(`/cycles/${deployed.id}`), links.join(" "));
  assert.match(told(churn.querySelector("h3")), /^20 versions of churn, \d+ came to serve/);
  assert.equal((await open(empty, "/versions")).querySelectorAll(".lineage, form.row").length, 0);
});

Deno.test("/versions/compare concludes from the same rows, and shows the rest without a conclusion", async () => {
  const document = await open(full, path(a, b));
  const heading = told(document.querySelector("h1"));
  assert.match(heading, new RegExp(`v${b} of churn.* v${a}.* outcomes since the one replaced the other\\.$`));
  assert.equal(document.querySelectorAll("#paired .chart").length, 3);
  const [same, made, measured] = document.querySelectorAll("main section");
  assert.deepEqual([...same.querySelectorAll("table.records tbody th a")].map(told), [
    "outcomes since the one replaced the other",
    "the validation rows",
  ]);
  assert.match(told(same), /90 % interval/);
  assert.match(told(made), /Training rows.*differs.*Seed.*same.*Configuration.*same/);
  assert.doesNotMatch(told(measured), /Better|better|Worse|differs/);
  assert.match(told(measured), /accuracy at validation.*\[0\.\d+, 0\.\d+\] 90 % interval, on [\d,]+ rows of/);
  assert.match(
    told(measured),
    /accuracy while it servedno outcomes known0\.7100 \[0\.6900, 0\.7300\] 90 % int/,
  );
});

Deno.test("/versions/compare says that it cannot tell of two that nothing was measured of together", async () => {
  const document = await open(full, path(1, own.findLast((c) => c.challenger !== null)!.challenger!));
  assert.match(told(document.querySelector("h1")), /is unknown: no rows were scored by both\.$/);
  assert.match(told(document.querySelector("main")), /perennial rollouts begin churn 20 --strategy shadow/);
  assert.equal(document.querySelectorAll("#paired").length, 0);
});

Deno.test("/versions/compare offers to promote what does not serve and can, to who has signed in", async () => {
  const links = async (site: typeof full) =>
    [...(await open(site, path(a, b))).querySelectorAll('a[href^="/act/"]')].map((l) =>
      l.getAttribute("href")
    );
  assert.deepEqual(await links(full), []);
  const serving = fixture.moves.findLast((m) => m.model === "churn")!.version;
  const promoted = (await links(asAnn)).map((href) => Number(/version=(\d+)/.exec(href!)![1]));
  assert.deepEqual(promoted, [b, a].filter((v) => v !== serving && v > 3));
});

Deno.test("/versions/compare knows no other versions, and says what to name", async () => {
  for (const query of ["model=churn&a=1&b=999", "model=nobody&a=1&b=2", "model=churn&a=1", "a=x&b=-2"]) {
    const res = await full(new Request(`http://localhost/versions/compare?${query}`));
    assert.equal(res.status, 404, query);
    assert.match(await res.text(), /There is no v|Name a model and two of its versions/);
  }
});

Deno.test("/versions compares the two that are ticked, and says so where they are not two", async () => {
  const document = await open(full, "/versions");
  const boxes = [...document.querySelectorAll('input[form="compare-churn"]')];
  assert.equal(boxes.length, own.filter((c) => c.challenger !== null).length);
  assert.ok(boxes.every((box) => box.getAttribute("aria-label")?.startsWith("Compare v")));
  const chosen = await open(full, `/versions/compare?model=churn&v=${b}&v=${a}`);
  assert.equal(told(chosen.querySelector("h1")), told((await open(full, path(a, b))).querySelector("h1")));
  const three = await full(new Request("http://localhost/versions/compare?model=churn&v=1&v=2&v=3"));
  assert.equal(three.status, 422);
});

Deno.test("/versions finds versions by tag and note, and each leads to its own page", async () => {
  const document = await open(full, "/versions?q=relaunch");
  assert.equal(document.querySelector("#q")!.getAttribute("value"), "relaunch");
  const rows = [...document.querySelectorAll('table.records a[href^="/versions/churn/"]')];
  assert.deepEqual(rows.map((link) => link.textContent), ["v18"]);
  assert.match(told(document.querySelector("#versions-spending")), /No version holds "relaunch"/);
});

Deno.test("a version's page shows its card, its note and where it stands, and both cards can be saved", async () => {
  const document = await open(asAnn, "/versions/churn/18");
  const titles = [...document.querySelectorAll("main h2")].map((h) => h.textContent);
  assert.deepEqual(titles, ["Purpose", "Data", "Metrics", "Segments", "Lineage", "Limits"]);
  assert.deepEqual([...document.querySelectorAll("main a.tag")].map((tag) => tag.textContent), [
    "relaunch",
    "season",
  ]);
  const crumbs = [...document.querySelectorAll(".crumbs li")].map((crumb) => crumb.textContent);
  assert.deepEqual(crumbs, ["Models", "churn", "v18"]);
  const saved = async (what: string) =>
    await full(new Request(`http://localhost/versions/churn/18/download?what=${what}`));
  assert.match(await (await saved("card.md")).text(), /^# churn v18\n/);
  assert.match(
    (await saved("card.html")).headers.get("content-disposition")!,
    /attachment; filename="churn-v18\.html"/,
  );
  assert.equal((await saved("artefact")).status, 303, "who has not signed in is asked to");
  assert.equal((await saved("nothing")).status, 404);
  assert.equal((await full(new Request("http://localhost/versions/churn/99"))).status, 404);
});
