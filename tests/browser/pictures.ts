/** Pictures of pages, kept as output of the checks for people to look at; nothing is compared with them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

/** The folder that they are in. */
export const PICTURES = fileURLToPath(new URL("../output/screenshots/", import.meta.url));

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** Takes the whole page, and in light colours once more as a phone shows it. */
export async function pictures(page: Page, path: string, colorScheme: "light" | "dark"): Promise<void> {
  const name = path.replaceAll(/\W+/g, "-").replaceAll(/^-|-$/g, "") || "overview";
  const take = (look: string) => {
    const to = join(PICTURES, `${name}.${look}.jpg`);
    return page.screenshot({ path: to, type: "jpeg", quality: 80, fullPage: true }); // half the time of a PNG
  };
  await take(colorScheme);
  if (colorScheme === "dark") return;
  await page.setViewportSize(PHONE);
  await take("phone");
  await page.setViewportSize(DESK);
}
