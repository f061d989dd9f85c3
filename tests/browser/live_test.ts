import assert from "node:assert/strict";
import { serveApi } from "../../src/api/serve.ts";
import { saveObservation } from "../../src/db/monitoring/observations.ts";
import { openAlert } from "../../src/db/alerts/alerts.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { anAlert } from "../app/alerts/support.ts";
import { withDesk } from "../dashboard/sessions_support.ts";
import { NOW } from "../api/support.ts";
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
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.setDefaultTimeout(60_000);
        page.on("pageerror", (error) => complaints.push(error.message));
        const sign = page.locator(".live-sign");
        const facts = page.locator("#main article").first().locator("dl.facts");
        await page.goto(url);
        await sign.getByText("Live", { exact: true }).waitFor();
        assert.match(await page.locator("footer").innerText(), /Times are Asia\/Tokyo/);

        await saveRetrainer(sql, { ...state, active: true });
        const began = performance.now();
        await facts.getByText("not scheduled yet").first().waitFor();
        const took = performance.now() - began;
        console.log(`shown after ${took.toFixed(0)} ms`);

        await served.stop();
        await sign.getByText("Connection lost").waitFor();
        assert.ok(await facts.getByText("not scheduled yet").first().isVisible(), "the values stay");
        await saveRetrainer(sql, { ...state, active: false });
        served = serveApi(app, { host: "127.0.0.1", port });
        await sign.getByText("Live", { exact: true }).waitFor();
        await facts.getByText("Automatic retraining is stopped").first().waitFor();
        assert.deepEqual(complaints, []);
      }, { timezoneId: "Asia/Tokyo" }).finally(() => served.stop());
    }),
});

Deno.test({
  name: "monitoring and data draw what is new by themselves, and leave open what was open",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withDesk(async ({ app, sql, call }) => {
      await saveRetrainer(sql, { ...state, active: false });
      const send = (id: string) =>
        call("POST", "/events", [{ id, type: "purchase", user: "u", price: 1, time: NOW }, { id: `${id}!` }]);
      await send("e-1");
      const { url, stop } = serveApi(app, { host: "127.0.0.1", port: 0 });
      await withChromium(async (browser) => {
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.setDefaultTimeout(60_000);
        page.on("pageerror", (error) => complaints.push(error.message));
        const live = () => page.locator(".live-sign").getByText("Live", { exact: true }).waitFor();

        await page.goto(`${url}/data`);
        await live();
        assert.match(
          await page.locator("h1").innerText(),
          /1 event on the newest day; 1 event in quarantine/,
        );
        const details = page.locator("#data details").first();
        await details.locator("summary").click();
        await send("e-2");
        await page.getByRole("heading", { name: "2 events on the newest day; 2 events in quarantine" })
          .waitFor();
        assert.ok(await details.evaluate((e: HTMLDetailsElement) => e.open));
        assert.match(await page.evaluate(() => document.activeElement!.tagName), /SUMMARY/);

        await page.goto(`${url}/monitoring`);
        await live();
        await page.getByText("Not evaluated yet; the monitor evaluates the events").waitFor();
        await saveObservation(sql, {
          id: crypto.randomUUID(),
          kind: "quality",
          model: null,
          key: "look",
          asOf: NOW,
          answer: "sound",
          report: {
            asOf: NOW,
            answer: "sound",
            text: "Everything is as it was",
            alpha: 0.01,
            from: NOW,
            events: 100,
            days: 50,
            findings: [],
          },
          evidenceSha256: "e",
          codeVersion: "c1",
        });
        const began = performance.now();
        await page.getByText("Everything is as it was").waitFor();
        console.log(`a look was shown after ${(performance.now() - began).toFixed(0)} ms`);
        assert.deepEqual(complaints, []);
      }).finally(() => stop());
    }),
});

Deno.test({
  name: "a browser tells of a new alert where a person switched that on, and of none before",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withDesk(async ({ app, sql }) => {
      const { url, stop } = serveApi(app, { host: "127.0.0.1", port: 0 });
      const first = await openAlert(sql, anAlert(), { nowMs: Date.parse(NOW) });
      await withChromium(async (browser) => {
        await browser.grantPermissions(["notifications"], { origin: url });
        const page = await browser.newPage();
        page.setDefaultTimeout(60_000);
        await page.addInitScript(() => {
          const Real = Notification;
          // the real one is shown; its text is kept to be read
          globalThis.Notification = class extends Real {
            constructor(title: string, options?: NotificationOptions) {
              super(title, options);
              sessionStorage.setItem("shown", JSON.stringify([title, options?.body]));
            }
          };
        });
        await page.goto(url);
        await page.locator(".live-sign").getByText("Live", { exact: true }).waitFor();
        const shown = () => page.evaluate(() => sessionStorage.getItem("shown"));
        const box = page.getByRole("checkbox", { name: /Notify me of new alerts/ });
        assert.equal(await box.isChecked(), false, "off by default");
        await box.check();
        assert.equal(await shown(), null, `alert ${first.id} was open before`);
        await openAlert(sql, anAlert({ key: "other", title: "a file is damaged", severity: "critical" }), {
          nowMs: Date.parse(NOW),
        });
        await page.waitForFunction(() => sessionStorage.getItem("shown") !== null);
        assert.deepEqual(JSON.parse((await shown())!), ["Perennial: critical alert", "a file is damaged"]);
        await page.reload();
        await box.waitFor();
        assert.ok(await box.isChecked(), "it stays on");
        await box.uncheck();
        await page.evaluate(() => sessionStorage.clear());
        await openAlert(sql, anAlert({ key: "third" }), { nowMs: Date.parse(NOW) });
        await page.getByText("3 open alerts").first().waitFor();
        assert.equal(await shown(), null);
      }).finally(() => stop());
    }),
});
