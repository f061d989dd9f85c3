/** `deploy/compose.yaml`, read by the Compose specification's own reader. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import denoConfig from "../../deno.json" with { type: "json" };
import { readConfig } from "../../src/config/environment.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { TEMPORAL_CLI_VERSION } from "../../src/embedded/temporal_archive.ts";
import { withFolder } from "../embedded/support.ts";
import { knownVariables } from "../support/variables.ts";
import { findPromtool } from "../support/promtool.ts";
import { goProgram } from "../support/go_program.ts";

// deno-lint-ignore no-explicit-any -- a Compose model, which its own reader has judged
type Any = any;

const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));
const VALUE = "0123456789abcdef0123456789abcdef";

const reader = await goProgram({
  name: "compose",
  path: "github.com/compose-spec/compose-go/v2/cmd",
  version: "v2.16.2",
  probe: ["-h"],
});
const options = { ignore: reader === null };
const source = await Deno.readTextFile(join(DEPLOY, "compose.yaml"));
const text = source.replaceAll(/\$\{(\w+):\?\}/g, VALUE);

/** Reads a Compose file, whose variables have values already: this reader knows none of the environment's. */
const read = (content: string): Promise<{ ok: boolean; output: string }> =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "compose.yaml"), content);
    const args = ["-no-interpolation", "-no-path-resolution", "-format", "json", "compose.yaml"];
    return await runProgram(reader!, args, { timeoutMs: 60_000, cwd: folder });
  });
const answer = reader === null ? { ok: true, output: "{}" } : await read(text);
const model: Any = answer.ok ? JSON.parse(answer.output) : {};
const services = (): [string, Any][] => Object.entries(model.services);
const ours = () => services().filter(([, { image }]) => image.startsWith("perennial:"));

Deno.test("Compose reads the file, and finds a wrong field", options, async () => {
  assert.ok(answer.ok, answer.output);
  for (const name of ["api", "worker-light", "temporal", "postgres", "s3", "prometheus", "grafana"]) {
    assert.ok(model.services[name], name);
  }
  const { ok, output } = await read(text.replace("stop_grace_period", "stop_grace"));
  assert.equal(ok, false);
  assert.match(output, /stop_grace/);
});

Deno.test("every variable that it asks for is in the example, and no other", async () => {
  const example = await Deno.readTextFile(join(DEPLOY, "compose.env.example"));
  const asked = new Set([...source.matchAll(/\$\{(\w+):\?\}/g)].map(([, name]) => name));
  const given = [...example.matchAll(/^(\w+)=$/gm)].map(([, name]) => name);
  assert.deepEqual([...asked].sort(), given.sort());
});

Deno.test("our services are set as the program understands it, and locked down", options, () => {
  assert.equal(ours().length, 5);
  const known = new Set(knownVariables());
  for (const [name, service] of ours()) {
    assert.equal(service.image, `perennial:${denoConfig.version}`);
    assert.deepEqual(Object.keys(service.environment).filter((variable) => !known.has(variable)), [], name);
    readConfig(service.environment);
    assert.ok(service.read_only && service.cap_drop.includes("ALL"), name);
    assert.ok(service.command.every((word: string) => word in denoConfig.tasks || word === "migrate"), name);
    assert.equal("PERENNIAL_OWNER_DATABASE_URL" in service.environment, name === "migrate");
  }
  const queues = ours().map(([, { environment }]) => environment.PERENNIAL_QUEUES).filter(Boolean);
  assert.deepEqual(queues.sort(), ["features", "light", "training"]);
});

Deno.test("it takes the Temporal that Perennial itself starts", options, () => {
  assert.equal(`v${model.services.temporal.image.split(":")[1]}`, TEMPORAL_CLI_VERSION);
});

Deno.test("files that are mounted are there", options, async () => {
  for (const [, { volumes = [] }] of services()) {
    for (const { type, source } of volumes) if (type === "bind") await Deno.stat(join(DEPLOY, source));
  }
});

const promtool = await findPromtool();

Deno.test(
  "Prometheus takes its configuration",
  { ignore: reader === null || promtool === null },
  () =>
    withFolder(async (folder) => {
      await Deno.copyFile(
        join(DEPLOY, "prometheus/perennial.rules.yml"),
        join(folder, "perennial.rules.yml"),
      );
      const file = join(folder, "prometheus.yml");
      await Deno.writeTextFile(file, model.configs.prometheus.content);
      const args = ["check", "config", "--syntax-only", file];
      const { ok, output } = await runProgram(promtool!, args, { timeoutMs: 60_000 });
      assert.ok(ok, output);
    }),
);
