import assert from "node:assert/strict";
import { serveApi } from "../../src/api/serve.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { buildDashboard } from "../../src/dashboard/page_app.ts";
import { withDesk } from "../dashboard/sessions_support.ts";
import { KEY } from "../api/support.ts";
import { fixtureDashboard, makeFixture } from "../dashboard/fixture.ts";
import { signIn } from "./sign_in.ts";
import { hasChromium, withChromium } from "./chromium.ts";

const options = { ignore: !hasChromium(), sanitizeResources: false, sanitizeOps: false };

for (const javaScriptEnabled of [true, false]) {
  const fn = () =>
    withDesk(async ({ app, sql, call }) => {
      const { url, stop } = serveApi(app, { host: "127.0.0.1", port: 0 });
      try {
        await withChromium(async (browser) => {
          const page = await browser.newPage();
          page.setDefaultTimeout(60_000);
          await signIn(page, url, KEY);
          await page.goto(`${url}/configuration`);
          await page.getByRole("link", { name: "Change settings" }).click();
          const field = page.getByLabel("confidence", { exact: true });
          await field.fill("2");
          await page.getByRole("button", { name: "Review changes" }).click();
          await page.getByRole("alert").getByText("Version 0 is still active").waitFor();
          assert.equal(await field.inputValue(), "2"); // what was typed stays
          assert.equal(await field.getAttribute("aria-invalid"), "true");
          await page.locator("#confidence-problem").getByText("Needs 0.5 to 0.999").waitFor();
          await field.fill("0.95");
          await page.getByRole("button", { name: "Review changes" }).click();
          assert.equal(await page.locator("h1").innerText(), "Activate version 1?");
          assert.equal((await currentConfig(sql)).version, 0);
          assert.equal((await call("PATCH", "/retraining/config", { seed: 5, why: "first" })).status, 200);
          await page.getByLabel("Reason").fill("surer");
          await page.getByRole("button", { name: "Activate version 1" }).click();
          await page.getByRole("heading", { name: "Not saved: owner activated version 1" }).waitFor();
          for (const name of ["seed", "confidence"]) await page.getByRole("rowheader", { name }).waitFor();
          await page.getByRole("button", { name: "Review yours on top of version 1" }).click();
          await page.getByLabel("Reason").fill("surer");
          await page.getByRole("button", { name: "Activate version 2" }).click();
          await page.getByRole("status").getByText("Version 2 of the configuration is now active.").waitFor();
          const { version, config, by, why } = await currentConfig(sql);
          assert.deepEqual([version, config.confidence, config.seed, by, why], [
            2,
            0.95,
            5,
            "owner",
            "surer",
          ]);
          await page.getByRole("link", { name: "Restore 1" }).click();
          await page.getByLabel("Reason").fill("too sure");
          await page.getByRole("button", { name: "Activate version 3" }).click();
          await page.getByRole("status").getByText("Version 3 of the configuration is now active.").waitFor();
          assert.equal((await currentConfig(sql)).config.confidence, 0.9);
        }, { javaScriptEnabled });
      } finally {
        await stop();
      }
    });
  const how = javaScriptEnabled ? "with" : "without";
  Deno.test({
    name: `settings are refused, confirmed, contested and taken back ${how} JavaScript`,
    fn,
    ...options,
  });
}

Deno.test({
  name: "a chart tells its marks by keyboard, Escape closes it, and zooming keeps the page and the keyboard",
  ...options,
  fn: async () => {
    const handler = await buildDashboard(fixtureDashboard(makeFixture()));
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => undefined }, handler);
    try {
      await withChromium(async (browser) => {
        const page = await browser.newPage();
        page.setDefaultTimeout(60_000);
        await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/versions`);
        await page.locator("svg.plot.bands[tabindex]").waitFor();
        await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`);
        await page.locator(".history > summary").click();
        const chart = page.locator("#replay-churn .chart:visible");
        await page.locator("#replay-churn .chart[tabindex]:visible").waitFor();
        await chart.focus();
        await page.keyboard.press("Home");
        const tip = page.locator(".tip");
        await tip.waitFor();
        const first = await tip.innerText();
        assert.match(first, /: 0\.\d{4}, v\d+|deployed/);
        await page.keyboard.press("ArrowRight");
        assert.notEqual(await tip.innerText(), first);
        await page.keyboard.press("Escape");
        await tip.waitFor({ state: "hidden" });
        const zoom = page.locator("#replay-churn [data-zoom='Zoom in']");
        await zoom.focus();
        await page.keyboard.press("Enter");
        await page.waitForURL(/zoom=replay-churn/);
        assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Zoom in");
        await page.locator("#replay-churn [data-zoom='Whole range']").click();
        await page.waitForURL((url) => !url.search.includes("zoom"));
      });
    } finally {
      await server.shutdown();
    }
  },
});
