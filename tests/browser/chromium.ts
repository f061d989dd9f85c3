/** Chromium as the browser checks start it: a profile of its own, nothing fetched on the side. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Runs `use` with a browser that is closed afterwards. `CHROMIUM_PATH` names one other than the system's. */
export async function withChromium<T>(
  use: (browser: BrowserContext) => Promise<T>,
  { timezoneId }: { timezoneId?: string } = {},
): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const executablePath = Deno.env.get("CHROMIUM_PATH") ?? "/usr/bin/chromium";
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: FLAGS,
    timezoneId,
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}
