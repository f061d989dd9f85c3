import assert from "node:assert/strict";
import { join } from "node:path";
import { oldLogs } from "../../../src/app/retention/logs.ts";

Deno.test("a long log is set aside without a restart of what writes it, and deleted when it is old", async () => {
  const home = await Deno.makeTempDir();
  const log = join(home, "temporal.log");
  try {
    await Deno.writeFile(log, new Uint8Array(10_000_001));
    using server = await Deno.open(log, { append: true });
    assert.equal((await oldLogs(home, { beforeMs: 0, dryRun: true })).rows, 0);
    assert.equal((await Deno.stat(log)).size, 10_000_001, "a dry run leaves it");
    await oldLogs(home, { beforeMs: 0, dryRun: false });
    await server.write(new TextEncoder().encode("goes on"));
    assert.equal(await Deno.readTextFile(log), "goes on");
    assert.deepEqual(await oldLogs(home, { beforeMs: Date.now() + 1000, dryRun: false }), {
      rows: 1,
      bytes: 10_000_001,
    });
    assert.deepEqual([...Deno.readDirSync(home)].map(({ name }) => name), ["temporal.log"]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
