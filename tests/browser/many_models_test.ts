/** Pages with one model and with many: every model is told, and nothing breaks or scrolls sideways. */
import assert from "node:assert/strict";
import { makeFixture } from "../dashboard/fixture.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { withPages } from "./pages.ts";

const WIDTHS = [1280, 360];
/** A heading names a few models, and says how many others there are: some five lines of a screen. */
const HEADING_MAX = 450;
/** Two screens of 900: as many models as there are in two columns of a line each, above the folded history. */
const OVERVIEW_MAX = 1800;
/** Those that list models, choose one, or draw each. */
const PATHS = [
  "/",
  "/cycles",
  "/checks",
  "/versions",
  "/rollouts",
  "/alerts",
  "/configuration",
  "/act/configuration",
  "/monitoring",
  "/monitoring?model=MODEL",
  "/analysis",
  "/analysis?model=MODEL",
  "/backtests",
  "/act/backtest",
  "/act/stop?model=MODEL",
  "/find?q=model",
];
/** Pages on which each model is named. */
const OF_ALL = [
  "/",
  "/cycles",
  "/versions",
  "/monitoring",
  "/analysis",
  "/act/configuration",
  "/act/backtest",
];

for (const models of [1, 5, 20]) {
  Deno.test({
    name: `with ${models} models every page tells each, and none scrolls sideways`,
    ignore: !hasChromium(),
    sanitizeResources: false,
    sanitizeOps: false,
    fn: () => {
      const fixture = makeFixture(7, models);
      const names = [...new Set(fixture.versions.map(({ model }) => model))];
      assert.equal(names.length, models);
      return withPages(fixture, (url) =>
        withChromium(async (browser) => {
          const page = await browser.newPage();
          const failed: string[] = [];
          page.on("pageerror", (error) => failed.push(`${page.url()}: ${error.message}`));
          for (const path of PATHS.map((path) => path.replace("MODEL", names.at(-1)!))) {
            const answer = await page.goto(url + path);
            assert.equal(answer?.status(), 200, path);
            const text = await page.locator("body").innerHTML();
            if (OF_ALL.includes(path)) {
              assert.deepEqual(names.filter((name) => !text.includes(name)), [], `${path} leaves models out`);
            }
            const heading = await page.locator("h1").first().innerText();
            assert.ok(heading.length <= HEADING_MAX, `${path} is headed by ${heading.length} characters`);
            if (path === "/") {
              const tall = await page.evaluate(() => document.documentElement.scrollHeight);
              assert.ok(tall <= OVERVIEW_MAX, `the overview is ${tall} px tall`);
            }
            for (const width of WIDTHS) {
              await page.setViewportSize({ width, height: 800 });
              const cut = await page.evaluate(() =>
                Array.from(document.querySelectorAll("svg text"))
                  .filter((text) =>
                    text.getBoundingClientRect().right > 0 && text.getBoundingClientRect().left < 0
                  )
                  .map((text) => text.textContent)
              );
              assert.deepEqual(cut, [], `${path} cuts labels off at ${width} px`);
              const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
              assert.ok(
                wide <= 0,
                `${path} scrolls sideways by ${wide} px at ${width} px with ${models} models`,
              );
            }
          }
          assert.deepEqual(failed, []);
        }));
    },
  });
}
