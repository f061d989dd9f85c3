import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../../src/db/connect.ts";
import { countEvents } from "../../src/db/events/events.ts";
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
    return { code: await runCli(["import", ...args], io), out: out.join("\n"), err: err.join("\n") };
  };
  const sql = connect(database.url, { max: 1 });
  try {
    const file = join(folder, "events.csv");
    await Deno.writeTextFile(file, CSV);
    const first = await run(file);
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
    assert.equal((await run(join(folder, "none.csv"))).code, 1);
    await Deno.writeTextFile(join(folder, "empty.csv"), "");
    assert.equal((await run(join(folder, "empty.csv"))).code, 2);
  } finally {
    await sql.end({ timeout: 5 });
    await Deno.remove(folder, { recursive: true });
  }
});
