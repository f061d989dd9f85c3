import assert from "node:assert/strict";
import { runProgram } from "../../src/embedded/programs.ts";

/** Keeps this thread from hearing anything. */
function beBusy(ms: number): void {
  const begunMs = performance.now();
  while (performance.now() - begunMs < ms);
}

Deno.test("runProgram() takes a program that ended in time for ended, though this process was too busy to hear", async () => {
  const told = runProgram("/bin/sh", ["-c", "echo done"], { timeoutMs: 200 });
  beBusy(1000);
  assert.deepEqual(await told, { ok: true, output: "done" });
});

Deno.test("runProgram() ends a program that takes too long, and says so", async () => {
  const told = runProgram("/bin/sh", ["-c", "exec sleep 60"], { timeoutMs: 200 });
  await assert.rejects(
    told,
    (error) => error instanceof Deno.errors.TimedOut && /"\/bin\/sh"/.test(error.message),
  );
});
