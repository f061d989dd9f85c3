import assert from "node:assert/strict";
import { join } from "node:path";
import { readConfig } from "../../src/config/environment.ts";
import { codeVersion } from "../../src/core/code_version.ts";
import { loadOwnModels } from "../../src/models/own.ts";
import { definedModels, ownSources } from "../../src/start/models.ts";
import type { ServiceOptions } from "../../src/start/options.ts";

const model = (name: string) =>
  `import { defineModel } from "perennial";
export default defineModel({
  name: "${name}", kind: "regression", question: "How often?", unit: "days", primaryMetric: "mae", loss: "mse",
  metrics: ["mae", "mse"], network: "linear",
  label: (future) => future.length,
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});`;

/** A folder outside of the checkout, as an operator has one. */
async function withFolder(
  files: Record<string, string>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function optionsWith(folder: string): { options: ServiceOptions; logged: string[] } {
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const config = readConfig({ PERENNIAL_MODELS: folder });
  return { options: { config, log, env: {}, home: "", cache: "", parts: [], embedded: false }, logged };
}

Deno.test('an operator\'s folder adds models, which take what they need from "perennial"', () =>
  withFolder({ "visits.ts": model("visits"), "README.md": "# ours" }, async (folder) => {
    const { options, logged } = optionsWith(folder);
    const { models } = await definedModels(options);
    assert.deepEqual([...models.keys()].filter((name) => ["churn", "spending", "visits"].includes(name)), [
      "churn",
      "spending",
      "visits",
    ]);
    assert.equal(models.get("visits")!.label([{}, {}] as never), 2);
    assert.deepEqual(logged, []);
  }));

Deno.test("a file of the operator's that cannot be used is named and left out, and the rest is taken", () =>
  withFolder({
    "a_broken.ts": "export default 1 +;",
    "b_no_model.ts": "export const x = 1;",
    "c_refused.ts": model("visits").replace('"mae", loss', '"r2", loss'),
    "d_churn.ts": model("churn"),
    "e_good.ts": model("visits"),
    "f_typo.ts": model("typo").replace("label:", "horizonDay: 14, label:"),
    "g_of_nobody.ts": model("nobody").replace("future.length", "future[0].purchases"),
    "h_no_number.ts": model("no-number").replace("future.length", "future.length / 0 * 0"),
    "i_visits.ts": model("visits"),
    "j_module.mts": model("module"),
  }, async (folder) => {
    const files = await loadOwnModels(folder, { taken: ["churn", "spending"] });
    assert.deepEqual(files.map(({ file, value }) => [file, value?.name]), [
      ["a_broken.ts", undefined],
      ["b_no_model.ts", undefined],
      ["c_refused.ts", undefined],
      ["d_churn.ts", undefined],
      ["e_good.ts", "visits"],
      ["f_typo.ts", undefined],
      ["g_of_nobody.ts", undefined],
      ["h_no_number.ts", undefined],
      ["i_visits.ts", undefined],
      ["j_module.mts", "module"],
    ]);
    const faults = files.map(({ fault }) => fault ?? "");
    assert.match(faults[1], /its default export is no model/);
    assert.match(faults[2], /metrics lack the primaryMetric "r2"/);
    assert.match(faults[3], /another file defines a model "churn"/);
    assert.match(faults[5], /there is no field "horizonDay"; did you mean horizonDays\?/);
    assert.match(
      faults[6],
      /label: it fails on a shopper without days: The label fails: Cannot read properties of undefined/,
    );
    assert.match(
      faults[7],
      /label: it fails on a shopper without days: The label has to be a finite number, not NaN/,
    );
    assert.match(faults[8], /another file defines a model "visits"/);
    const { options, logged } = optionsWith(folder);
    const { models, extensions } = await definedModels(options);
    assert.ok(models.has("visits"));
    assert.deepEqual(extensions.filter(({ fault }) => fault === null).map(({ name }) => name), [
      "visits",
      "module",
    ]);
    assert.equal(logged.length, 8);
    assert.match(logged[0], /"a_broken\.ts", which is left out/);
  }));

Deno.test("a folder that is not there is refused by its name", async () => {
  await assert.rejects(definedModels(optionsWith("/nowhere/models").options), /"\/nowhere\/models"/);
});

Deno.test("a change of the operator's files is another code version", () =>
  withFolder({ "visits.ts": model("visits") }, async (folder) => {
    const { options } = optionsWith(folder);
    const before = await codeVersion(await ownSources(options));
    assert.notEqual(before, await codeVersion());
    assert.equal(before, await codeVersion(await ownSources(options)));
    await Deno.writeTextFile(join(folder, "visits.ts"), model("visits").replace("future.length", "1"));
    assert.notEqual(before, await codeVersion(await ownSources(options)));
  }));
