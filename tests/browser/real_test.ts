/** What an operator does in a real browser reaches real workflows on the real Temporal, on a part of the real shop. */
import { ACCESS_ACTIONS } from "../../src/db/access/audit.ts";
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { createClient } from "../../src/client/client.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import { retrainerId } from "../../src/temporal/control_client.ts";
import { holdNow, plantHolds, reached, release } from "../chaos/holds.ts";
import { runWith } from "../cli/support.ts";
import { type SmallShop, withSmallShop } from "../e2e/small_shop.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { signIn } from "./sign_in.ts";
import { arrivedAt, h1, tabTo, watched } from "./keyboard.ts";

const FIRST_MS = Date.parse("2011-05-24");
const LATER_MS = Date.parse("2011-07-19");
const CYCLE = "retrainer/churn/cycle/1";
const WITHIN_MS = 180_000; // a machine that runs all tests at once trains slowly

type Shown = SmallShop & { browser: BrowserContext; page: Page; url: string; key: string };

Deno.test({
  name: "from a real browser to real workflows: sign in, force, watch, start, stop, promote, roll back",
  ignore: !hasChromium(),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) =>
    await withSmallShop(async (shop) => {
      const { service } = shop;
      await pinMoment(service.sql, FIRST_MS);
      await plantHolds(service.sql);
      await holdNow(service.sql, "train"); // until somebody watches, else a fast machine is through before
      await withChromium((browser) =>
        watched(browser, async (page) => {
          const shown = { ...shop, browser, page, url: service.url!, key: service.key.key! };
          const step = async (name: string, work: (shown: Shown) => Promise<void>) =>
            assert.ok(await t.step(name, () => work(shown)), name);
          await step(
            "by keyboard alone: a wrong key is refused, the right one signs in, a cycle is forced",
            forced,
          );
          await step("the cycle's page shows train, validate and verdict without a reload", watchedLive);
          await step(
            "start and stop reach the retrainer, as API, command line and Temporal say",
            startedAndStopped,
          );
          await step("a viewer sees the buttons locked, and is refused behind them", lockedForViewers);
          await step("a person promotes a version and takes it back, and predictions follow", tookBack);
        })
      );
    }, { every: 4, parts: ["worker", "api"], settings: { PERENNIAL_PORT: String(await freePort()) } }),
});

async function forced({ page, url, key, service }: Shown): Promise<void> {
  await page.goto(url);
  await tabTo(page, "Sign in to act");
  await page.keyboard.press("Enter");
  await arrivedAt(page, "/sign-in");
  await tabTo(page, "API key");
  await page.keyboard.type("pk_a-guess");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("This key is not valid here").waitFor();
  await tabTo(page, "API key");
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Signed in as owner, admin" }).waitFor();
  await tabTo(page, "Run a cycle now");
  await page.keyboard.press("Enter");
  await arrivedAt(page, "/act/force");
  assert.equal(await h1(page), "Run a retraining cycle of churn now?");
  await tabTo(page, "Reason");
  await page.keyboard.type("to see it work");
  await tabTo(page, "Run a cycle of churn");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("A cycle of churn is queued").waitFor();
  const [row] = await service.sql`select who, action, target, why from audit where action <> all(${[
    ...ACCESS_ACTIONS,
  ]}) order by id desc limit 1`;
  assert.deepEqual(Object.values(row), ["owner", "force", "churn", "to see it work"]);
}

/** What the page showed of a step, and when: under way, or done where it was over sooner than the page is told. */
interface Noted {
  step: string;
  state: string;
  atMs: number;
}

