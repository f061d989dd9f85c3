import assert from "node:assert/strict";
import { serveApi } from "../../src/api/serve.ts";
import { saveRetrainer } from "../../src/db/retrainers.ts";
import { withDesk } from "../api/desk_support.ts";
import { hasChromium, withChromium } from "./chromium.ts";

const state = { model: "churn", nextCheckAt: null, runningCycle: null };

Deno.test({
  name: "the overview shows a change by itself, says when it lost its server, and finds it again",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withDesk(async ({ app, sql }) => {
      await saveRetrainer(sql, { ...state, active: false });
      let served = serveApi(app, { host: "127.0.0.1", port: 0 });
      const { url, port } = served;
      await withChromium(async (browser) => {
        const page = await browser.newPage(), complaints: string[] = [];
        page.setDefaultTimeout(15_000);
        page.on("pageerror", (error) => complaints.push(error.message));
        const sign = page.locator(".live-sign"),
          facts = page.locator("#main article").first().locator("dl.facts");
        await page.goto(url);
        await sign.getByText("Live", { exact: true }).waitFor();
        assert.match(await page.locator("footer").innerText(), /Times are Asia\/Tokyo/);

        await saveRetrainer(sql, { ...state, active: true });
        const began = performance.now();
        await facts.getByText("Active").first().waitFor();
        const took = performance.now() - began;
        console.log(`shown after ${took.toFixed(0)} ms`);

        await served.stop();
        await sign.getByText("Connection lost").waitFor();
        assert.ok(await facts.getByText("Active").first().isVisible(), "the values stay");
        await saveRetrainer(sql, { ...state, active: false });
        served = serveApi(app, { host: "127.0.0.1", port });
        await sign.getByText("Live", { exact: true }).waitFor();
        await facts.getByText("Stopped").first().waitFor();
        assert.deepEqual(complaints, []);
      }, { timezoneId: "Asia/Tokyo" }).finally(() => served.stop());
    }),
});
