import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { buildDashboard, type DashboardOptions } from "../../src/dashboard/page_app.ts";
import { ANONYMOUS } from "../../src/dashboard/sessions.ts";
import { readPolicy } from "../../src/backtest/policy_spec.ts";
import { fieldsOf, NO_FIELDS, readBacktest } from "../../routes/backtests/(_components)/backtest_request.ts";
import { backtestHeadline, policyName, subjectOf, subjectText } from "../../components/backtest_labels.ts";
import { DEFAULT_CONFIG } from "../../src/db/config/config_versions.ts";
import { EMPTY, fixtureDashboard, makeFixture } from "./fixture.ts";

const fixture = makeFixture();
const [running, finished, rich, cancelled] = fixture.backtests;
const ann = {
  name: "ann",
  role: "operator" as const,
  token: "t",
  until: "2026-03-03T00:00:00.000Z",
  session: "s",
};
const signedIn: DashboardOptions = { sessions: { ...ANONYMOUS, currentUser: () => Promise.resolve(ann) } };
const full = await buildDashboard(fixtureDashboard(fixture));
const idle = await buildDashboard(
  fixtureDashboard({ ...fixture, backtests: fixture.backtests.slice(1) }),
  signedIn,
);
const asAnn = await buildDashboard(fixtureDashboard(fixture), signedIn);

const get = (site: typeof full, path: string) =>
  site(new Request(`http://localhost${path}`, { headers: { accept: "text/html" } }));
const open = async (site: typeof full, path: string) =>
  parseHTML(await (await get(site, path)).text()).document;
const words = (document: Document) => document.querySelector("main")!.textContent.replaceAll(/\s+/g, " ");

/** A row of the table under a heading, by its policy. */
const cells = (document: Document, table: number, policy: string): string[] => {
  const row = [...document.querySelectorAll("table")][table].querySelectorAll("tbody tr");
  const found = [...row].find((r) => r.querySelector("th")!.textContent === policy)!;
  return [...found.querySelectorAll("td")].map((td) => td.textContent.replaceAll(/\s+/g, " ").trim());
};

Deno.test("/backtests/{id} says better, worse and cannot tell by the interval only", async () => {
  const document = await open(full, `/backtests/${finished.id}`);
  assert.match(
    document.querySelector("h1")!.textContent,
    /^Perennial would have served churn and spending better/,
  );
  const of = (policy: string) => cells(document, 0, policy)[2];
  assert.match(of("Perennial"), /^Better \+0\.0\d{3} \[\+0\.0\d{3}, \+0\.0\d{3}\]$/);
  assert.match(of("retrained every 28 days"), /^Worse −/);
  assert.match(
    of("retrained at every cut-off on the newest 6 cut-offs"),
    /^Inconclusive [+−][\d.]+ \[−[\d.]+, \+[\d.]+\]$/,
  );
  assert.match(of("never retrained"), /baseline/);
  assert.equal(cells(document, 0, "Perennial")[0], "16");
});

Deno.test("/backtests/{id} tells what each policy took, what failed, and what it cannot say", async () => {
  const document = await open(full, `/backtests/${finished.id}`);
  const text = words(document);
  const [trainings, deployed, held, time, cost, gained] = cells(document, 1, "Perennial");
  const own = finished.results[0].policies.find((p) => p.policy === "perennial")!;
  assert.deepEqual([trainings, deployed], [String(own.trainings), String(own.deployments)]);
  assert.match(held, new RegExp(`^${own.rejected} rejected$`));
  assert.deepEqual([time, cost, gained], ["1 min 28 s", "0.0880 EUR", "not stated"]);
  assert.match(text, /1 policy did not finish ?retrained when inputs drifted: the looks could not be made/);
  assert.match(text, /unknown: state kept_customer_value, contact_cost/);
  assert.match(text, /Means are comparable once all policies have the same number/);
  assert.match(text, /Limitations ?Intervals are over cut-offs/);
});

Deno.test("/backtests/{id} tells money with its interval where it is known", async () => {
  const document = await open(full, `/backtests/${rich.id}`);
  assert.match(words(document), /by what the configuration states, with its 90 % interval\./);
  assert.equal(cells(document, 1, "Perennial").at(-1), "Better 1,235 EUR [310, 2,160]");
});

Deno.test("/backtests/{id} draws a row for each policy and gives every step as CSV", async () => {
  const document = await open(full, `/backtests/${finished.id}`);
  const chart = document.querySelector("#backtest-churn .chart.wide")!;
  const names = [...chart.querySelectorAll("text")].map((t) => t.textContent);
  for (const policy of finished.policies) assert.ok(names.includes(policyName(policy)), policyName(policy));
  const csv = await (await get(full, `/backtests/${finished.id}?csv=backtest-churn`)).text();
  const steps = finished.results[0].policies.reduce((sum, { series }) => sum + series.length, 0);
  assert.equal(csv.trim().split("\r\n").length, steps + 1);
});

Deno.test("a backtest that runs shows how far each policy is, is drawn anew, and can be ended by who signed in", async () => {
  const document = await open(asAnn, `/backtests/${running.id}`);
  assert.equal(document.querySelector("h1")!.textContent, "6 policies are replayed: 58 of 240 steps done.");
  assert.deepEqual(cells(document, 0, "retrained at every cut-off"), ["", "18 of 40"]);
  assert.deepEqual(cells(document, 0, "never retrained"), ["Finished", "40 of 40"]);
  assert.ok(document.querySelector("#backtest[data-redraw]"));
  assert.ok(document.querySelector(".live-sign"), "it says whether it is live");
  assert.ok(!(await open(asAnn, `/backtests/${finished.id}`)).querySelector(".live-sign"));
  assert.ok(document.querySelector(`a[href="/act/cancel-backtest?id=${running.id}"]`));
});

