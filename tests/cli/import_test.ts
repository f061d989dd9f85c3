import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../../src/db/connect.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { runCli } from "../../src/cli/program.ts";
import { freshDatabase } from "../support/installation.ts";

const CSV = `user_id,event_type,event_time,price
u1,view,2011-08-01 10:00:00,
u1,purchase,2011-08-01 11:00:00,9.5
u2,purchase,2011-08-02 11:00:00,-3
`;

Deno.test("perennial import brings a file into DATABASE_URL once, with the same secret each time", async () => {
  await using database = await freshDatabase();
  const folder = await Deno.makeTempDir({ prefix: "perennial-import-" });
  const env = { DATABASE_URL: database.url, PERENNIAL_HOME: folder, PERENNIAL_CACHE: folder };
  const run = async (...args: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const io = {
      env,
      uid: Deno.uid(),
      isTerminal: false,
      columns: 100,
      out: (t: string) => out.push(t),
      err: (t: string) => err.push(t),
    };
    const whole = args[0] === "imports" ? args : ["import", ...args];
    return { code: await runCli(whole, io), out: out.join("\n"), err: err.join("\n") };
  };
  const sql = connect(database.url, { max: 1 });
  try {
    const file = join(folder, "events.csv");
    await Deno.writeTextFile(file, CSV);
    const first = await run(file);
    assert.match(first.out, /\nNext: perennial start turns automatic checks on/);
    assert.deepEqual([first.code, first.err], [0, ""]);
    assert.match(
      first.out,
      /^events\.csv: 2 events added now \(import 1\)\n3 read: 2 accepted, 0 duplicates, 0 conflicts, 1 refused\n/,
    );
    assert.equal(await countEvents(sql, { beforeMs: Date.parse("2012-01-01") }), 2);
    assert.match((await run(file)).out, /^events\.csv was imported before \(import 1\)\n3 read: 2 accepted/);
    const told = JSON.parse((await run(file, "--json")).out);
    assert.deepEqual(told, JSON.parse((await run(file, "--json", "--dry-run")).out));
    assert.deepEqual(told.refusals, [{ line: 4, field: "price", value: "-3", reason: "price is negative" }]);
    assert.match((await run("imports", "list")).out, /^ 1 +events\.csv +2 +0 +0 +1 +finished /m);
    assert.match((await run("imports", "show", "1")).out, /3 read: 2 accepted/);
    assert.equal((await run("imports", "undo", "1")).code, 2);
    const undone = await run("imports", "undo", "1", "--why", "a test");
    assert.deepEqual([undone.code, undone.out], [
      0,
      "Import 1 was taken out: 2 events, 1 in quarantine; 1 days were counted again",
    ]);
    assert.equal(await countEvents(sql, { beforeMs: Date.parse("2012-01-01") }), 0);
    assert.match((await run("imports", "undo", "1", "--why", "again")).err, /undone before/);
    assert.match((await run("imports", "show", "9")).err, /Cannot find import "9"/);
    for (const [model, active] of [["churn", true], ["spending", true], ["stopped", false]] as const) {
      await saveRetrainer(sql, { model, active, nextCheckAt: null, runningCycle: null });
    }
    const second = join(folder, "second.csv");
    await Deno.writeTextFile(second, CSV.replaceAll("u1", "u9"));
    const both = await run(file, second);
    assert.match(both.out, /2 events added now \(import 2\)\nsecond\.csv: 2 events added now/);
    assert.match(both.out, /\nNext: churn and spending are checked within seconds .* and trained where/);
    await run(file, second); // they are in already: nothing is checked for them
    const checks = await sql`select target, message->>'action' as action from outbox order by target`;
    assert.deepEqual(checks.map((row) => Object.values(row)), [
      ["retrainer/churn", "check"],
      ["retrainer/spending", "check"],
    ], "one check a model, not a file, and none of what is stopped");
    const poor = join(folder, "poor.csv");
    await Deno.writeTextFile(poor, CSV.replaceAll("purchase", "view").replace(",9.5", ",-9"));
    const rejected = await run(poor);
    assert.equal(rejected.code, 1);
    assert.match(rejected.err, /Only 1 of 3 lines could be used \(33\.3 %; --min-usable is 50\.0 %\)/);
    assert.match((await run(poor)).out, /^poor\.csv: 0 events added now/); // it is read again, not taken for done
    assert.equal((await run(poor, "--min-usable", "20")).code, 0);
    assert.equal((await run(join(folder, "none.csv"))).code, 1);
    await Deno.writeTextFile(join(folder, "empty.csv"), "");
    assert.equal((await run(join(folder, "empty.csv"))).code, 2);
  } finally {
    await sql.end({ timeout: 5 });
    await Deno.remove(folder, { recursive: true });
  }
});
