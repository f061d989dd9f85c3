import assert from "node:assert/strict";
import { ALL_SETTINGS } from "../../src/config/settings.ts";
import { settingsPage } from "./settings_page.ts";
import { readPage } from "./sources.ts";

/** Text without what the formatter sets: widths of columns and line breaks. */
const unset = (text: string): string => text.replaceAll(/-{3,}/g, "---").replaceAll(/\s+/g, " ").trim();

Deno.test("docs/settings.md is what the settings declare (deno task docs:settings)", async () => {
  const page = await readPage("docs/settings.md");
  assert.equal(unset(page), unset(settingsPage()));
  assert.deepEqual(ALL_SETTINGS.filter(({ name }) => !page.includes(`| \`${name}\``)), []);
});
