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

Deno.test("supervise() ends and restarts a server that stands still, and says why", async () => {
  const restarted = Promise.withResolvers<RunningServer>();
  const first = start("600");
  const restart = () => {
    const next = start("600");
    restarted.resolve(next);
    return Promise.resolve(next);
  };
  const whys: string[] = [];
  const supervisor = supervise(first, {
    name: "Sleep",
    restart,
    answers: ({ pid }) => Promise.resolve(pid !== first.pid),
    silence: { afterMs: 30, everyMs: 10 },
    onRestart: (why) => whys.push(why),
    log: () => undefined,
    backoffMs: 1,
  });
  Deno.kill(first.pid, "SIGSTOP");
  const second = await restarted.promise;
  await first.exited;
  assert.deepEqual(whys, ["gave no answer for 0.03 s and was ended"]);
  await supervisor.stop();
  await second.exited;
});

Deno.test("supervise() that gives up says where the log is and how it ends", async () => {
  const supervisor = supervise(start("0"), {
    name: "Sleep",
    restart: () => Promise.reject(new Error("no room")),
    readLog: () => Promise.resolve('Its log "postgres.log" ends:\nFATAL: No space left on device'),
    log: () => undefined,
    backoffMs: 1,
    restartsMax: 1,
  });
  const { message } = await supervisor.failed;
  assert.match(message, /^Sleep died 2 times in a row.*postgres\.log" ends:\n.*No space left on device$/s);
  await supervisor.stop();
});
