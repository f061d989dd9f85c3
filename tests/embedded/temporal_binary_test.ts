import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { findTemporal, TemporalUnavailableError } from "../../src/embedded/temporal_binary.ts";
import { archiveFor, TEMPORAL_CLI_VERSION } from "../../src/embedded/temporal_archive.ts";
import { downloadTemporal } from "../../src/embedded/temporal_fetch.ts";
import { withFolder } from "./support.ts";

async function putProgram(path: string, script: string): Promise<string> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

const works = "echo temporal version 1.5.1";
const log = () => undefined;

Deno.test("findTemporal() prefers the PATH, then the cache, and passes over what does not run", () =>
  withFolder(async (folder) => {
    const cache = join(folder, "cache");
    const broken = await putProgram(join(folder, "broken", "temporal"), "exit 1");
    const onPath = await putProgram(join(folder, "bin", "temporal"), works);
    const cached = await putProgram(join(cache, "temporal", TEMPORAL_CLI_VERSION, "temporal"), works);
    const PATH = `${dirname(broken)}:${dirname(onPath)}`;
    assert.equal(await findTemporal({ cache, env: { PATH }, log }), onPath);
    assert.equal(await findTemporal({ cache, env: { PATH: dirname(broken) }, log }), cached);
  }));

Deno.test("findTemporal() builds with Go when nothing else works, once for two who ask", () =>
  withFolder(async (folder) => {
    const cache = join(folder, "cache");
    // Stands for the real compiler, which takes minutes: it puts a program where it is told to.
    const compile = `[ "$1" = install ] || exit 0; echo built >>"${folder}/builds"; sleep 0.3
      printf '#!/bin/sh\\necho temporal\\n' >"$GOBIN/temporal"; chmod +x "$GOBIN/temporal"`;
    const go = await putProgram(join(folder, "bin", "go"), compile);
    const find = () => findTemporal({ cache, env: offline(`${dirname(go)}:/usr/bin:/bin`), log });
    const [one, two] = await Promise.all([find(), find()]);
    assert.equal(one, two);
    assert.equal((await Deno.readTextFile(join(folder, "builds"))).trim(), "built");
    const left = [...Deno.readDirSync(dirname(one))].map(({ name }) => name).sort();
    assert.deepEqual(left, ["lock", "temporal"]);
  }));

Deno.test("findTemporal() lists all it tried when nothing works", () =>
  withFolder(async (folder) => {
    const empty = join(folder, "empty");
    const error = await findTemporal({ cache: folder, env: offline(empty), log }).then(() => undefined, (e) =>
      e);
    assert.ok(error instanceof TemporalUnavailableError);
    assert.match(
      error.message,
      /PATH: not there\n.*a copy in .*: not there\n.*official download: .+\n.*Go is needed/,
    );
    assert.match(error.message, /set TEMPORAL_ADDRESS/);
    assert.equal(error.tried.length, 4);
  }));

/** A `.tar.gz` with one program in it, as a release has it, and a server that gives it. */
async function withRelease(
  folder: string,
  work: (release: { url: string; sha256: string }) => Promise<void>,
): Promise<void> {
  await putProgram(join(folder, "temporal"), works);
  const archive = join(folder, "release.tar.gz");
  await Deno.writeTextFile(join(folder, "LICENSE"), "MIT");
  const packed = await new Deno.Command("tar", {
    args: ["-czf", archive, "-C", folder, "LICENSE", "temporal"],
  }).output();
  assert.ok(packed.success);
  const bytes = await Deno.readFile(archive);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
    (request) =>
      request.url.endsWith("release") ? new Response(bytes) : new Response("gone", { status: 404 }),
  );
  try {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await work({ url: `http://127.0.0.1:${server.addr.port}/release`, sha256 });
  } finally {
    await server.shutdown();
  }
}

Deno.test("downloadTemporal() installs what has the pinned sum, and nothing else", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "made"));
    await withRelease(join(folder, "made"), async ({ url, sha256 }) => {
      const target = join(folder, "temporal");
      const get = (archive: { url: string; sha256: string }) =>
        downloadTemporal(target, { env: {}, log, archive });
      const another = await get({ url, sha256: "0".repeat(64) });
      assert.match(
        "reason" in another ? another.reason : "",
        /is not what is pinned: SHA-256 is [0-9a-f]{64}/,
      );
      const none = await get({ url: `${url}/none`, sha256 });
      assert.match("reason" in none ? none.reason : "", /answered 404/);
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["made"], "nothing is left");
      assert.deepEqual(await get({ url, sha256 }), { path: target });
      const { stdout } = await new Deno.Command(target, { args: ["--version"] }).output();
      assert.match(new TextDecoder().decode(stdout), /temporal version/);
    });
  }));

Deno.test("archiveFor() pins a sum for each system that Perennial runs on, and knows no other", () => {
  for (const os of ["linux", "darwin"]) {
    for (const arch of ["x86_64", "aarch64"]) {
      const archive = archiveFor({ os, arch })!;
      assert.match(archive.sha256, /^[0-9a-f]{64}$/);
      assert.ok(archive.url.includes(`/${TEMPORAL_CLI_VERSION}/`), archive.url);
    }
  }
  assert.equal(archiveFor({ os: "windows", arch: "x86_64" }), null);
});

/** A proxy that nobody runs: downloads fail at once, whatever network the tests run on. */
function offline(PATH: string): Record<string, string> {
  const proxy = "http://127.0.0.1:9";
  return {
    PATH,
    HOME: Deno.env.get("HOME") ?? "/",
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
  };
}
