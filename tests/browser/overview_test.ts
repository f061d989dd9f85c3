/** The overview in a window of a usual size: what is so now needs no scrolling. */
import assert from "node:assert/strict";
import { headlineOf } from "../../src/retraining/headline.ts";
import { alertsOf, factsOf, SITUATIONS } from "../dashboard/situations.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { fixture, withPages } from "./pages.ts";

const WINDOW = { width: 1280, height: 900 };
const ON_ONE_SCREEN = ["both serve", "what serves is measured", "both are stopped", "a cycle runs"];

for (const [name, changes] of SITUATIONS.filter(([name]) => ON_ONE_SCREEN.includes(name))) {
  Deno.test({
    name: `the overview fits ${WINDOW.width} x ${WINDOW.height} where ${name}, and its history opens below`,
    ignore: !hasChromium(),
    fn: () => {
      const facts = factsOf(changes);
      const status = { ...facts, headline: headlineOf(facts) };
      const rows = { ...fixture, alerts: alertsOf(status) };
      const look = (url: string) =>
        withChromium(async (browser) => {
          const page = await browser.newPage();
          await page.setViewportSize(WINDOW);
          await page.goto(url);
          const height = () => page.evaluate(() => document.documentElement.scrollHeight);
          assert.ok(await height() <= WINDOW.height, `${await height()} px`);
          assert.equal(await page.locator("article.model").count(), status.models.length);
          await page.locator(".history > summary").click();
          assert.ok(await page.locator("#replay-churn .chart:visible").isVisible());
          assert.ok(await height() > WINDOW.height);
        });
      return withPages(rows, look, { status: () => Promise.resolve(status) });
    },
  });
}
