/** Chromium as the browser checks start it: a profile of its own, nothing fetched on the side. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Where the browser is: `CHROMIUM_PATH` names one other than the system's. */
const chromiumPath = () => Deno.env.get("CHROMIUM_PATH") ?? "/usr/bin/chromium";

export const hasChromium = (): boolean => existsSync(chromiumPath());

/** Runs `use` with a browser that is closed afterwards. */
export async function withChromium<T>(
  use: (browser: BrowserContext) => Promise<T>,
  options: { timezoneId?: string; javaScriptEnabled?: boolean } = {},
): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: FLAGS,
    ...options,
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}
