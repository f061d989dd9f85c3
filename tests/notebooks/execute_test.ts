/** Every notebook from top to bottom, by nbclient and Deno's kernel, against a real database with a real history. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { momentsOf } from "../../src/backtest/plan.ts";
import { labelOf, readPolicy } from "../../src/backtest/policy_spec.ts";
import { listBacktests, saveBacktest } from "../../src/db/backtests/backtests.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { lostOutputs } from "../../src/notebook/clean.ts";
import { executeNotebook, NotebookFailedError } from "../../src/notebook/execute.ts";
import { jupyterEnvironment, NOTEBOOKS, pythonWithJupyter } from "../../src/notebook/jupyter.ts";
import type { Service } from "../../src/service.ts";
import { ensureBacktest } from "../../src/temporal/control_client.ts";
import { PROTOCOL, replayShop, withSmallShop } from "../e2e/small_shop.ts";
import { PLACE_TYPE } from "../../src/notebook/show.ts";
import { codeOf, names, outputsOf, read, shownText, textOf, writeNotebook } from "./support.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const hostEnvironment = { env: Deno.env.toObject(), uid: Deno.uid() };
const OWN = `import { defineModel } from "perennial";
export default defineModel({
  name: "order-days",
  kind: "regression",
  question: "On how many days will this shopper order within two weeks?",
  unit: "days",
  horizonDays: 14,
  primaryMetric: "mae",
  loss: "poissonDeviance",
  metrics: ["poissonDeviance", "mae"],
  label: (future) => future.filter((day) => day.purchases > 0).length,
  network: "an exact Poisson regression",
  candidates: [{ family: "linear", name: "poisson", inputs: "log", target: "count" }],
});
`;

/** Asks two policies about two models, over the small shop's cut-offs. */
async function backtest({ sql, client, taskQueue }: Service): Promise<void> {
  const { config } = await currentConfig(sql);
  const id = "two-policies";
  const models = ["churn", "order-days"];
  const policies = ["never", "perennial"].map(readPolicy).map((spec) => ({
    ...spec,
    label: labelOf(spec),
  }));
  const moments = momentsOf(config, { models, span: await eventSpan(sql), to: PROTOCOL.last });
  await saveBacktest(sql, { id, models, policies, ...moments, config, by: "a test", why: "" });
  await ensureBacktest(client, { id, taskQueue });
  const state = async () => (await listBacktests(sql, { id }))[0].state;
  assert.ok(await waitUntil(async () => await state() !== "running", { withinMs: 600_000, everyMs: 100 }));
  assert.equal(await state(), "finished");
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
    inFolder(async (into) => {
      const folder = join(into, "models");
      await Deno.mkdir(folder);
      await Deno.writeTextFile(join(folder, "order_days.ts"), OWN);
      await withSmallShop(async ({ service, home, databaseUrl }) => {
        const python = await pythonWithJupyter(hostEnvironment, console.log);
        await replayShop(service, "notebooks");
        await backtest(service);
        const env = jupyterEnvironment({ ...hostEnvironment.env, PERENNIAL_MODELS: folder }, python, {
          databaseUrl,
          artefacts: join(home, "artefacts"),
        });
        const execute = (name: string) =>
          t.step({
            name,
            ...options,
            sanitizeExit: false, // two at once
            fn: async () => answered(await executeNotebook(join(NOTEBOOKS, name), { python, env, into })),
          });
        const waiting = [...names];
        const lane = async () => {
          for (let name = waiting.shift(); name; name = waiting.shift()) assert.ok(await execute(name), name);
        };
        await Promise.all([lane(), lane()]);
        for (const name of names.filter((name) => /^(01|04)/.test(name))) {
          const text = shownText(codeOf(await read(join(into, name))).at(-1)!);
          assert.match(text, /order-days[^.]*(: |mean )MAE/, "a model is told by its own metric");
        }
      }, { settings: { PERENNIAL_MODELS: folder } });
    }),
);

/** An executed notebook showed charts, answered, and had no error. */
async function answered(path: string): Promise<void> {
  const notebook = await read(path);
  assert.deepEqual(outputsOf(notebook).filter(({ output_type }) => output_type === "error"), []);
  assert.match(shownText(codeOf(notebook).at(-1)!), /^Answer\. /);
  const svgs = outputsOf(notebook).flatMap(({ data }) => data?.["image/svg+xml"] ?? []) as string[];
  assert.ok(svgs.length > 0);
  assert.doesNotMatch(svgs.map(textOf).join(""), /NaN|Infinity/);
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
