/** npm itself asks; only the registry is stood in for, at its network address. */
import assert from "node:assert/strict";
import { type Accepted, checkAdvisories, npmLock, readAccepted } from "./advisories.ts";
import { type Component, readComponents } from "./components.ts";

const component = (name: string, version: string): Component => ({
  id: `${name}@${version}`,
  name,
  version,
  sha512: "",
  licence: "MIT",
  isInstalled: true,
  needs: [],
  hasInstallScript: false,
});
const COMPONENTS = [component("leaky", "1.2.3"), component("leaky", "2.0.0"), component("sound", "1.0.0")];
const ADVISORY = {
  id: 1101,
  url: "advisories/GHSA-aaaa-bbbb-cccc",
  title: "Tells what it should not",
  severity: "high",
  vulnerable_versions: "<2.0.0",
  cwe: [],
  cvss: { score: 7.5, vectorString: null },
};
const TODAY = "2026-11-30";

/** A registry that knows one advisory, or none; notes what it was asked about. */
function registry(advisories: Record<string, unknown[]>) {
  const asked: Record<string, string[]>[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => undefined }, async (req) => {
    const { pathname } = new URL(req.url);
    if (pathname.endsWith("/advisories/bulk")) {
      const bytes = new Uint8Array(await req.arrayBuffer());
      const plain = req.headers.get("content-encoding") === "gzip"
        ? new Response(bytes).body!.pipeThrough(new DecompressionStream("gzip"))
        : bytes;
      asked.push(await new Response(plain).json());
      return Response.json(advisories);
    }
    const name = pathname.slice(1);
    const versions = { "1.2.3": { name, version: "1.2.3" }, "2.0.0": { name, version: "2.0.0" } };
    return Response.json({ name, versions, "dist-tags": { latest: "2.0.0" } });
  });
  const env = {
    NPM_CONFIG_REGISTRY: `http://127.0.0.1:${server.addr.port}/`,
    NPM_CONFIG_CACHE: Deno.makeTempDirSync(),
  };
  const check = (accepted: Accepted[] = []) =>
    checkAdvisories({ components: COMPONENTS, accepted, today: TODAY, env });
  return {
    asked,
    check,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(env.NPM_CONFIG_CACHE, { recursive: true });
    },
  };
}

const accepted = (until: string): Accepted => ({
  id: "GHSA-aaaa-bbbb-cccc",
  package: "leaky",
  reason: "nothing of ours calls what it is about",
  until,
});

Deno.test("checkAdvisories() ends with 0 where nothing is known, and asked about every version", async () => {
  await using known = registry({});
  assert.deepEqual(await known.check(), { exitCode: 0, lines: ["0 advisories, 0 of them not accepted"] });
  assert.deepEqual(known.asked, [{ leaky: ["1.2.3", "2.0.0"], sound: ["1.0.0"] }]);
});

Deno.test("checkAdvisories() ends with 1 for an advisory, until it is accepted, and again once that has ended", async () => {
  await using known = registry({ leaky: [ADVISORY] });
  const line = "leaky <2.0.0: high, Tells what it should not (GHSA-aaaa-bbbb-cccc)";
  assert.deepEqual(await known.check(), {
    exitCode: 1,
    lines: [line, "1 advisories, 1 of them not accepted"],
  });
  assert.equal((await known.check([accepted(TODAY)])).exitCode, 0);
  const ended = await known.check([accepted("2026-11-29")]);
  assert.deepEqual([ended.exitCode, ended.lines[0]], [1, `${line}; its acceptance ended on 2026-11-29`]);
});

Deno.test("checkAdvisories() ends with 2 and says that nothing was checked, where the registry is out of reach", async () => {
  const port = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.port;
  })();
  const env = { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${port}/`, NPM_CONFIG_FETCH_RETRIES: "0" };
  const outcome = await checkAdvisories({ components: COMPONENTS, accepted: [], today: TODAY, env });
  const lines = ["The registry is not reachable: nothing was checked"];
  assert.deepEqual(outcome, { exitCode: 2, lines });
});

Deno.test("checkAdvisories() ends with 2 where the registry is there and does not tell", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    () => new Response(null, { status: 405 }),
  );
  const env = { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${server.addr.port}/` };
  const outcome = await checkAdvisories({ components: COMPONENTS, accepted: [], today: TODAY, env });
  assert.equal(outcome.exitCode, 2);
  assert.match(outcome.lines[0], /does not tell of advisories \(status 405\): nothing was checked$/);
});

Deno.test("npmLock() holds every locked package of ours, and each accepted advisory is one of them", async () => {
  const components = await readComponents();
  const { packages } = npmLock(components);
  const held = Object.entries(packages).slice(1).map(([place, entry]) => {
    const { name = place.replace("node_modules/", ""), version } = entry as {
      name?: string;
      version: string;
    };
    return `${name}@${version}`;
  });
  assert.deepEqual(
    [...new Set(held)].sort(),
    [...new Set(components.map((c) => `${c.name}@${c.version}`))].sort(),
  );
  for (const { package: name } of await readAccepted()) {
    assert.ok(components.some((c) => c.name === name), name);
  }
});
