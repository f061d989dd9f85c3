/** Every notebook from top to bottom, by nbclient and Deno's kernel, against a real database with a real history. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { lostOutputs } from "../../src/notebook/clean.ts";
import { executeNotebook, NotebookFailedError } from "../../src/notebook/execute.ts";
import { jupyterEnvironment, NOTEBOOKS, pythonWithJupyter } from "../../src/notebook/jupyter.ts";
import { replayCutoffs, testCutoffs } from "../../src/replay/protocol.ts";
import { runReplay } from "../../src/replay/run.ts";
import type { Service } from "../../src/service.ts";
import { PROTOCOL, withSmallShop } from "../e2e/small_shop.ts";
import { codeOf, names, outputsOf, read, shownText, textOf, writeNotebook } from "./support.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const surroundings = { env: Deno.env.toObject(), uid: Deno.uid() };
const NEWEST_EVENT = Date.parse("2011-08-01") - 1;

/** Lets the small shop have a history: five cut-offs, of which the last three are scored. */
async function replay({ sql, client, taskQueue, models }: Service): Promise<void> {
  const cutoffs = replayCutoffs(PROTOCOL, NEWEST_EVENT);
  await runReplay({
    ...{ sql, client, taskQueue, cutoffs, replay: "notebooks", models: [...models.keys()] },
    ...{
      scored: testCutoffs(PROTOCOL, cutoffs),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    },
  });
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-notebooks-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(
  "every notebook runs from top to bottom and answers",
  options,
  (t) =>
    inFolder((into) =>
      withSmallShop(async ({ service, home, databaseUrl }) => {
        const python = await pythonWithJupyter(surroundings, console.log);
        await replay(service);
        const env = jupyterEnvironment(surroundings.env, python, {
          databaseUrl,
          artefacts: join(home, "artefacts"),
        });
        for (const name of names) {
          await t.step(name, async () => {
            const notebook = await read(await executeNotebook(join(NOTEBOOKS, name), { python, env, into }));
            assert.deepEqual(outputsOf(notebook).filter(({ output_type }) => output_type === "error"), []);
            assert.match(shownText(codeOf(notebook).at(-1)!), /^Answer\. /);
            const svgs = outputsOf(notebook).flatMap(({ data }) => data?.["image/svg+xml"] ?? []) as string[];
            assert.ok(svgs.length > 0);
            assert.doesNotMatch(svgs.map(textOf).join(""), /NaN|Infinity/);
          });
        }
      })
    ),
);

async function executed(sources: readonly string[], folder: string) {
  const python = await pythonWithJupyter(surroundings, console.log);
  const env = jupyterEnvironment(surroundings.env, python, { databaseUrl: "none", artefacts: folder });
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
    Deno.env.set("PERENNIAL_SECRET", "a secret that no notebook needs");
    try {
      const notebook = await executed(
        [`console.log(Object.keys(Deno.env.toObject()).sort().join(" "));`],
        folder,
      );
      const names = JSON.stringify(outputsOf(notebook));
      assert.match(names, /DATABASE_URL/);
      assert.doesNotMatch(names, /SECRET|API_KEY|SMTP|WEBHOOK/);
    } finally {
      Deno.env.delete("PERENNIAL_SECRET");
    }
  }));

Deno.test("lostOutputs() sees what a kernel did not deliver", () => {
  const cell = (source: string, places: string[]) => ({
    ...{ cell_type: "code", metadata: {}, source },
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
