import { ACCESS_ACTIONS } from "../../src/db/access/audit.ts";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { serveApi } from "../../src/api/serve.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { ROLLOUT, rollOut, withDesk } from "../dashboard/sessions_support.ts";
import { KEY, type Served } from "../api/support.ts";
import { signIn } from "./sign_in.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { arrivedAt, h1, tabTo, watched } from "./keyboard.ts";

type Shown = Served & { page: Page; url: string };

/** Runs `test` with an installation and a page of a real browser; whatever the browser complains of fails it. */
function inBrowser(
  name: string,
  test: (shown: Shown) => Promise<void>,
  options: Parameters<typeof withChromium>[1] = {},
): void {
  const fn = () =>
    withDesk(async (served) => {
      const { url, stop } = serveApi(served.app, { host: "127.0.0.1", port: 0 });
      try {
        await withChromium((browser) => watched(browser, (page) => test({ ...served, page, url })), options);
      } finally {
        await stop();
      }
    });
  Deno.test({ name, fn, ignore: !hasChromium(), sanitizeResources: false, sanitizeOps: false });
}

inBrowser(
  "a wrong key is refused, the right one signs in, and signing out ends it",
  async ({ page, url, call }) => {
    await page.goto(`${url}/sign-in`);
    await page.getByLabel("API key").fill("pk_guess");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("This key is not valid here").waitFor();
    await page.getByLabel("API key").fill(KEY);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Signed in as owner" }).click();
    assert.equal(await h1(page), "You are signed in as owner, an admin.");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").waitFor();
    await page.goto(`${url}/sign-in?key=${KEY}`);
    assert.ok(!page.url().includes(KEY));
    await page.getByRole("alert").getByText("Keys are not taken from addresses").waitFor();
    const { path } = await (await call("POST", "/sign-in-links")).json();
    await page.goto(`${url}${path}&to=/sign-in`);
    assert.equal(await h1(page), "Sign in by your link.");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    assert.equal(await h1(page), "You are signed in as owner, an admin.");
  },
);

inBrowser("a version is approved by keyboard alone, from the overview to the database", async (shown) => {
  const { page, url, sql } = shown;
  await page.goto(url);
  await tabTo(page, "version 3 waits for your approval");
  await page.keyboard.press("Enter");
  await arrivedAt(page, "/rollouts");
  await tabTo(page, "Sign in to act");
  await page.keyboard.press("Enter");
  await arrivedAt(page, "/sign-in");
  await tabTo(page, "API key");
  await page.keyboard.type(KEY);
  await page.keyboard.press("Enter");
  await arrivedAt(page, "/rollouts");
  await tabTo(page, "Approve v3");
  await page.keyboard.press("Enter");
  await arrivedAt(page, "/act/approve");
  assert.equal(await h1(page), "Approve version 3 of churn?");
  await tabTo(page, "Reason");
  await page.keyboard.type("looked at the segments");
  await tabTo(page, "Approve version 3");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("Version 3 of churn was approved.").waitFor();
  const [approval] = await sql`select decision, decided_by, decided_why from approvals`;
  assert.deepEqual(Object.values(approval), ["approved", "owner", "looked at the segments"]);
  const [audit] = await sql`select who, action, target from audit where action <> all(${[
    ...ACCESS_ACTIONS,
  ]})`;
  assert.deepEqual(Object.values(audit), ["owner", "approve", "churn"]);
});

inBrowser("without JavaScript pages are read, and a rollout is taken back from its page", async (shown) => {
  const { page, url, sql } = shown;
  await rollOut(sql);
  await page.goto(url);
  await page.getByRole("link", { name: "version 4 is shown to 25 % of shoppers" }).click();
  assert.equal(
    await h1(page),
    "Version 4 of churn is shown to 25 % of shoppers; version 2 serves the others.",
  );
  await page.waitForLoadState("load"); // without its stylesheet the page shows a chart for each width
  assert.equal(await page.locator("#share .chart:visible svg").count(), 1);
  await page.getByRole("link", { name: "Sign in to act" }).click();
  await page.getByLabel("API key").fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Roll back to v2" }).click();
  assert.equal(await h1(page), "Roll back version 4 of churn?");
  await page.getByLabel("Reason").fill("complaints");
  await page.getByRole("button", { name: "Roll back to version 2" }).click();
  await page.getByRole("status").getByText("Version 2 of churn serves everyone again.").waitFor();
  assert.equal(new URL(page.url()).pathname, `/rollouts/${ROLLOUT}`);
  assert.equal(await h1(page), "Version 4 of churn was rolled back; version 2 kept serving.");
  assert.equal(await servingVersion(sql, "churn"), 2);
  const [rollout] = await sql`select state, ended_why from rollouts`;
  assert.deepEqual(Object.values(rollout), ["rolled back", "complaints"]);
  const [audit] = await sql`select who, action, why from audit where action <> all(${[...ACCESS_ACTIONS]})`;
  assert.deepEqual(Object.values(audit), ["owner", "roll back", "complaints"]);
}, { javaScriptEnabled: false });

inBrowser("a rollout's page changes by itself, when the rollout ends", async ({ page, url, sql, call }) => {
  await rollOut(sql);
  await page.goto(`${url}/rollouts/${ROLLOUT}`);
  await page.getByText("Live", { exact: true }).waitFor();
  assert.equal((await call("POST", "/models/churn/rollback", { why: "complaints" })).status, 200);
  await page.getByRole("heading", { name: "Version 4 of churn was rolled back" }).waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  inBrowser(`pages to act on fit a phone and hold 4.5:1 in ${colorScheme}`, async ({ page, url, sql }) => {
    await rollOut(sql);
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn(page, url, KEY);
    for (
      const path of ["/sign-in", "/rollouts", `/rollouts/${ROLLOUT}`, "/act/approve?model=churn&version=3"]
    ) {
      await page.goto(url + path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${path} scrolls sideways by ${wide} px`);
      for (const button of await page.locator("button, .button").all()) {
        const [text, ground] = await button.evaluate((e) => {
          const style = getComputedStyle(e);
          return [style.color, style.backgroundColor];
        });
        assert.ok(contrast(text, ground) >= 4.5, `${path}: ${await button.innerText()} ${text} on ${ground}`);
      }
    }
  });
}

/** Contrast of two colours as the browser gives them: `rgb(23, 98, 74)`. Source: WCAG 2.2, relative luminance. */
function contrast(one: string, other: string): number {
  const [a, b] = [one, other].map((colour) => {
    const [r, g, b] = colour.match(/\d+/g)!.map((part) => {
      const c = Number(part) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
