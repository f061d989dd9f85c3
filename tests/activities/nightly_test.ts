import assert from "node:assert/strict";
import { toldIfItFails } from "../../activities/nightly.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { withDatabase } from "../db/database.ts";

Deno.test("nightly work that fails at its last try opens an alert, once, until it has run through", () =>
  withDatabase(async (sql) => {
    const deps = { sql, clock: () => Date.now() };
    const attempt = (isLast: boolean, run: () => Promise<number>) =>
      toldIfItFails(deps, { work: "sweep", isLast }, run);
    const fails = () => Promise.reject(new Error("EIO: i/o error, read"));
    const open = async () => (await listAlerts(sql, { open: true })).map(({ title }) => title);
    await assert.rejects(attempt(false, fails), /EIO/);
    assert.deepEqual(await open(), [], "it is tried again");
    for (let night = 0; night < 2; night++) await assert.rejects(attempt(true, fails), /EIO/);
    const [title, ...others] = await open();
    assert.deepEqual(others, []);
    assert.match(title, /^The sweep of files failed: EIO: i\/o error, read\. Until it works again/);
    assert.equal(await attempt(false, () => Promise.resolve(3)), 3);
    assert.deepEqual(await open(), []);
  }));
