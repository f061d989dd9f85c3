import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { serveApi } from "../../src/api/serve.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { withDesk } from "../dashboard/sessions_support.ts";
import { KEY, NOW } from "../api/support.ts";
import { faults } from "./axe.ts";
import { hasChromium, withChromium } from "./chromium.ts";
import { arrivedAt, h1, tabTo, watched } from "./keyboard.ts";

const CSV = "user_id,type,timestamp,amount\nann,purchase,2011-08-01T10:00:00Z,12.50\n";

Deno.test({
  name: "a file is looked at and imported by keyboard, on pages that axe finds nothing on",
  ignore: !hasChromium(),
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withDesk(async ({ app, sql }) => {
      const { url, stop } = serveApi(app, { host: "127.0.0.1", port: 0 });
      try {
        await withChromium((browser) =>
          watched(browser, async (page) => {
            await page.goto(`${url}/sign-in?to=/act/import`);
            await page.getByLabel("API key").fill(KEY);
            await page.keyboard.press("Enter");
            await arrivedAt(page, "/act/import");
            await page.getByLabel("File").setInputFiles({
              name: "x.csv",
              mimeType: "text/csv",
              buffer: Buffer.from(CSV),
            });
            await tabTo(page, "Preview");
            await page.keyboard.press("Enter");
            await page.waitForURL(/upload=/);
            assert.equal(await h1(page), "What an import of x.csv would do");
            assert.deepEqual(await faults(page), []);
            await tabTo(page, "Import 1 event");
            await page.keyboard.press("Enter");
            await page.getByRole("heading", { name: "x.csv was imported" }).waitFor();
            assert.deepEqual(await faults(page), []);
          })
        );
        assert.equal(await countEvents(sql, { beforeMs: Date.parse(NOW) }), 1);
      } finally {
        await stop();
      }
    }),
});
