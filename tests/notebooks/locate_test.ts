import assert from "node:assert/strict";
import { join } from "node:path";
import { locateHistory, NoHistoryError } from "../../src/notebook/locate.ts";
import { findOrOpenHistory } from "../../src/notebook/open_demo.ts";

async function inHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "perennial-locate-" });
  try {
    await work(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("locateHistory() takes the database that is named, and says no password", () =>
  inHome(async (home) => {
    const DATABASE_URL = "postgres://ann:secret@db.example:5432/shop";
    const found = await locateHistory({ env: { DATABASE_URL, PERENNIAL_HOME: home }, uid: Deno.uid() });
    assert.equal(found.databaseUrl, DATABASE_URL);
    assert.equal(found.artefacts, join(home, "default", "artefacts"));
    assert.doesNotMatch(found.what, /secret/);
  }));

Deno.test("locateHistory() does not take a home for running that nobody runs", () =>
  inHome(async (home) => {
    await Deno.mkdir(join(home, "demo"));
    const hostEnvironment = { env: { PERENNIAL_HOME: home }, uid: Deno.uid() };
    await assert.rejects(locateHistory(hostEnvironment), NoHistoryError);
    await assert.rejects(findOrOpenHistory(hostEnvironment, () => undefined), /run deno task demo/);
  }));
