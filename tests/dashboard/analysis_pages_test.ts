import assert from "node:assert/strict";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { EMPTY, fixtureDashboard, makeFixture } from "./fixture.ts";
import { soundPage } from "./sound.ts";

const fixture = makeFixture();
const full = await buildDashboard(fixtureDashboard(fixture));
const empty = await buildDashboard(fixtureDashboard(EMPTY));

async function open(site: typeof full, path: string) {
  const res = await site(new Request(`http://localhost${path}`));
  assert.equal(res.status, 200, path);
  const document = soundPage(await res.text());
  assert.equal(document.querySelectorAll("h1").length, 1);
  assert.match(document.querySelector("h1")!.textContent, /\.$/);
  for (const svg of document.querySelectorAll('[role="img"]')) assert.ok(svg.getAttribute("aria-label"));
  return document;
}
const told = (element: Element | null) => element!.textContent.replaceAll(/\s+/g, " ");

Deno.test("/analysis says of each model how often it was trained and what outcomes since show", async () => {
  const document = await open(full, "/analysis");
  const heading = told(document.querySelector("h1"));
  assert.match(heading, /^Churn was retrained every 14 days, \d+ of 20 deployed; log loss fell since, by/);
  assert.doesNotMatch(heading, /Spending/);
  assert.match(
    told(document.querySelector("h1 + p")),
    /^Spending was retrained every 14 days, \d+ of 20 deployed; /,
  );
});

Deno.test("/analysis draws how often, what changed, what it took and what it was worth, each with table and CSV", async () => {
  const document = await open(full, "/analysis");
  for (const id of ["frequency", "gate", "since", "wait", "effort", "uplift", "curve"]) {
    const figure = document.getElementById(id)!;
    assert.equal(figure.querySelectorAll(".chart").length, 3, id);
    assert.ok(figure.querySelectorAll("tbody tr").length > 1, id);
    assert.equal(figure.querySelector("a[download]")!.getAttribute("href"), `/analysis?csv=${id}`);
    assert.ok(figure.querySelector("a[data-zoom]"), id);
  }
  const titles = [...document.querySelectorAll("#frequency .wide title")].map((t) => told(t));
  assert.ok(titles.some((t) => /^From .*2011, forced: 1 cycle /.test(t)), titles.join("; "));
  assert.match(told(document.getElementById("gate")), /19 challengers at validation/);
});

Deno.test("/analysis adds nothing up that was measured on different rows, and says why", async () => {
  const [, table] = [...(await open(full, "/analysis")).querySelectorAll("table.records")];
  assert.match(told(table), /they are not added up; the interval holds whatever the cycles have in common/);
  const rows = [...table.querySelectorAll("tbody tr")].map(told);
  assert.match(rows[2], /On outcomes since, those deployed−\d.*−\d.* % to −\d.* %\d+[\d,]+Lower/);
});

Deno.test("/analysis gives a return only where the interval says that something was gained or lost", async () => {
  const document = await open(full, "/analysis");
  const rows = [...document.querySelectorAll("#worth")].flatMap((h) =>
    [...h.closest("section")!.querySelectorAll(".row tbody tr")].map(told)
  );
  assert.ok(rows.some((row) => /Inconclusive/.test(row) && !/×/.test(row)));
  assert.ok(rows.some((row) => /\+[\d,]+ EUR \[\+\d.*[\d,.]+ × \[\d/.test(row)), rows.join("\n"));
  assert.match(rows.at(-1)!, /Total cost of all 20 cycles, deployed or not/);
});

Deno.test("/analysis says how to state economics where there are none, and tells no money", async () => {
  const document = await open(full, "/analysis?model=spending");
  const worth = document.getElementById("worth")!.closest("section")!;
  assert.match(
    told(worth),
    /No sum of money can be told: the shop has not stated sales_margin and contact_c/,
  );
  assert.ok(worth.querySelector('a[href="/configuration"]'));
  assert.equal(worth.querySelectorAll(".chart").length, 0);
  assert.match(told(document.getElementById("effort")), /what an hour costs is not stated/);
});

Deno.test("/analysis says what it waits for, when nothing happened yet, and knows no other model", async () => {
  const document = await open(empty, "/analysis");
  assert.equal(told(document.querySelector("h1")), "Churn was not retrained yet.");
  assert.match(told(document.querySelector("h1 + p")), /^Spending was not/);
  assert.match(told(document.querySelector("main")), /No cycle has ended yet/);
  assert.equal(document.querySelectorAll(".chart").length, 0);
  const res = await full(new Request("http://localhost/analysis?model=nobody"));
  assert.equal(res.status, 404);
  assert.match(await res.text(), /There is no model &quot;nobody&quot;|There is no model "nobody"/);
});

Deno.test("/analysis sets what other policies would have done beside what happened, and leads to the backtest", async () => {
  const document = await open(full, "/analysis");
  const section = document.getElementById("what-if")!.closest("section")!;
  const last = fixture.backtests.find((b) => b.state === "finished")!;
  const rows = [...section.querySelectorAll("tbody tr")];
  assert.deepEqual(rows.map((row) => told(row.querySelector("th"))), [
    "never retrained",
    "retrained at every cut-off",
    "retrained at every cut-off on the newest 6 cut-offs",
    "retrained every 28 days",
    "retrained when inputs drifted",
    "Perennial",
    "What happened the cycles of this installation",
  ]);
  assert.match(told(rows[1]), /Better.*\[/);
  assert.match(told(rows.at(-1)!), /\d+not scored|\d+.*not scored at those cut-offs/);
  assert.ok(section.querySelector(`a[href="/backtests/${last.id}"]`));
  const none = (await open(empty, "/analysis")).getElementById("what-if")!.closest("section")!;
  assert.match(told(none), /No backtest of churn has finished yet/);
  assert.ok(none.querySelector('a[href="/backtests"]'));
});

Deno.test("/analysis?csv= gives the numbers of a chart, unrounded", async () => {
  const res = await full(new Request("http://localhost/analysis?csv=uplift"));
  assert.match(res.headers.get("content-type")!, /^text\/csv/);
  const [head, first] = (await res.text()).split("\r\n");
  assert.equal(head, "Cycle,Version,Against,Measured on,Old,New,Uplift,From,To,Shoppers,Result");
  assert.match(first, /^\d+,v\d+,v\d+,outcomes since,-?\d+(\.\d+)?,/);
});
