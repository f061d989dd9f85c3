/** The Containerfile, as far as it can be judged without building it; `deno task chaos container` follows its steps. */
import assert from "node:assert/strict";
import denoConfig from "../../deno.json" with { type: "json" };
import { readContainerfile } from "../support/containerfile.ts";

const ROOT = new URL("../../", import.meta.url);
const stages = readContainerfile(await Deno.readTextFile(new URL("Containerfile", ROOT)));
const [build, image] = stages;

Deno.test("the image runs as nobody, with a task that there is", () => {
  assert.equal(stages.length, 2);
  const { user, entrypoint, command, ports } = image.image;
  assert.match(user, /^[1-9]\d*:[1-9]\d*$/);
  assert.deepEqual(entrypoint, ["deno", "task", "-q"]);
  assert.ok(command[0] in denoConfig.tasks);
  assert.deepEqual(ports, [8000, 8001]);
});

Deno.test("what is copied is there, and holds the program, not its tests", async () => {
  const sources = build.steps.flatMap((step) => step.kind === "copy" ? [step.source] : []);
  for (const source of sources) await Deno.stat(new URL(source, ROOT));
  const { task } = { task: denoConfig.tasks.perennial };
  assert.ok(task.includes("src/main.ts") && sources.includes("src") && sources.includes("deno.lock"));
  assert.deepEqual(sources.filter((source) => /^(tests|bench|\.git|\.)/.test(source)), []);
});

Deno.test("the image holds the Deno that the project is tried with, and no secret", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  assert.ok(readme.includes(`deno@${build.image.env.DENO_VERSION}`));
  const names = stages.flatMap(({ image }) => Object.keys(image.env));
  assert.deepEqual(names.filter((name) => /SECRET|KEY|PASSWORD|TOKEN|DATABASE_URL/.test(name)), []);
});

Deno.test("the last stage takes nothing but what the first one made", () => {
  const copies = image.steps.flatMap((step) => step.kind === "copy" ? [step] : []);
  assert.ok(copies.length > 0);
  for (const { from } of copies) assert.equal(from, build.name);
});

Deno.test("readContainerfile() refuses what it does not know", () => {
  assert.throws(() => readContainerfile("FROM a\nHEALTHCHECK NONE"), /HEALTHCHECK/);
  assert.throws(() => readContainerfile("RUN true"), /before any FROM/);
  assert.throws(() => readContainerfile("FROM a\nCOPY a b ./"), /one source/);
});
