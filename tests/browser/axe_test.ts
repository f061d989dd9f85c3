import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { EMPTY } from "../dashboard/fixture.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { fixture, PAGES, withPages } from "./pages.ts";
import { PICTURES, pictures } from "./pictures.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Dark pages are the light ones in other colours: only what colours can break is asked again. */
const RULES_OF: Readonly<Record<"light" | "dark", string[]>> = { light: RULES, dark: ["color-contrast"] };

/** What axe finds wrong with a page, a line each. */
async function faults(page: Page, rules: string[]): Promise<string[]> {
  await page.evaluate(axe.source); // a script of the page itself would be refused by its policy
  return await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { runOnly: rules });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  }, rules);
}

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
              if (what === "full") await pictures(page, path, colorScheme);
            }
          }));
        if (what === "full") console.log(`pictures of every page: ${PICTURES}`);
        assert.deepEqual([...new Set(found)], []);
      },
    });
  }
}
