/**
 * Watches the overview in a real browser while what it shows changes, and while its server is gone:
 *
 *     deno run -A tests/browser/live.ts
 */
import assert from "node:assert/strict";
import { buildDashboard } from "../../src/api/dashboard.ts";
import { fixtureDashboard, makeFixture } from "../fresh/fixture.ts";
import { withChromium } from "./chromium.ts";

const fixture = makeFixture();
const running = fixture.cycles.find((c) => c.outcome === null)!;
const handler = await buildDashboard(fixtureDashboard(fixture));
const serve = (port: number) =>
  Deno.serve({ port, hostname: "127.0.0.1", onListen: () => undefined }, handler);
let server = serve(0);
const { port } = server.addr as Deno.NetAddr;
const said: string[] = [];

/** How long until `text` stands on the page, in ms. */
async function shownAfter(page: import("playwright-core").Page, text: string | RegExp): Promise<number> {
  const began = performance.now();
  await page.getByText(text).first().waitFor({ timeout: 8000 });
  return performance.now() - began;
}

await withChromium(async (browser) => {
  const page = await browser.newPage();
  page.on("pageerror", (error) => said.push(error.message));
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  await page.goto(`http://127.0.0.1:${port}/`);
  console.log("live after", await shownAfter(page, /^Live$/), "ms");
  assert.match(await page.locator("footer").innerText(), /Times are Asia\/Tokyo/);
  assert.match(await page.locator("#journal time").first().innerText(), /23:3\d/); // 14:3x UTC

  running.progress = { fraction: 0.9, text: "deep: epoch 54 of 60" };
  console.log("progress after", await shownAfter(page, /epoch 54 of 60/), "ms");

  const charts = await page.locator("#cycles-churn .chart").first().innerHTML();
  Object.assign(running, {
    ...{ outcome: "deployed", stage: "ended", endedAt: new Date().toISOString(), challenger: 21 },
    evidence: fixture.cycles.find((c) => c.model === "churn" && c.number === 20)!.evidence,
  });
  console.log("end of a cycle after", await shownAfter(page, /churn, between cycles/), "ms");
  await page.waitForFunction(
    (old) => document.querySelector("#cycles-churn .chart")!.innerHTML !== old,
    charts,
  );
  assert.match(await page.locator("#journal time").first().innerText(), /23:3\d/); // also after it was drawn anew

  const expected = said.length;
  assert.equal(expected, 0, said.join("; "));
  await server.shutdown();
  console.log("loss shown after", await shownAfter(page, /Connection lost/), "ms");
  assert.ok(
    await page.getByRole("heading", { name: "churn, between cycles" }).isVisible(),
    "the values stay",
  );
  server = serve(port);
  console.log("back after", await shownAfter(page, /^Live$/), "ms");
}, { timezoneId: "Asia/Tokyo" });
await server.shutdown();
console.log("ok");
