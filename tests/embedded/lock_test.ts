import assert from "node:assert/strict";
import { InstallationRunningError, lockHome, lockOwner } from "../../src/embedded/lock.ts";
import { startProgram, withFolder } from "./support.ts";

const NOW = "2026-01-01T00:00:00.000Z";

Deno.test("lockHome() can be released and taken again", () =>
  withFolder(async (home) => {
    const lock = await lockHome(home, NOW);
    assert.deepEqual(await lockOwner(home), { pid: Deno.pid, startedAt: NOW });
    lock.release();
    lock.release();
    assert.equal(await lockOwner(home), undefined);
    (await lockHome(home, NOW)).release();
  }));

Deno.test("lockHome() names the process that has it, and takes over once that process was killed", () =>
  withFolder(async (home) => {
    const owner = await startProgram("hold_lock.ts", [home]);
    const refusal = await lockHome(home, NOW).then(() => undefined, (error) => error);
    await owner.kill();
    assert.ok(refusal instanceof InstallationRunningError);
    assert.match(refusal.message, new RegExp(`process ${owner.pid}, since 2026-01-02`));
    (await lockHome(home, NOW)).release();
  }));
