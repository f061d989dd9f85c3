import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { serveApi } from "../../src/api/serve.ts";
import { openAlert } from "../../src/db/alerts/alerts.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { findNote } from "../../src/db/models/version_notes.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { addEndedCycle, KEY, NOW } from "../api/support.ts";
import { anAlert } from "../app/alerts/support.ts";
import { withDesk } from "../dashboard/sessions_support.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { arrivedAt, h1, tabTo, watched } from "./keyboard.ts";

/** Presses Enter on the control with this text, which leads to another page. */
async function enter(page: Page, text: string): Promise<void> {
  await tabTo(page, text);
  const before = page.url();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.href !== before);
}

/** Goes to a page by its keys. */
async function go(page: Page, key: string, path: string): Promise<void> {
  await page.waitForFunction(() => document.querySelector("dialog.palette") !== null);
  await page.locator(".live-sign, .static-sign").first().waitFor();
  for (let tried = 0; tried < 20 && new URL(page.url()).pathname !== path; tried++) {
    await page.keyboard.press("g"); // the keys work once their script runs
    await page.keyboard.press(key);
    await page.waitForURL((url) => url.pathname === path, { timeout: 3000 }).catch(() => undefined);
  }
  await arrivedAt(page, path);
}

/** Gives a reason and sends the form: the button follows its text. */
async function because(page: Page, why: string): Promise<void> {
  await tabTo(page, "Reason");
  await page.keyboard.type(why);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator('main [role="status"]').first().waitFor();
}

Deno.test({
  name: "the ten most frequent tasks are done by keyboard alone",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withDesk(async ({ app, sql, control }) => {
      for (const model of ["churn", "spending"]) {
        await saveRetrainer(sql, { model, active: true, nextCheckAt: null, runningCycle: null });
      }
      await addEndedCycle(sql, { number: 9, outcome: "rejected" });
      const { id } = await openAlert(sql, anAlert(), { nowMs: Date.parse(NOW) });
      const { url, stop } = serveApi(app, { host: "127.0.0.1", port: 0 });
      const tasks = (page: Page): [name: string, task: () => Promise<void>][] => [
        ["sign in", async () => {
          await page.goto(`${url}/sign-in`);
          await tabTo(page, "API key");
          await page.keyboard.type(KEY);
          await page.keyboard.press("Enter");
          await arrivedAt(page, "/");
        }],
        ["see how the models are", async () => {
          assert.match(await h1(page), /^Churn has drifting inputs/);
        }],
        ["run a cycle now", async () => {
          await enter(page, "Run a cycle now");
          await because(page, "new catalogue");
          assert.deepEqual(control.told.map(([what]) => what), ["force"]);
        }],
        ["stop automatic retraining", async () => {
          await go(page, "o", "/");
          await enter(page, "Stop");
          await because(page, "stocktaking");
          assert.deepEqual(control.told.map(([what]) => what), ["force", "stop"]);
        }],
        ["acknowledge an alert", async () => {
          await go(page, "a", "/alerts");
          await enter(page, "Acknowledge");
          await because(page, "known: the relaunch");
          const [alert] = await sql`select acknowledged_by from alerts where id = ${id}`;
          assert.equal(alert.acknowledgedBy, "owner");
        }],
        ["see why a cycle did not deploy", async () => {
          await go(page, "c", "/cycles");
          await enter(page, "churn 9");
          await arrivedAt(page, "/cycles/retrainer/churn/cycle/9");
          assert.match(await h1(page), /^Cycle 9 of churn rejected/);
        }],
        ["compare two versions", async () => {
          await go(page, "d", "/versions");
          const boxes = page.getByRole("checkbox", { name: /^Compare v[12]$/ });
          for (const box of await boxes.all()) {
            await box.focus();
            await page.keyboard.press("Space");
          }
          await enter(page, "Compare the two chosen");
          await arrivedAt(page, "/versions/compare");
          assert.match(await h1(page), /v2 of churn/);
        }],
        ["write a note to a version", async () => {
          await go(page, "d", "/versions");
          await enter(page, "v1");
          await arrivedAt(page, "/versions/churn/1");
          await enter(page, "Write a note");
          await tabTo(page, "Note");
          await page.keyboard.type("the first that served");
          await page.keyboard.press("Tab");
          await page.keyboard.type("first");
          await page.keyboard.press("Enter");
          await arrivedAt(page, "/versions/churn/1");
          assert.deepEqual((await findNote(sql, "churn", 1))?.tags, ["first"]);
        }],
        ["roll back", async () => {
          await go(page, "d", "/versions");
          await enter(page, "Roll churn back to v1");
          await because(page, "complaints");
          assert.equal(await servingVersion(sql, "churn"), 1);
        }],
        ["change a setting", async () => {
          await go(page, "f", "/configuration");
          await enter(page, "Change settings");
          await arrivedAt(page, "/act/configuration");
          await tabTo(page, "min_new_samples");
          await page.keyboard.press("Control+a");
          await page.keyboard.type("500");
          await page.keyboard.press("Enter");
          await page.getByRole("heading", { name: /^Activate version/ }).waitFor();
          await tabTo(page, "Reason");
          await page.keyboard.type("fewer checks");
          await enter(page, "Activate version");
          await page.locator('main [role="status"]').first().waitFor();
          assert.equal((await currentConfig(sql)).config.min_new_samples, 500);
        }],
      ];
      try {
        await withChromium((browser) =>
          watched(browser, async (page) => {
            for (const [name, task] of tasks(page)) {
              await task().catch((error) => {
                throw new Error(`${name}: ${error.message}`, { cause: error });
              });
            }
          })
        );
      } finally {
        await stop();
      }
    }),
});
