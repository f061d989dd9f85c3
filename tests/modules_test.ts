import assert from "node:assert/strict";
import { modulesOf, writeModules } from "./modules.ts";
import { ALLOWED_SKIPS } from "./skips.ts";
import { testFiles } from "./test_files.ts";

const files = (paths: readonly string[]) =>
  paths.map((path) => ({ path, simulates: path.includes("simulates") }));
const many = Array.from({ length: 20 }, (_, i) => `tests/db/${String.fromCharCode(97 + i)}_test.ts`);

Deno.test("modulesOf() holds every test file of the project once", async () => {
  const all = await testFiles(["tests"]);
  assert.deepEqual(modulesOf(files(all)).flat().toSorted(), all);
});

Deno.test("modulesOf() has files of one area share modules, and keeps their order", () => {
  const modules = modulesOf(files([...many, "tests/core/text_test.ts"]));
  assert.deepEqual(modules.map((module) => module.length).toSorted(), [1, 2, 9, 9]);
  assert.deepEqual(modules.filter(([path]) => path.startsWith("tests/db/")).flat(), many);
});

for (
  const [what, path] of [
    ["starts a browser", "tests/browser/act_test.ts"],
    ["simulates", "tests/drift/simulates_test.ts"],
    ["may be skipped by its name", ALLOWED_SKIPS[0].file],
  ]
) {
  Deno.test(`modulesOf() leaves a file alone that ${what}`, () => {
    const beside = path.replace(/\w+_test.ts$/, "beside_test.ts");
    assert.ok(modulesOf(files([beside, path])).some((module) => module.length === 1 && module[0] === path));
  });
}

Deno.test("modulesOf() begins with what takes longest, and spreads what waits over the run", () => {
  const waiting = ["tests/pack/pack_test.ts", "tests/e2e/main_job_test.ts", "tests/e2e/small_test.ts"];
  const modules = modulesOf(files([...waiting, ...many]));
  assert.deepEqual(modules[0], ["tests/e2e/main_job_test.ts"]);
  assert.deepEqual(modules.map((module) => module.length > 1), [false, true, false, true, false, true]);
});

Deno.test("writeModules() writes modules that load the files, and names the file behind each that is alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const written = await writeModules(folder, await testFiles(["tests"]));
    const [first] = written.keys();
    assert.deepEqual(
      [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      [...written.keys()].sort(),
    );
    assert.equal(written.get(first), "tests/e2e/main_job_test.ts");
    const loads = await Deno.readTextFile(`${folder}/${first}`);
    assert.match(loads, /^import "file:\/\/\/.*tests\/e2e\/main_job_test\.ts";\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
