/**
 * Takes pictures of a running installation's dashboard, for the README.
 *
 *     deno run -A bench/screenshots.ts [--url http://localhost:8000] [--out docs/pictures] [path ...]
 *
 * Needs a Chromium: `CHROMIUM_PATH`, or `chromium` of the system. Each page in light, dark and at phone width.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserContext } from "playwright-core";
import { withChromium } from "../tests/browser/chromium.ts";

const LOOKS = [
  { name: "light", colorScheme: "light", width: 1440, height: 900 },
  { name: "dark", colorScheme: "dark", width: 1440, height: 900 },
  { name: "phone", colorScheme: "light", width: 390, height: 844 },
  { name: "phone-dark", colorScheme: "dark", width: 390, height: 844 },
] as const;
const LIVE_WITHIN_MS = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: "string", default: "http://localhost:8000" },
    out: { type: "string", default: "docs/pictures" },
    look: { type: "string", multiple: true, default: LOOKS.map((l) => l.name) },
  },
});
const paths = positionals.length > 0 ? positionals : ["/", "/cycles", "/versions"];

await mkdir(values.out, { recursive: true });
await withChromium(async (browser) => {
  for (const look of LOOKS.filter((l) => values.look.includes(l.name))) {
    for (const path of paths) await picture(browser, path, look);
  }
});

/** One page, whole, after its islands woke up; complains about what the browser complained about. */
async function picture(
  browser: BrowserContext,
  path: string,
  { name, colorScheme, width, height }: (typeof LOOKS)[number],
): Promise<void> {
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) console.error(`${path} (${name}): ${message.text()}`);
  });
  page.on("pageerror", (error) => console.error(`${path} (${name}): ${error.message}`));
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
  await page.goto(new URL(path, values.url).href, { waitUntil: "load" });
  await page.locator("footer").waitFor();
  if (path === "/") await page.getByText("Live", { exact: true }).waitFor({ timeout: LIVE_WITHIN_MS });
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
  if (wide > 0) console.error(`${path} (${name}): the page scrolls sideways by ${wide} px`);
  const file = join(
    values.out,
    `${path.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "overview"}-${name}.png`,
  );
  await page.screenshot({ path: file, fullPage: true });
  console.log(file);
  await page.close();
}