/** Notes each step as the page first shows it; all of it is gone once the page is loaded anew. */
function noteSteps(): void {
  const seen: Noted[] = [];
  (globalThis as unknown as { seen: Noted[] }).seen = seen;
  const look = () => {
    for (const item of document.querySelectorAll<HTMLElement>("ol.stages li")) {
      const step = item.querySelector("b")!.textContent!;
      const state = item.dataset.stage!;
      const known = seen.some((one) => one.step === step && one.state === state);
      if (state !== "waiting" && !known) seen.push({ step, state, atMs: Date.now() });
    }
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}

async function watchedLive({ page, service }: Shown): Promise<void> {
  await page.getByRole("link", { name: "churn, cycle 1" }).click();
  await page.waitForURL(new RegExp(`/cycles/${CYCLE}$`));
  await page.evaluate(noteSteps);
  await reached(service.sql);
  await page.locator('ol.stages li[data-stage="now"]', { hasText: "train" }).waitFor();
  await holdNow(service.sql, "deploy"); // nor may it be over before validation was seen
  await release(service.sql, "train");
  await page.locator('ol.stages li[data-stage="done"]', { hasText: "validate" })
    .waitFor({ timeout: WITHIN_MS });
  await release(service.sql, "deploy");
  await page.getByRole("heading", { level: 1, name: /deployed the first version, v\d+/ })
    .waitFor({ timeout: WITHIN_MS });
  const endMs = Date.now();
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Noted[] }).seen);
  const { stages, outcome, endedAt } = await getCycle(service.sql, CYCLE);
  assert.equal(outcome, "deployed");
  const first = (step: string) => seen.find((one) => one.step === step);
  assert.equal(first("train")?.state, "now", "training was under way when the page was opened");
  for (const step of ["train", "validate"]) {
    assert.ok(seen.some((one) => one.step === step && one.state === "done"), `${step} was not shown as done`);
  }
  const known = stages.map(({ stage }) => stage as string); // a first cycle is forced past the check
  const order = seen.filter(({ state, step }) => state === "done" && known.includes(step)).map(({ step }) =>
    step
  );
  assert.deepEqual(order, known.filter((stage) => order.includes(stage)));
  const later = stages.filter(({ stage, startedAt }) => first(stage) && Date.parse(startedAt) > seen[0].atMs);
  const late = later.map(({ stage, startedAt }) =>
    [stage, first(stage)!.atMs - Date.parse(startedAt)] as const
  );
  late.push(["ended", endMs - Date.parse(endedAt!)]);
  console.log(`shown after: ${late.map(([stage, ms]) => `${stage} ${ms} ms`).join(", ")}`);
  assert.match(await page.locator("#found").innerText(), /From snapshot to report in .*Why it started/s);
  await page.locator("ol.stages").waitFor({ state: "detached" }); // what has ended is no longer under way
}

/** Whether churn retrains by itself, as three who can know say. */
async function activeBy({ service, url, key }: Shown): Promise<boolean[]> {
  const { models } = await createClient({ url }).status();
  const env = { PERENNIAL_URL: url, PERENNIAL_API_KEY: key };
  const told = JSON.parse((await runWith(["status", "--json"], { env })).out);
  const { active } = await service.client.workflow.getHandle(retrainerId("churn")).query<
    { active: boolean },
    []
  >(
    "status",
  );
  const of = (all: { model: string; active: boolean }[]) =>
    all.find(({ model }) => model === "churn")!.active;
  return [of(models), of(told.models), active];
}

async function pressed(page: Page, offer: string, button: string): Promise<void> {
  await page.locator("#acts-churn").getByRole("link", { name: offer, exact: true }).click();
  await page.getByLabel("Reason").fill("the catalogue changed");
  await page.getByRole("button", { name: button }).click();
  await page.getByRole("status").getByText("retraining of churn is").waitFor();
}

