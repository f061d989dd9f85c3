import assert from "node:assert/strict";
import { join } from "node:path";
import {
  cacheHome,
  installationHome,
  makeFolder,
  stateHome,
  UnknownHomeError,
  UnwritableFolderError,
} from "../../src/embedded/home.ts";
import { withFolder } from "./support.ts";

for (
  const [name, env, uid, state, cache] of [
    [
      "follows HOME",
      { HOME: "/home/ada" },
      1000,
      "/home/ada/.local/share/perennial",
      "/home/ada/.cache/perennial",
    ],
    [
      "follows XDG",
      { HOME: "/h", XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/c" },
      1000,
      "/d/perennial",
      "/c/perennial",
    ],
    [
      "ignores a relative XDG",
      { HOME: "/h", XDG_DATA_HOME: "d" },
      1,
      "/h/.local/share/perennial",
      "/h/.cache/perennial",
    ],
    ["avoids root's own home", { HOME: "/root" }, 0, "/var/lib/perennial", "/var/cache/perennial"],
    ["does as it is told", { PERENNIAL_HOME: "/s", PERENNIAL_CACHE: "/t" }, 0, "/s", "/t"],
  ] as const
) {
  Deno.test(`stateHome() and cacheHome() ${name}`, () => {
    assert.deepEqual([stateHome({ env, uid }), cacheHome({ env, uid })], [state, cache]);
  });
}

Deno.test("stateHome() names the variable to set when HOME is missing", () => {
  assert.throws(() => stateHome({ env: {}, uid: 1000 }), UnknownHomeError);
  assert.throws(() => stateHome({ env: {}, uid: 1000 }), /set PERENNIAL_HOME/);
});

Deno.test("installationHome() keeps installations apart by name", () => {
  const hostEnvironment = { env: { PERENNIAL_HOME: "/s" }, uid: 1000 };
  assert.equal(installationHome(hostEnvironment), "/s/default");
  assert.equal(installationHome(hostEnvironment, "demo"), "/s/demo");
  for (const name of ["", "..", "a/b", "Demo", "x".repeat(41)]) {
    assert.throws(() => installationHome(hostEnvironment, name), RangeError);
  }
});

Deno.test("makeFolder() makes it once and leaves nothing in it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a", "b");
    for (let times = 0; times < 2; times++) await makeFolder(path, "PERENNIAL_HOME", Deno.uid());
    assert.deepEqual([...Deno.readDirSync(path)], []);
  }));

Deno.test("makeFolder() says what to set when it cannot write there", () =>
  withFolder(async (folder) => {
    const path = join(folder, "a file");
    await Deno.writeTextFile(path, "");
    const error = await makeFolder(path, "PERENNIAL_HOME", Deno.uid()).then(
      () => undefined,
      (error) => error,
    );
    assert.ok(error instanceof UnwritableFolderError);
    assert.match(error.message, /a file".*set PERENNIAL_HOME/);
  }));

Deno.test({
  name: "makeFolder() says so when the disk is full",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0, // only root may mount a disk of one page
  fn: () =>
    withFolder(async (folder) => {
      const mount = await new Deno.Command("mount", {
        args: ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder],
      }).output();
      if (!mount.success) return; // a container may forbid it even to root
      try {
        await Deno.writeFile(join(folder, "full"), new Uint8Array(4096));
        await assert.rejects(makeFolder(folder, "PERENNIAL_CACHE", 0), /No space left.*set PERENNIAL_CACHE/);
      } finally {
        await new Deno.Command("umount", { args: [folder] }).output();
      }
    }),
});
