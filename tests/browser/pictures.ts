/**
 * Takes a picture of every page, full and empty, in light, in dark and as a phone shows it, for people to look at:
 * `deno task pictures`; with `situations`, of what says how things are, in each situation that the tests know. Nothing
 * is compared with them.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext } from "playwright-core";
import { EMPTY } from "../dashboard/fixture.ts";
import { getChromium, withChromium } from "./chromium.ts";
import { headlineOf } from "../../src/retraining/headline.ts";
import { alertsOf, factsOf, SITUATIONS } from "../dashboard/situations.ts";
import { fixture, PAGES, withPages } from "./pages.ts";

const FOLDER = fileURLToPath(new URL("../output/screenshots/", import.meta.url));

const LOOKS = [
  { look: "light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { look: "dark", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { look: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
] as const;

const nameOf = (path: string) => path.replaceAll(/\W+/g, "-").replaceAll(/^-|-$/g, "") || "overview";

/** Takes every page of what `url` serves, in each look; @returns how many pictures were taken */
async function takeAll(
  browser: BrowserContext,
  url: string,
  rows: string,
  paths: readonly string[] = PAGES,
): Promise<number> {
  for (const { look, colorScheme, viewport } of LOOKS) {
    const page = await browser.newPage();
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    for (const path of paths) {
      await page.goto(url + path);
      const file = join(FOLDER, rows, `${nameOf(path)}.${look}.png`);
      await page.screenshot({ path: file, fullPage: true });
    }
    await page.close();
  }
  return LOOKS.length * paths.length;
}

/** Pages that say how the models are. */
const SAYING = ["/", "/versions", "/rollouts"];

/** Takes those in every situation. */
async function takeSituations(browser: BrowserContext): Promise<number> {
  let taken = 0;
  for (const [name, changes] of SITUATIONS) {
    const facts = factsOf(changes);
    const status = { ...facts, headline: headlineOf(facts) };
    const alerts = alertsOf(status);
    const take = (url: string) => takeAll(browser, url, join("situations", nameOf(name)), SAYING);
    taken += await withPages({ ...fixture, alerts }, take, { status: () => Promise.resolve(status) });
  }
  return taken;
}

if (import.meta.main) {
  const programs = await getChromium((line) => console.log(line));
  for (const [name, value] of Object.entries(programs)) Deno.env.set(name, value);
  if (Deno.args.includes("situations")) {
    console.log(`${await withChromium(takeSituations)} pictures of situations in ${FOLDER}`);
    Deno.exit();
  }
  for (const [rows, data] of [["full", fixture], ["empty", EMPTY]] as const) {
    const taken = await withPages(data, (url) => withChromium((browser) => takeAll(browser, url, rows)));
    console.log(`${taken} pictures of ${rows} pages in ${FOLDER}`);
  }
}
