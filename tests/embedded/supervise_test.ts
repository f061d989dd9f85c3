import assert from "node:assert/strict";
import { ServerKeepsDyingError, supervise } from "../../src/embedded/supervise.ts";
import type { RunningServer } from "../../src/embedded/types.ts";

function start(seconds: string): RunningServer {
  const child = new Deno.Command("sleep", { args: [seconds] }).spawn();
  const exited = child.status.then(({ code }) => ({ code }));
  let gone = false;
  exited.then(() => gone = true);
  return {
    pid: child.pid,
    exited,
    adopted: false,
    async stop() {
      if (!gone) child.kill("SIGTERM");
      await exited;
    },
  };
}

Deno.test("supervise() restarts a server that was killed, and ends the new one on stop()", async () => {
  const restarted = Promise.withResolvers<RunningServer>();
  const first = start("30");
  const restart = () => {
    const next = start("30");
    restarted.resolve(next);
    return Promise.resolve(next);
  };
  const supervisor = supervise(first, { name: "Sleep", restart, log: () => undefined, backoffMs: 1 });
  Deno.kill(first.pid, "SIGKILL");
  const second = await restarted.promise;
  assert.notEqual(second.pid, first.pid);
  await supervisor.stop();
  await supervisor.stop();
  await second.exited;
});

Deno.test("supervise() gives up on a server that keeps dying or cannot be started", async () => {
  let restarts = 0;
  const restart = () => ++restarts % 2 ? Promise.resolve(start("0")) : Promise.reject(new Error("no room"));
  const said: string[] = [];
  const log = (line: string) => void said.push(line);
  const supervisor = supervise(start("0"), { name: "Sleep", restart, log, backoffMs: 1, restartsMax: 3 });
  const error = await supervisor.failed;
  assert.ok(error instanceof ServerKeepsDyingError);
  assert.match(error.message, /Sleep died 4 times in a row/);
  assert.ok(said.some((line) => /could not be restarted: no room/.test(line)));
  await supervisor.stop();
});