async function startedAndStopped(shown: Shown): Promise<void> {
  const { page, url } = shown;
  const facts = page.locator("article", { has: page.locator("#acts-churn") }).locator("dl");
  const settle = (active: boolean) =>
    waitUntil(async () => (await activeBy(shown)).every((one) => one === active), {
      withinMs: WITHIN_MS,
      everyMs: 200,
    });
  await page.goto(url);
  await pressed(page, "Start", "Start churn");
  assert.ok(await settle(true), "it was not started");
  await page.locator("#acts-churn").getByRole("link", { name: "Stop", exact: true }).waitFor(); // drawn anew by itself
  await pressed(page, "Stop", "Stop churn");
  assert.ok(await settle(false), "it was not stopped");
  await facts.getByText("Automatic retraining is stopped").waitFor();
}

async function lockedForViewers({ browser, url, key, service }: Shown): Promise<void> {
  const owner = createClient({ url, apiKey: key });
  const { key: viewers } = await owner.addKey({ name: "Vera", role: "viewer" });
  const own = await browser.cookies();
  await browser.clearCookies();
  const page = await browser.newPage();
  await signIn(page, url, viewers);
  await page.goto(url);
  await page.getByRole("link", { name: "Signed in as Vera, viewer" }).waitFor();
  const force = page.locator("#acts-churn").getByRole("button", { name: "Run a cycle now · operator only" });
  assert.ok(await force.isDisabled());
  assert.equal(await force.evaluate((e) => getComputedStyle(e).borderTopStyle), "dashed");
  await page.goto(`${url}/act/force?model=churn`);
  assert.equal(await h1(page), "Request refused");
  assert.match(await page.locator("main").innerText(), /needs the role operator.*Vera, a viewer/);
  await owner.revokeKey("Vera");
  await page.goto(url);
  await page.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  await page.close();
  await browser.addCookies(own);
  assert.equal(
    (await service.sql`select from audit where who = 'Vera' and action <> all(${[...ACCESS_ACTIONS]})`).count,
    0,
  );
}

async function tookBack({ page, url, key, service: { sql } }: Shown): Promise<void> {
  const client = createClient({ url, apiKey: key });
  const [{ userKey }] = await sql`select user_key from user_days limit 1`;
  const speaks = async () => (await client.predict("churn", { user: userKey })).version;
  await pinMoment(sql, LATER_MS);
  await forcedCycle(client);
  const versions = (await client.versions("churn")).versions;
  const newest = Math.max(...versions.map(({ version }) => version));
  assert.ok(newest > 1);
  await page.goto(`${url}/versions`);
  if (await servingVersion(sql, "churn") !== newest) {
    await page.getByRole("link", { name: `Promote v${newest}` }).click();
    await page.getByLabel("Reason").fill("looked at the segments");
    await page.getByRole("button", { name: `Promote version ${newest}` }).click();
    await page.getByRole("status").getByText(`Version ${newest} of churn serves everyone.`).waitFor();
  }
  assert.equal(await speaks(), newest);
  await page.getByRole("link", { name: "Roll churn back to v1" }).click();
  await page.getByLabel("Reason").fill("complaints");
  await page.getByRole("button", { name: "Roll back to version 1" }).click();
  await page.getByRole("status").getByText("Version 1 of churn serves everyone again.").waitFor();
  assert.equal(await servingVersion(sql, "churn"), 1);
  assert.ok(await waitUntil(async () => await speaks() === 1, { withinMs: WITHIN_MS, everyMs: 50 }));
  const [row] = await sql`select who, action, why from audit where action <> all(${[
    ...ACCESS_ACTIONS,
  ]}) order by id desc limit 1`;
  assert.deepEqual(Object.values(row), ["owner", "roll back", "complaints"]);
}

/** Runs a second cycle to its end. */
async function forcedCycle(client: ReturnType<typeof createClient>): Promise<void> {
  const ended = async () => (await client.history({ limit: 1 })).cycles.at(0);
  const before = (await ended())?.number ?? 0;
  await client.force({ model: "churn", why: "a second version" });
  await waitUntil(async () => {
    const last = await ended();
    return last !== undefined && last.number > before && last.endedAt !== null;
  }, { withinMs: WITHIN_MS, everyMs: 200 });
}
