import assert from "node:assert/strict";
import { EMPTY } from "../dashboard/fixture.ts";
import { faults, RULES } from "./axe.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { fixture, PAGES, withPages } from "./pages.ts";

/** Dark pages are the light ones in other colours: only what colours can break is asked again. */
const RULES_OF: Readonly<Record<"light" | "dark", string[]>> = { light: RULES, dark: ["color-contrast"] };

for (const [what, rows] of [["full", fixture], ["empty", EMPTY]] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    Deno.test({
      name: `axe finds nothing on any ${what} page in ${colorScheme}`,
      ignore: !hasChromium(),
      sanitizeResources: false,
      sanitizeOps: false,
      async fn() {
        const found: string[] = [];
        await withPages(rows, (url) =>
          withChromium(async (browser) => {
            const page = await browser.newPage();
            await page.emulateMedia({ colorScheme });
            for (const path of PAGES) {
              await page.goto(url + path);
              for (const fault of await faults(page, RULES_OF[colorScheme])) found.push(`${path} ${fault}`);
            }
          }));
        assert.deepEqual([...new Set(found)], []);
      },
    });
  }
}
