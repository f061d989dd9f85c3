import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { buildDashboard, type DashboardOptions } from "../../src/dashboard/page_app.ts";
import { ANONYMOUS } from "../../src/dashboard/sessions.ts";
import { hoursBesideUsual } from "../../src/monitoring/usual_hours.ts";
import { EMPTY, fixtureDashboard, makeFixture } from "./fixture.ts";
import { soundPage } from "./sound.ts";

const fixture = makeFixture();
const ann = {
  name: "ann",
  role: "admin" as const,
  token: "t",
  until: "2026-03-03T00:00:00.000Z",
  session: "s",
};
const signedIn: DashboardOptions = { sessions: { ...ANONYMOUS, currentUser: () => Promise.resolve(ann) } };
const full = await buildDashboard(fixtureDashboard(fixture));
const asAnn = await buildDashboard(fixtureDashboard(fixture), signedIn);
const empty = await buildDashboard(fixtureDashboard(EMPTY));

const get = (site: typeof full, path: string) => site(new Request(`http://localhost${path}`));
async function open(site: typeof full, path: string) {
  const res = await get(site, path);
  assert.equal(res.status, 200, path);
  return parseHTML(await res.text()).document;
}
const told = (element: Element | null) => element!.textContent.replaceAll(/\s+/g, " ");

for (const path of ["/monitoring", "/monitoring?model=spending", "/data"]) {
  Deno.test(`${path} answers first, in one h1, without duplicate ids, unlabelled pictures or odd numbers`, async () => {
    const document = soundPage(await (await get(full, path)).text());
    assert.match(document.querySelector("h1")!.textContent, /\.$/);
    assert.equal(document.querySelectorAll("h1").length, 1);
    for (const svg of document.querySelectorAll('[role="img"]')) assert.ok(svg.getAttribute("aria-label"));
    for (const field of document.querySelectorAll("select")) {
      assert.ok(document.querySelector(`label[for=${field.id}]`), field.id);
    }
  });
}

Deno.test("/monitoring says of each model how it does and whether its inputs shifted", async () => {
  const document = await open(full, "/monitoring");
  assert.match(
    told(document.querySelector("h1")),
    /^Churn and spending: stable, inputs: drift in 1 of 6\. Data quality: \d open findings? to fix first\.$/,
  );
  const [churn, spending] = [...document.querySelectorAll("#answer li")].map(told);
  assert.match(
    churn,
    /^Churn v3: stable, accuracy 0\.7\d{3}, 0\.\d{4} to 0\.\d{4} on 950 outcomes, 0\.7400 at validation\. Inputs: drift in 1 of 6\.$/,
  );
  assert.match(spending, /^Spending v3: stable, MSE 1\.\d+ M/);
});

Deno.test("/monitoring draws each version by itself, what it was put in service by, and a ring where it cannot tell", async () => {
  const trend = (await open(full, "/monitoring")).getElementById("trend")!;
  const chart = trend.querySelector(".wide")!;
  const lines = (stroke: string) => chart.querySelectorAll(`g[fill="none"][stroke="${stroke}"] path`).length;
  assert.equal(lines("var(--chart-line)"), 2); // v1 and v2
  assert.equal(lines("var(--evergreen)"), 1); // v3, which serves
  assert.equal(trend.querySelectorAll("tbody tr").length, 12);
  const titles = [...chart.querySelectorAll("title")].map((t) => t.textContent);
  assert.equal(titles.filter((t) => /no outcomes yet, 300 predictions pending/.test(t)).length, 3);
  assert.ok(titles.some((t) => /^v\d+ deployed on/.test(t)));
  assert.ok(titles.some((t) => /^v\d+ restored on/.test(t)));
});

Deno.test("/monitoring names the unit of what it measures", async () => {
  const trend = (await open(full, "/monitoring?model=spending")).getElementById("trend");
  assert.match(told(trend!.querySelector("figcaption")), /MSE in shop currency squared, lower is better/);
});

Deno.test("/monitoring marks estimates as such, with what they assume, beside what came true", async () => {
  const document = await open(full, "/monitoring");
  const text = told(document.querySelector("main"));
  assert.match(text, /9 of 10 estimates had the actual value within the interval/);
  assert.match(text, /Estimate, not a measurement.*Assumptions ?No concept drift/);
  assert.match(text, /At this trend the threshold of 0\.5600 is reached in 25 days \(12 to never\)/);
});

