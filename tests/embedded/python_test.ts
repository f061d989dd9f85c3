import assert from "node:assert/strict";
import { join } from "node:path";
import { PythonUnavailableError, pythonWith } from "../../src/embedded/python.ts";

const PACKAGES = {
  name: "none",
  purpose: "a test",
  requirements: "# none\n",
  modules: "sys",
  hint: "look again",
};

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-python-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A program that answers as this shell script does. */
async function program(folder: string, name: string, script: string): Promise<void> {
  await Deno.writeTextFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const message = (pattern: RegExp) => (error: Error) => {
  assert.ok(error instanceof PythonUnavailableError);
  assert.match(error.message, pattern);
  return true;
};

Deno.test("pythonWith() says what to install where there is no python3", () =>
  inFolder((cache) =>
    assert.rejects(
      pythonWith(PACKAGES, { cache, env: { PATH: cache }, log: () => undefined }),
      message(/need python3 .* for a test|for a test: need python3 .*apt-get install python3 python3-venv/),
    )
  ));

Deno.test("pythonWith() says what to install where Python comes without venv, as on Debian", () =>
  inFolder(async (cache) => {
    await program(cache, "python3", `echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1`);
    await assert.rejects(
      pythonWith(PACKAGES, { cache, env: { PATH: cache }, log: () => undefined }),
      message(/ensurepip.*apt-get install python3-venv$/),
    );
  }));

Deno.test("pythonWith() makes the environment once, and again when the pins change", () =>
  inFolder(async (cache) => {
    const env = { PATH: Deno.env.get("PATH")! };
    const said: string[] = [];
    const made = (requirements: string) =>
      pythonWith({ ...PACKAGES, requirements }, { cache, env, log: (line) => said.push(line) });
    const python = await made("# none\n");
    assert.equal(await made("# none\n"), python);
    assert.equal(said.length, 1);
    const [first, second] = await Promise.all([made("# others\n"), made("# others\n")]);
    assert.notEqual(first, python);
    assert.deepEqual([first, said.length], [second, 2], "two at once wait for each other");
  }));
