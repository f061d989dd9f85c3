import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { hasChromium, withChromium } from "./chromium.ts";
import { arrivedAt, h1, watched } from "./keyboard.ts";
import { fixture, withPages } from "./pages.ts";

/** Clicks until it opens: a page whose script does not run yet follows the link. */
async function openFinder(page: Page, finder: Locator): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    await page.getByRole("link", { name: "Find Ctrl K" }).click();
    const opened = finder.waitFor().then(() => true, () => false);
    if (await Promise.race([opened, arrivedAt(page, "/find").then(() => false, () => false)])) return;
    await page.goBack();
  }
  assert.fail("the finder does not open");
}

/** Tests the pages of the fixture in a browser; whatever it complains of fails the test. */
function onPages(name: string, use: (page: Page, url: string) => Promise<void>): void {
  const fn = () =>
    withPages(
      fixture,
      (url) => withChromium((browser) => watched(browser, (page) => use(page, url))),
    );
  Deno.test({ name, ignore: !hasChromium(), sanitizeOps: false, sanitizeResources: false, fn });
}

onPages("keys find and open pages, and those of a single letter can be turned off", async (page, url) => {
  const finder = page.getByRole("dialog", { name: "Find" });
  await page.goto(url);
  await openFinder(page, finder);
  await page.keyboard.type("churn v2");
  await page.getByRole("option", { name: /^churn v2 / }).waitFor();
  assert.equal(await page.getByRole("option", { selected: true }).count(), 1);
  await page.keyboard.press("Escape");
  await finder.waitFor({ state: "hidden" });

  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("backtests");
  await page.getByRole("option", { name: /^Backtests Page/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await arrivedAt(page, "/backtests");

  await openFinder(page, finder);
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await arrivedAt(page, "/monitoring");

  await page.waitForFunction(() => document.querySelector("dialog.palette[open]") === null);
  await page.getByRole("link", { name: "Help", exact: true }).first().click();
  await arrivedAt(page, "/help/monitoring");
  assert.equal(await h1(page), "Monitoring");

  await openFinder(page, finder);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: /single letter/ }).uncheck();
  await page.getByRole("button", { name: "Close" }).click();
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.keyboard.press("Control+k");
  await finder.waitFor(); // the letters did nothing, and this still works
  assert.equal(new URL(page.url()).pathname, "/help/monitoring");
});

Deno.test({
  name: "a copy button puts its text in the clipboard, and says so",
  ignore: !hasChromium(),
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    withPages(fixture, (url) =>
      withChromium(async (browser) => {
        await browser.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
        await watched(browser, async (page) => {
          await page.goto(`${url}/versions/churn/18`);
          await page.getByRole("button", { name: "Copy the sha256 of the artefact" }).click();
          await page.getByText("Copied", { exact: true }).waitFor();
          const copied = await page.evaluate(() => navigator.clipboard.readText());
          assert.equal(copied, await page.locator("code.hash").innerText());
        });
      })),
});

onPages("a filter applies as soon as something is chosen, and keeps the focus", async (page, url) => {
  const finder = page.getByRole("dialog", { name: "Find" });
  await page.goto(`${url}/cycles`);
  await openFinder(page, finder); // its script runs then
  await page.keyboard.press("Escape");
  await page.getByLabel("Outcome").selectOption("rejected");
  await page.waitForURL((address) => address.searchParams.get("outcome") === "rejected");
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "outcome");
  await page.goto(`${url}/configuration`);
  await openFinder(page, finder);
  await page.keyboard.press("Escape");
  await page.getByRole("checkbox", { name: "Changed only" }).check();
  await page.waitForURL((address) => address.searchParams.get("changed") === "1");
});