Deno.test("/monitoring ranks inputs, and tells beside each what would have been seen", async () => {
  const document = await open(full, "/monitoring");
  const panels = [...document.querySelectorAll(".multiples figure")].map(told);
  assert.equal(panels.length, 4);
  assert.match(panels[0], /^recency_days ?0\.024 = 1\.20 sd × 0\.02.*p < 0\.001; drift/);
  assert.match(panels[1], /a shift of 0\.40 sd would be detected with 80 % power/);
  const rows = async (by: string) => {
    const table = (await open(full, `/monitoring?by=${by}`)).getElementById("inputs-table")!;
    assert.equal(table.querySelectorAll("th[aria-sort]").length, 1);
    return [...table.querySelectorAll("tbody tr")].map(told);
  };
  const ranked = await rows("rank");
  assert.equal(ranked.length, 6);
  assert.match(ranked[0], /^recency_days.*1\.20.*p < 0\.001.*Drift$/);
  assert.match(ranked[5], /Not enough data$/);
  const named = await rows("input");
  assert.deepEqual(named, ranked.toSorted());
  assert.match((await rows("p"))[0], /^recency_days/);
  assert.deepEqual(await rows("nonsense"), ranked);
  const csv = (await (await get(full, "/monitoring?csv=distributions")).text()).trim().split("\r\n");
  assert.equal(csv[0], "Input,From,To,Then,Now");
  const [then, now] = [3, 4].map((cell) =>
    csv.filter((line) => line.startsWith("recency_days,")).reduce(
      (sum, line) => sum + Number(line.split(",")[cell]),
      0,
    )
  );
  assert.deepEqual([then, now], [300, 300]);
  assert.match(told(document.querySelector("main")), /one false alarm in 30 days over everything monitored/);
});

Deno.test("/monitoring tells numbers alone of a look that kept no distributions", async () => {
  const dashboard = fixtureDashboard(fixture);
  const { monitoring } = dashboard;
  const site = await buildDashboard({
    ...dashboard,
    monitoring: async (query) => ({ ...(await monitoring(query))!, shapes: null }),
  });
  const document = await open(site, "/monitoring");
  assert.match(told(document.querySelector("main")), /predates stored distributions: numbers only/);
  assert.equal(document.querySelectorAll(".multiples svg.plot").length, 0);
});

Deno.test("/monitoring opens a past look, and leads back to the newest", async () => {
  const document = await open(full, "/monitoring");
  const values = [...document.querySelectorAll("#at option")].map((o) => o.getAttribute("value")!);
  assert.equal(values.length, 13);
  const past = await open(full, `/monitoring?model=churn&at=${encodeURIComponent(values[4])}`);
  assert.equal(past.getElementById("trend")!.querySelectorAll("tbody tr").length, 9);
  assert.match(told(past.querySelector("h1")), /^Churn and spending: no outcomes yet/);
  assert.match(told(past.querySelector("form.filter")), /Back to the newest evaluation/);
  assert.equal(past.querySelector("#at option[selected]")!.getAttribute("value"), values[4]);
});

Deno.test("/monitoring draws the last days alone where the address says so, and keeps that in its form", async () => {
  const rows = async (query: string) => {
    const document = await open(full, `/monitoring?model=churn${query}`);
    const chosen = document.querySelector("#days option[selected]")!.textContent;
    return [document.getElementById("trend")!.querySelectorAll("tbody tr").length, chosen] as const;
  };
  const [all, none] = await rows("");
  const [some, chosen] = await rows("&days=90");
  assert.ok(some > 0 && some < all, `${some} of ${all}`);
  assert.deepEqual([none, chosen], ["all of it", "last 90 days"]);
  assert.deepEqual(await rows("&days=7"), [all, "all of it"], "what is no choice is left out");
});

for (const path of ["/monitoring?model=none", "/monitoring?at=soon"]) {
  Deno.test(`${path} is a 404 that says so`, async () => {
    const res = await get(full, path);
    assert.equal(res.status, 404);
    assert.match(await res.text(), /There is no model|is not a time/);
  });
}

