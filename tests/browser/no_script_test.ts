import assert from "node:assert/strict";
import { toPattern } from "../../src/fresh/dev.ts";
import { NAVIGATION } from "../../components/navigation.tsx";
import { EMPTY } from "../dashboard/fixture.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { fixture, PAGES, pagesUnlikeFull, withPages } from "./pages.ts";

/** Pages that say their whole say in fewer words than this would leave something to a script. */
const LEAST = 60;
const LINKS = NAVIGATION.flatMap(({ pages }) => pages).length;
/** The narrowest phone, a tablet, a small window and a desk: the one visited last is what the next page opens in. */
const WIDTHS = [320, 800, 1024, 1280];

for (const [what, rows] of [["full", fixture], ["empty", EMPTY]] as const) {
  Deno.test({
    name: `without JavaScript every ${what} page can be read, and nothing on it waits for a script`,
    ignore: !hasChromium(),
    sanitizeResources: false,
    sanitizeOps: false,
    fn: () =>
      withPages(rows, (url) =>
        withChromium(async (browser) => {
          const page = await browser.newPage();
          for (const path of rows === fixture ? PAGES : await pagesUnlikeFull(url)) {
            await page.goto(url + path);
            const main = page.locator("main");
            const text = await main.innerText();
            assert.ok(await page.locator("h1").isVisible(), path);
            assert.ok(text.length >= LEAST, `${path} says only "${text}"`);
            assert.doesNotMatch(text, /\b(loading|updating|please wait)\b|enable JavaScript/i, path);
            assert.equal(
              await main.locator('[aria-busy="true"], :empty:is(p, h1, h2, h3, dd, th)').count(),
              0,
              path,
            );
            assert.equal(await page.locator("nav[aria-label=Main] a").count(), LINKS, path);
            for (const width of WIDTHS) {
              await page.setViewportSize({ width, height: 800 });
              const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
              assert.ok(wide <= 0, `${path} scrolls sideways by ${wide} px at ${width} px`);
            }
          }
        }, { javaScriptEnabled: false })),
  });
}

Deno.test("every route that is a page is among those that the checks in a browser visit", async () => {
  const files: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (name.startsWith("(_") || name.startsWith("_")) continue;
      if (isDirectory) await walk(`${folder}/${name}`);
      else if (name.endsWith(".tsx")) files.push(`${folder}/${name}`.replace(/^routes\/|\.tsx$/g, ""));
    }
  };
  await walk("routes");
  const visited = PAGES.map((path) => path.split("?")[0]);
  for (const file of files) {
    const shape = new RegExp(
      `^${toPattern(file).replace(/:\w+\{\.\+\}/, ".+").replaceAll(/:\w+/g, "[^/]+")}$`,
    );
    assert.ok(
      visited.some((path) => shape.test(path)),
      `add an address of routes/${file}.tsx to tests/browser/pages.ts`,
    );
  }
});
