/** A page used without a mouse, and watched for complaints of the browser. */
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";

/** Runs `use` with a page; whatever the browser complains of fails it. */
export async function watched(browser: BrowserContext, use: (page: Page) => Promise<void>): Promise<void> {
  const page = await browser.newPage();
  const said: string[] = [];
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => said.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) said.push(message.text());
  });
  await use(page);
  assert.deepEqual(said, []);
}

/** Tabs on to the control with this text, as somebody without a mouse does; each stop on the way shows its focus. */
export async function tabTo(page: Page, text: string): Promise<void> {
  await page.waitForLoadState("load"); // before its styles are here, no focus has a ring
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const at = document.activeElement as HTMLInputElement | null;
      if (!at || at === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(at);
      const ring = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      return { text: (at.labels?.[0]?.textContent ?? at.textContent ?? "").trim(), ring };
    });
    if (focused && !focused.ring) assert.fail(`the focus cannot be seen on "${focused.text}"`);
    if (focused?.text.startsWith(text)) return;
  }
  assert.fail(`no Tab reaches "${text}"`);
}

export const h1 = (page: Page): Promise<string> => page.locator("h1").innerText();

/** Waits for the page at this path: a pattern over the whole address would match `/sign-in?to=PATH` as well. */
export const arrivedAt = (page: Page, path: string): Promise<void> =>
  page.waitForURL((url) => url.pathname === path);
