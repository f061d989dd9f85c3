/** Notebooks of a few cells, by nbclient and Deno's kernel. The committed ones run in `tests/e2e/main_job_test.ts`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { lostOutputs } from "../../src/notebook/clean.ts";
import { executeNotebook, NotebookFailedError } from "../../src/notebook/execute.ts";
import { jupyterEnvironment, pythonWithJupyter } from "../../src/notebook/jupyter.ts";
import { PLACE_TYPE } from "../../src/notebook/show.ts";
import { outputsOf, read, writeNotebook } from "./support.ts";

const hostEnvironment = { env: Deno.env.toObject(), uid: Deno.uid() };

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-notebooks-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function executed(sources: readonly string[], folder: string, given = hostEnvironment.env) {
  const python = await pythonWithJupyter(hostEnvironment, console.log);
  const env = jupyterEnvironment(given, python, { databaseUrl: "none", artefacts: folder });
  const into = join(folder, "out");
  await Deno.mkdir(into);
  return read(await executeNotebook(await writeNotebook(folder, sources), { python, env, into }));
}

Deno.test("executeNotebook() fails where a cell throws, and says which cell and why", () =>
  inFolder(async (folder) => {
    const cells = [`const fine = 1;`, `throw new Error("the shop is closed " + fine);`, `fine;`];
    await assert.rejects(executed(cells, folder), (error) => {
      assert.ok(error instanceof NotebookFailedError);
      assert.match(error.message, /throw new Error/);
      assert.match(error.message, /the shop is closed 1/);
      return true;
    });
  }));

Deno.test("executeNotebook() gives a kernel no secret of the installation, and no key", () =>
  inFolder(async (folder) => {
    const secrets = { PERENNIAL_SECRET: "not for notebooks", PERENNIAL_API_KEY: "nor this" };
    const notebook = await executed(
      [`const show = async (text: string) => {
          await Deno.jupyter.display({ "text/plain": text, "${PLACE_TYPE}": "1/1" }, { raw: true });
          await new Promise((done) => setTimeout(done, 300));
        };
        await show(Object.keys(Deno.env.toObject()).sort().join(" "));`],
      folder,
      { ...hostEnvironment.env, ...secrets },
    );
    const said = JSON.stringify(outputsOf(notebook));
    assert.match(said, /DATABASE_URL/);
    assert.doesNotMatch(said, /SECRET|API_KEY/);
  }));

Deno.test("lostOutputs() sees what a kernel did not deliver", () => {
  const cell = (source: string, places: string[]) => ({
    cell_type: "code",
    metadata: {},
    source,
    outputs: places.map((place) => ({
      output_type: "display_data",
      data: { "application/vnd.perennial.place+json": place },
    })),
  });
  const cells = [
    cell("const a = 1;", []),
    cell("await show(a, b);", ["1/2", "2/2"]),
    cell("await show(a, b);", ["1/2"]),
    cell("await show(answer(a));", []),
  ];
  assert.deepEqual(lostOutputs({ cells, metadata: {} }), [3, 4]);
});
