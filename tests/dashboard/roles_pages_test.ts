import { ACCESS_ACTIONS } from "../../src/db/access/audit.ts";
import assert from "node:assert/strict";
import { roleFor, ROLLOUT_ACTIONS } from "../../components/act.tsx";
import { actionOf } from "../../routes/act/(_components)/action.ts";
import { ACCESS } from "../../src/api/access.ts";
import { sha256 } from "../../src/core/hash.ts";
import { openAlert } from "../../src/db/alerts/alerts.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import type { Database } from "../../src/db/connect.ts";
import { saveObservation } from "../../src/db/monitoring/observations.ts";
import { noteFindings } from "../../src/db/monitoring/quality_findings.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { allows, type Role, ROLES } from "../../src/security/roles.ts";
import { anAlert } from "../app/alerts/support.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";
import { FINDING } from "./monitoring_fixture.ts";
import { Browser, signIn, withBrowser } from "../api/browser_support.ts";
import { ROLLOUT, rollOut } from "./sessions_support.ts";
import { NOW, type Served } from "../api/support.ts";

/** Pages that offer to do something, and how many things of it an admin is offered there. */
const PAGES = [
  "/",
  "/versions",
  "/rollouts",
  `/rollouts/${ROLLOUT}`,
  "/monitoring",
  "/data",
  "/alerts",
  "/configuration",
  "/privacy",
];

/** Something to do on every page, and somebody of each role. */
async function prepare({ sql, call }: Pick<Served, "sql" | "call">): Promise<void> {
  await rollOut(sql);
  await openAlert(sql, anAlert(), { nowMs: Date.parse(NOW) });
  const time = new Date(Date.parse(NOW) + 3_600_000).toISOString();
  await call("POST", "/events", [{ id: "ahead", type: "view", user: "u1", time }]);
  await call("PATCH", "/retraining/config", { min_new_samples: 200 });
  await noteFindings(sql, [FINDING], NOW);
  const look = { asOf: NOW, answer: "broken", text: "prices jumped", alpha: 0.01, from: NOW };
  await saveObservation(sql, {
    id: crypto.randomUUID(),
    kind: "quality",
    model: null,
    key: "look",
    asOf: NOW,
    answer: "broken",
    report: { ...look, events: 100, days: 50, findings: [FINDING] },
    evidenceSha256: "e",
    codeVersion: "c1",
  });
  for (const role of ROLES) await addKey(sql, role);
}

const addKey = (sql: Database, role: Role) =>
  insertKey(sql, { name: `one ${role}`, role, sha256: sha256(`pk_${role}`), by: "owner" });

async function signedIn(served: Served, role: Role): Promise<Browser> {
  const browser = new Browser(served.app);
  assert.equal((await signIn(browser, `pk_${role}`)).status, 303);
  return browser;
}

const linksOn = (page: Document) =>
  [...page.querySelectorAll('a[href^="/act/"]')].map((a) => a.getAttribute("href")!);
const lockedOn = (page: Document) =>
  [...page.querySelectorAll("button.locked[disabled]")].map((button) => button.textContent);

/** Everything that an admin is offered, by page. */
async function offered(served: Served): Promise<Map<string, string[]>> {
  const admin = await signedIn(served, "admin");
  const all = new Map<string, string[]>();
  for (const path of PAGES) {
    const page = await admin.page(path);
    const links = linksOn(page);
    assert.ok(links.length > 0, `${path} offers nothing`);
    assert.deepEqual(lockedOn(page), [], path);
    all.set(path, links);
  }
  return all;
}

for (const role of ["viewer", "operator"] as const) {
  Deno.test(`on every page each button stays for ${role}s, locked with the role it needs where they may not press it`, () =>
    withBrowser(async ({ browser: _, ...served }) => {
      await prepare(served);
      const browser = await signedIn(served, role);
      for (const [path, all] of await offered(served)) {
        const page = await browser.page(path);
        const may = all.filter((to) => allows(role, roleFor(to.split(/[/?]/)[2])));
        assert.deepEqual(linksOn(page), may, path);
        const locked = lockedOn(page);
        assert.equal(locked.length, all.length - may.length, path);
        for (const text of locked) {
          assert.match(
            text,
            ({ "/configuration": /admin only$/, "/privacy": /privacy-officer only$/ })[path] ??
              /operator only$/,
          );
        }
        assert.match(
          page.querySelector(".here")!.textContent,
          new RegExp(`Signed in as one ${role}, ${role}`),
        );
      }
    }));

  Deno.test(`the pages below /act refuse ${role}s what they may not do, by address and by form, and say why`, () =>
    withBrowser(async ({ browser: _, ...served }) => {
      await prepare(served);
      const { sql } = served;
      const admin = await signedIn(served, "admin");
      const browser = await signedIn(served, role);
      const changes = async () =>
        (await sql`select from audit where action <> all(${[...ACCESS_ACTIONS]})`).count; // what was refused stands there, too
      const before = await changes();
      const all = [...(await offered(served)).values()].flat();
      const token = (await browser.page("/sign-in")).querySelector("input[name=token]")!.getAttribute(
        "value",
      )!;
      for (const path of new Set(all)) {
        assert.equal((await admin.open(path)).status, 200, path);
        const needed = roleFor(path.split(/[/?]/)[2]);
        const may = allows(role, needed);
        const shown = await browser.open(path);
        const text = await shown.text();
        assert.equal(shown.status, may ? 200 : 403, path);
        if (may) continue;
        assert.match(
          text,
          new RegExp(`This needs the role ${needed}\\. You are signed in as one ${role}, an? ${role}`),
        );
        const headers = { origin: "http://localhost:8000", "sec-fetch-site": "same-origin" };
        const body = new URLSearchParams({ token, why: "x", once: crypto.randomUUID() });
        assert.equal((await browser.open(path, { method: "POST", body, headers })).status, 403, path);
      }
      assert.deepEqual([await servingVersion(sql, "churn"), await changes()], [2, before]);
    }));
}

