import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { ended, npxAbove } from "../../src/cli/npx.ts";

/** A process whose command line looks like that of npx, with another one below it, as `npx deno task up` has. */
async function withNpx(
  name: string,
  work: (npx: Deno.ChildProcess, below: number) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const script = `${folder}/${name}`;
  await Deno.writeTextFile(script, "#!/bin/sh\nsleep 60 &\necho $!\nwait\n", { mode: 0o700 });
  const npx = new Deno.Command(script, { stdout: "piped", stdin: "null", stderr: "null" }).spawn();
  const reader = npx.stdout.getReader();
  const below = Number(new TextDecoder().decode((await reader.read()).value));
  try {
    await work(npx, below);
  } finally {
    for (const pid of [npx.pid, below]) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // gone already
      }
    }
    await npx.status;
    await reader.cancel();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("npxAbove() finds the npx above a process, and ended() settles when it has gone", () =>
  withNpx("npx", async (npx, below) => {
    assert.equal(await npxAbove({ npm_command: "exec" }, below), npx.pid);
    let settled = false;
    void ended(npx.pid, 10).then(() => settled = true);
    await delay(60);
    assert.equal(settled, false);
    npx.kill("SIGTERM");
    await npx.status;
    for (let tries = 0; !settled && tries < 6000; tries++) await delay(10);
    assert.ok(settled);
  }));

Deno.test("npxAbove() takes another program above for none", () =>
  withNpx("another", async (another, below) => {
    const npx = await npxAbove({ npm_command: "exec" }, below);
    assert.notEqual(npx, another.pid); // the tests themselves may run below an npx
  }));

Deno.test("npxAbove() finds none where npm did not start this", () =>
  withNpx("npx", async (_npx, below) => {
    assert.equal(await npxAbove({}, below), null);
  }));
