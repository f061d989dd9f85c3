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

/** Mounts a disk of one page. @returns whether it could */
async function mountPage(folder: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder];
  return (await new Deno.Command("mount", { args }).output()).success;
}

async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = await Deno.makeTempDir();
  const mounted = await mountPage(folder);
  if (mounted) await new Deno.Command("umount", { args: [folder] }).output();
  await Deno.remove(folder);
  return mounted;
}

Deno.test({
  name: "makeFolder() says so when the disk is full",
  ignore: !await canMount(), // only root may, and a container may forbid it even to root
  fn: () =>
    withFolder(async (folder) => {
      assert.ok(await mountPage(folder));
      try {
        await Deno.writeFile(join(folder, "full"), new Uint8Array(4096));
        await assert.rejects(makeFolder(folder, "PERENNIAL_CACHE", 0), /No space left.*set PERENNIAL_CACHE/);
      } finally {
        await new Deno.Command("umount", { args: [folder] }).output();
      }
    }),
});