Deno.test("who may not begin a backtest finds the button locked, and no form", () =>
  withBrowser(async ({ browser: _, ...served }) => {
    await prepare(served);
    const page = await (await signedIn(served, "viewer")).page("/backtests");
    assert.deepEqual(lockedOn(page), ["Start backtest· data-scientist only"]);
    assert.ok(!page.querySelector("main form[method=post]"));
    const operators = await (await signedIn(served, "operator")).page("/backtests");
    assert.deepEqual(lockedOn(operators), []);
  }));

Deno.test("what an operator does from a page stands in the audit under their key's name", () =>
  withBrowser(async ({ browser: _, ...served }) => {
    await prepare(served);
    const browser = await signedIn(served, "operator");
    assert.equal((await browser.send("/act/force?model=churn", { why: "new catalogue" })).status, 303);
    const [row] = await served.sql`select who, action from audit order by id desc limit 1`;
    assert.deepEqual(Object.values(row), ["one operator", "force"]);
  }));

Deno.test("who loses their key while a page is open is sent to sign in, and their form changes nothing", () =>
  withBrowser(async ({ browser: _, ...served }) => {
    await prepare(served);
    const browser = await signedIn(served, "operator");
    const path = "/act/force?model=churn";
    const form = (await browser.page(path)).querySelector("form[method=post]")!;
    const body = new URLSearchParams([...form.querySelectorAll("input")].map((input) => [
      input.getAttribute("name")!,
      input.getAttribute("value")!,
    ]));
    body.set("why", "x");
    assert.equal((await served.call("DELETE", "/keys/one%20operator")).status, 200);
    const headers = { origin: "http://localhost:8000", "sec-fetch-site": "same-origin" };
    assert.equal((await browser.open(path, { method: "POST", body, headers })).status, 403);
    assert.deepEqual(served.control.told.filter(([what]) => what === "force"), []);
    const again = await browser.open(path);
    assert.match(again.headers.get("location")!, /^\/sign-in\?to=/);
  }));

Deno.test("roleFor() asks of a page what the API asks of the route behind it", async () => {
  const [status] = (await fixtureDashboard(makeFixture()).status()).models;
  const actions = [
    "approve",
    "reject",
    "roll-back",
    "promote",
    "start",
    "stop",
    "stop-now",
    "force",
    ...ROLLOUT_ACTIONS,
  ];
  const routes = actions.map((action) => [action, `POST ${actionOf(action, status, 1)!.path}`]).concat([
    ["accept", "POST /monitoring/quality/accept"],
    ["note", "PUT /models/{name}/versions/{version}/note"],
    ["acknowledge", "POST /alerts/{id}/acknowledge"],
    ["replay", "POST /events/quarantine/replay"],
    ["configuration", "PUT /retraining/config"],
    ["import", "POST /events"],
    ["undo-import", "POST /imports/{import}/undo"],
    ["backtest", "POST /backtests"],
    ["retire", "POST /models/{name}/retire"],
    ["restore", "POST /models/{name}/restore"],
    ["add-key", "POST /keys"],
    ["rotate-key", "POST /keys/{name}/rotate"],
    ["revoke-key", "DELETE /keys/{name}"],
    ["person", "POST /privacy/erasures"],
    ["cancel-backtest", "POST /backtests/{backtest}/cancel"],
  ]);
  for (const [action, route] of routes) {
    assert.equal(
      ACCESS[route.replace(`/models/${status.model}/`, "/models/{name}/")],
      roleFor(action),
      action,
    );
  }
  const pages = [...Deno.readDirSync("routes/act")].map(({ name }) => name.replace(".tsx", ""))
    .filter((name) => !name.startsWith("(_")); // folders of components
  const known = [...routes.map(([action]) => action), "[action]", "_middleware.ts"];
  assert.deepEqual(pages.filter((page) => !known.includes(page)), [], "say which route is behind a new page");
});