Deno.test("/backtests has a form where none runs, and says why not where one does", async () => {
  assert.match(
    words(await open(asAnn, "/backtests")),
    /Backtest run00001 is running; the next one can start/,
  );
  const document = await open(idle, "/backtests");
  const form = document.querySelector("form[action='/act/backtest']")!;
  for (const field of form.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    assert.ok(form.querySelector(`label[for="${field.id}"]`), `${field.id} has a label`);
  }
  assert.equal(form.querySelector('[name="policy.own:seasons"]')!.getAttribute("type"), "checkbox");
  assert.match(form.textContent, /own:seasons: before each season/);
  assert.match(words(await open(full, "/backtests")), /is running; the next one/);
  assert.equal((await get(full, "/backtests/none")).status, 404);
});

Deno.test("/act/configuration offers strategies of the operator's own beside ours", async () => {
  const admin = { ...ann, role: "admin" as const };
  const sessions = { ...ANONYMOUS, currentUser: () => Promise.resolve(admin) };
  const document = await open(
    await buildDashboard(fixtureDashboard(fixture), { sessions }),
    "/act/configuration",
  );
  const choices = [...document.querySelectorAll('select[name="set.rollout"] option')].map((o) =>
    o.textContent
  );
  assert.deepEqual(choices, ["immediate", "shadow", "canary", "ab", "bandit", "own:half-week"]);
});

Deno.test("the headline is about the settings that are tried, else about Perennial, else about the last policy", () => {
  const about = (...texts: string[]) =>
    subjectOf({ policies: texts.map((text) => ({ ...readPolicy(text), label: text })) }).label;
  assert.equal(about("never", "perennial:seed=2", "perennial", "every"), "perennial:seed=2");
  assert.equal(about("never", "perennial", "every"), "perennial");
  assert.equal(about("never", "every", "drift"), "drift");
  assert.equal(backtestHeadline(cancelled), "Cancelled after 12 of 120 steps.");
  const unsure = {
    ...finished,
    policies: finished.policies.filter(({ label }) => label.includes("max_train")),
  };
  assert.match(
    backtestHeadline(unsure),
    /^Retrained [^]* against the first model without retraining, for churn and spending: inconclusive\.$/,
  );
  assert.match(subjectText(unsure, unsure.results[0])!, /; (about \d+ cut-offs would|no number of cut-offs)/);
  assert.doesNotMatch(subjectText(finished, finished.results[0])!, /would tell/);
  assert.equal(backtestHeadline({ ...finished, results: [] }), "Nothing could be scored.");
});

Deno.test("policyName() names every option of a policy", () => {
  const name = (text: string) => policyName({ ...readPolicy(text), label: text });
  assert.equal(name("calendar=28d:validate=true"), "retrained every 28 days, if proven better");
  assert.equal(name("every:max_train_cutoffs=6"), "retrained at every cut-off on the newest 6 cut-offs");
  assert.equal(
    name("perennial:gate=threshold,min_new_samples=500"),
    "Perennial with gate=threshold, min_new_samples=500",
  );
});

Deno.test("readBacktest() makes of a form what the API takes, or says what is wrong", () => {
  const configuration = { current: DEFAULT_CONFIG, models: ["churn"] };
  const of = (fields: Record<string, string>) =>
    readBacktest(fieldsOf(new Map(Object.entries(fields)), ["own:seasons"]), configuration);
  const noneTicked = { ...NO_FIELDS, policies: [] };
  assert.deepEqual(of({ "policy.sliding": "on", cutoffs: "4", model: "churn", from: "2011-03-01" }).body, {
    policies: [{ policy: "every", config: { max_train_cutoffs: 4 } }],
    models: ["churn"],
    from: "2011-03-01",
  });
  assert.deepEqual(of({ "policy.own:seasons": "on", "policy.own:gone": "on" }).body, {
    policies: [{ policy: "own:seasons" }],
  });
  assert.deepEqual(readBacktest({ ...noneTicked, lines: "gate=threshold" }, configuration).body, {
    policies: [{ policy: "perennial", config: { gate: "threshold" } }],
  });
  const problem = (fields: Partial<typeof NO_FIELDS>) =>
    readBacktest({ ...noneTicked, ...fields }, configuration).problem;
  assert.match(problem({})!, /Choose a policy/);
  assert.match(problem({ policies: ["calendar"], days: "0" })!, /number of days/);
  assert.match(problem({ policies: ["sliding"], cutoffs: "many" })!, /number of cut-offs/);
  assert.match(problem({ policies: ["every"], step: "soon" })!, /step as a number of days/);
  assert.equal(of({ "policy.every": "on", step: "28" }).body!.step_days, 28);
  assert.match(problem({ lines: "churn.gate=threshold" })!, /holds for every model/);
  assert.match(problem({ lines: "gate=no-harm" })!, /the active settings/);
});

Deno.test("/backtests says how to begin where there is none", async () => {
  const empty = await buildDashboard(fixtureDashboard(EMPTY), signedIn);
  assert.match(
    words(await open(empty, "/backtests")),
    /No backtests yet\.[^]*No backtests yet[^]*perennial backtest --policy/,
  );
});
