import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { buildDashboard, type DashboardOptions } from "../../src/dashboard/page_app.ts";
import { ANONYMOUS } from "../../src/dashboard/sessions.ts";
import { EMPTY, fixtureDashboard, makeFixture } from "./fixture.ts";

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
const empty = await buildDashboard(fixtureDashboard(EMPTY), signedIn);

const get = (site: typeof full, path: string) => site(new Request(`http://localhost${path}`));
const open = async (site: typeof full, path: string) =>
  parseHTML(await (await get(site, path)).text()).document;
const text = async (site: typeof full, path: string) =>
  (await open(site, path)).querySelector("main")!.textContent.replaceAll(/\s+/g, " ");

Deno.test("/configuration names what is in force, who changed it and why, and each model's own", async () => {
  const page = await text(full, "/configuration");
  assert.match(page, /Version 3, by ann, is active; 2 values differ from the defaults\./);
  assert.match(page, /min_new_samples[^]*?200 ?1 or more, whole data points ?100 ?version 3, ann/);
  assert.match(page, /confidence[^]*?0\.9 ?0\.95 ?0\.9/);
  assert.match(page, /min_new_samples: 50 to 200/);
  assert.match(page, /confidence of churn: as every model to 0\.95/);
  assert.match(page, /Sign in to change settings/);
});

Deno.test("/configuration tries a change on history, its CSV has every decision, and says what it cannot", async () => {
  const path = "/configuration?try=routine_cutoffs%3D0%0Aseed%3D2";
  const page = await text(full, path);
  assert.match(page, /Of 24 checks and 12 verdicts/);
  assert.match(page, /12 fewer|6 fewer/);
  assert.match(page, /seed would have trained another challenger/i);
  const csv = await (await get(full, `${path}&csv=trial`)).text();
  assert.equal(csv.trim().split("\r\n").length, 37);
  assert.match(
    await text(full, "/configuration?try=confidence%3D2"),
    /Needs 0\.5 to 0\.999 \(chance\), not "2"/,
  );
});

Deno.test("/configuration and /alerts say what is so where nothing happened yet", async () => {
  assert.match(
    await text(empty, "/configuration"),
    /The defaults are active; no setting has been changed yet/,
  );
  assert.match(await text(empty, "/configuration?try=seed%3D2"), /no checks or verdicts in these days/);
  assert.match(await text(empty, "/alerts"), /No open alerts\.\s*There have been no alerts yet/);
  assert.match(await text(empty, "/audit"), /No changes yet\./);
  const quiet = await buildDashboard(fixtureDashboard({ ...fixture, alerts: [] }));
  assert.match(await text(quiet, "/alerts"), /No open alerts\.\s*The last alert closed/);
});

Deno.test("/alerts tells open ones first, what to do, and how each was told; pages reach every closed one once", async () => {
  const page = await text(asAnn, "/alerts");
  assert.match(page, /1 open alert, critical/);
  assert.match(page, /spending: v14 was rolled back[^]*The earlier version serves[^]*Acknowledge[^]*Closed/);
  assert.match(page, /webhook, opened: delivered/);
  assert.match(page, /email, opened: given up after 5 attempts \(550 no such user\)/);
  const seen: string[] = [];
  for (let path: string | null = "/alerts?state=closed"; path;) {
    const document: Document = await open(full, path);
    seen.push(...[...document.querySelectorAll("tbody tr")].map((row) => row.id));
    path = document.querySelector("[rel=next]")?.getAttribute("href") ?? null;
  }
  assert.deepEqual([seen.length, new Set(seen).size], [fixture.closed.length, fixture.closed.length]);
  const quality = await open(full, "/alerts?kind=quality");
  assert.equal(quality.querySelectorAll("tbody tr").length, fixture.closed.filter((a) => !a.model).length);
});

Deno.test("/audit wants a sign-in, filters, pages by key, and its CSV has all that matches", async () => {
  const res = await get(full, "/audit");
  assert.deepEqual([res.status, res.headers.get("location")], [303, "/sign-in?to=%2Faudit"]);
  const document = await open(asAnn, "/audit?who=ben");
  assert.equal(document.querySelectorAll("tbody tr").length, 100);
  assert.match(document.querySelector("[rel=next]")!.getAttribute("href")!, /^\/audit\?who=ben&before=\d+$/);
  const csv = await get(asAnn, "/audit?who=ben&csv=audit");
  assert.match(csv.headers.get("content-type")!, /^text\/csv/);
  const bens = fixture.audit.filter((c) => c.who === "ben").length;
  assert.equal((await csv.text()).trim().split("\r\n").length, bens + 1);
});

Deno.test("the top bar counts open alerts", async () => {
  const link = (await open(full, "/cycles")).querySelector('nav a[href="/alerts"]')!;
  assert.match(link.textContent, /Alerts1open/);
});