Deno.test("/monitoring offers to accept a finding to who has signed in, and to nobody else", async () => {
  const accept = 'a[href^="/act/accept"]';
  assert.ok(!(await open(full, "/monitoring")).querySelector(accept));
  const path = (await open(asAnn, "/monitoring")).querySelector(accept)!.getAttribute("href")!;
  assert.match(
    told((await open(asAnn, path)).querySelector("main")),
    /Accept the finding "unit jump" of price\?/,
  );
  assert.equal((await get(full, path)).status, 303);
});

Deno.test("/monitoring and /data say what they wait for, where nothing happened yet", async () => {
  const monitoring = await open(empty, "/monitoring");
  const data = await open(empty, "/data");
  assert.match(
    told(monitoring.querySelector("h1")),
    /^Churn: not monitored yet \(no version of churn is deployed\)\./,
  );
  assert.match(told(data.querySelector("h1")), /^No events yet; none in quarantine\.$/);
  assert.match(told(data.querySelector("main")), /No invalid events/);
  for (const document of [monitoring, data]) {
    assert.equal(document.querySelectorAll(".chart").length, 0);
    assert.doesNotMatch(document.body.innerHTML, /NaN|undefined|Infinity/);
  }
});

Deno.test("/data draws hours beside what they usually bring, and days by type, each with its numbers", async () => {
  const document = await open(full, "/data");
  assert.match(
    told(document.getElementById("hours")),
    /\d+ of 182 hours within the range of the weeks before/,
  );
  assert.match(told(document.getElementById("days")), /by type: view, cart, purchase, other, from below/);
  for (const id of ["hours", "days", "arrivals"]) {
    const lines = (await (await get(full, `/data?csv=${id}`)).text()).trim().split("\r\n");
    assert.ok(lines.length > 50, id);
  }
});

Deno.test("/data shows rows of the quarantine, and the way to try them again, to who has signed in alone", async () => {
  const open_ = await open(full, "/data");
  const known = await open(asAnn, "/data");
  assert.doesNotMatch(open_.body.innerHTML, /tea-7|\/act\/replay/);
  assert.match(told(open_.querySelector("main")), /time is in the future ?12.*Sign in to see samples/);
  assert.match(known.body.innerHTML, /tea-7/);
  const again = [...known.querySelectorAll('a[href^="/act/replay"]')].map((a) => a.getAttribute("href")!);
  assert.equal(again.length, 1); // nothing waits for the other reason any more
  assert.match(told((await open(asAnn, again[0])).querySelector("main")), /Retry 12 quarantined events\?/);
});

Deno.test("hoursBesideUsual() cannot tell what is usual with less than three weeks before", () => {
  const day = 20_000;
  const hours = (n: number) => new Array<number>(24).fill(n);
  const with_ = (weeks: number) =>
    hoursBesideUsual({
      days: Array.from({ length: weeks }, (_, i) => ({ day: day - 7 * (i + 1), hours: hours(i) })),
      today: hours(9),
      asOfMs: (day * 24 + 2) * 3_600_000,
      shownDays: 0,
      weeks: 6,
    });
  assert.deepEqual(with_(2).map((h) => [h.events, h.usual]), [[9, null], [9, null]]);
  assert.deepEqual(with_(3)[0].usual, { low: 0, middle: 1, high: 2, weeks: 3 });
  assert.deepEqual(hoursBesideUsual({ days: [], today: [], asOfMs: 0, shownDays: 7, weeks: 6 }), []);
});

Deno.test("/monitoring of a moment before the first look says so once, with the time for the reader's zone", async () => {
  const at = "2001-01-01T00:00:00.000Z";
  const document = await open(full, `/monitoring?at=${at}`);
  assert.equal(told(document.querySelector("h1")), "No evaluations yet at this time.");
  const main = told(document.querySelector("main"));
  assert.doesNotMatch(main, /2001-01-01T/);
  assert.equal(main.match(/No evaluation/g)!.length, 1);
  assert.equal(document.querySelector(`time[datetime="${at}"]`)!.getAttribute("data-as"), "moment");
  assert.ok(document.querySelector("select#at"), "another look can be chosen");
});

Deno.test("/monitoring and /data keep themselves current; a look of the past does not", async () => {
  const follows = async (path: string) =>
    (await open(full, path)).querySelector("main")!.getAttribute("data-follows");
  assert.deepEqual([await follows("/monitoring"), await follows("/data")], ["looks", "data"]);
  assert.equal(await follows("/monitoring?at=2026-02-01T00:00:00Z"), null);
});
