/** Chromium as the browser checks start it: a profile of its own, nothing fetched on the side. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { runProgram } from "../../src/embedded/programs.ts";
import { aptInstall } from "../support/apt.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const KNOWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where the browser is: `CHROMIUM_PATH` names one other than the system's. */
const chromiumPath = () =>
  Deno.env.get("CHROMIUM_PATH") ?? KNOWN.find((path) => existsSync(path)) ?? KNOWN[0];

export const hasChromium = (): boolean => existsSync(chromiumPath());

const INSTALL_MS = 5 * 60_000;

/**
 * Gets a browser where there is none: Debian's package, else the download of Playwright. @returns how to tell the tests
 * where it is; what could not be had is said, and the tests that need it are left out.
 */
export async function getChromium(say: (line: string) => void): Promise<Record<string, string>> {
  if (hasChromium()) return {};
  say("Getting Chromium for the tests that need a browser, by apt-get");
  await aptInstall("chromium");
  if (hasChromium()) return {};
  say("There is none by apt-get; downloading Playwright's");
  const download = ["run", "-A", "npm:playwright-core@1.65.1", "install", "chromium"];
  await runProgram(Deno.execPath(), download, { timeoutMs: INSTALL_MS }).catch(() => undefined);
  const path = chromium.executablePath();
  if (existsSync(path)) return { CHROMIUM_PATH: path };
  say("NO BROWSER: tests that need one are left out. Install chromium, or name one by CHROMIUM_PATH");
  return {};
}

/** Runs `use` with a browser that is closed afterwards. */
export async function withChromium<T>(
  use: (browser: BrowserContext) => Promise<T>,
  { args = [], ...options }: { timezoneId?: string; javaScriptEnabled?: boolean; args?: string[] } = {},
): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: [...FLAGS, ...args],
    ...options,
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}
