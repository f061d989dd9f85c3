import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { EMPTY } from "../dashboard/fixture.ts";
import { faults, RULES } from "./axe.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { fixture, PAGES, pagesUnlikeFull, withPages } from "./pages.ts";

/** Dark pages are the light ones in other colours: only what colours can break is asked again. */
const RULES_OF = [["light", RULES], ["dark", ["color-contrast"]]] as const;

/** What axe finds on a page that is open, first in light, then in dark. */
async function faultsInBoth(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [colorScheme, rules] of RULES_OF) {
    await page.emulateMedia({ colorScheme });
    for (const fault of await faults(page, [...rules])) found.push(`in ${colorScheme}: ${fault}`);
  }
  return found;
}

for (const [what, rows] of [["full", fixture], ["empty", EMPTY]] as const) {
  Deno.test({
    name: `axe finds nothing on any ${what} page in light and dark`,
    ignore: !hasChromium(),
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      const found: string[] = [];
      await withPages(rows, (url) =>
        withChromium(async (browser) => {
          const page = await browser.newPage();
          for (const path of rows === fixture ? PAGES : await pagesUnlikeFull(url)) {
            await page.goto(url + path);
            found.push(...(await faultsInBoth(page)).map((fault) => `${path} ${fault}`));
          }
        }));
      assert.deepEqual([...new Set(found)], []);
    },
  });
}
