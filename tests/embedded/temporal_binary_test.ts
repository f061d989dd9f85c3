import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { findTemporal, TemporalUnavailableError } from "../../src/embedded/temporal_binary.ts";
import { TEMPORAL_CLI_VERSION } from "../../src/embedded/temporal_fetch.ts";
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
