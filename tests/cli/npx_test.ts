import assert from "node:assert/strict";
import { npxGone } from "../../src/cli/npx.ts";

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

const settlesWithin = (promise: Promise<void>, ms: number): Promise<boolean> => {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
};

Deno.test("npxGone() settles once the npx above has ended, and not before", () =>
  withNpx("npx", async (npx, below) => {
    const gone = npxGone({ npm_command: "exec" }, { pid: below, everyMs: 10 });
    assert.equal(await settlesWithin(gone, 60), false);
    npx.kill("SIGTERM");
    await npx.status;
    assert.equal(await settlesWithin(gone, 60_000), true);
  }));

for (
  const [name, program, env] of [
    ["nothing above is npx", "another", { npm_command: "exec" }],
    ["npm did not start this", "npx", {}],
  ] as const
) {
  Deno.test(`npxGone() never settles, when ${name}`, () =>
    withNpx(program, async (npx, below) => {
      const gone = npxGone(env, { pid: below, everyMs: 10 });
      npx.kill("SIGKILL");
      await npx.status;
      assert.equal(await settlesWithin(gone, 60), false);
    }));
}
