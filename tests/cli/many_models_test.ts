/** Twenty models at a terminal of 80 columns, and a model that is brought. */
import assert from "node:assert/strict";
import { defineModel } from "../../src/models/model.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import golden from "../golden/onnx.json" with { type: "json" };
import { addEndedCycle } from "../api/support.ts";
import { withServed } from "./support.ts";

const models = new Map(
  Array.from({ length: 20 }, (_, i) => {
    const name = `returns-of-the-autumn-collection-no-${String(i + 1).padStart(2, "0")}`;
    return defineModel({
      name,
      kind: "regression",
      question:
        "How many parcels of this collection will this shopper send back within the next three weeks?",
      unit: "parcels a shopper",
      primaryMetric: "mae",
      loss: "mse",
      metrics: ["mae", "mse"],
      label: (future) => future.length,
      network: "linear",
      candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
    });
  }).map((model) => [model.name, model] as const),
);

// deno-lint-ignore no-control-regex -- the sequences that colour text begin with a control character
const plain = (text: string) => text.replaceAll(/\u001b\[[0-9;]*m/g, "");

Deno.test("status, models and history of twenty models with long names fit 80 columns, and name each", () =>
  withServed(async ({ run, sql }) => {
    for (const model of [...models.keys()].slice(0, 6)) await addEndedCycle(sql, { model });
    for (const args of [["status"], ["models"], ["history"], ["checks"], ["models", [...models.keys()][0]]]) {
      const ran = await run(args, { isTerminal: true, columns: 80 });
      assert.equal(ran.code, 0, ran.err);
      const lines = plain(ran.out).split("\n");
      const wide = lines.filter((line) => line.length > 80);
      assert.deepEqual(wide, [], args.join(" "));
      if (!["status", "models"].includes(args.join(" "))) continue;
      for (const name of models.keys()) assert.ok(plain(ran.out).includes(name), `${args}: ${name}`);
    }
    const { models: listed } = JSON.parse((await run(["status", "--json"])).out);
    assert.equal(listed.length, 20);
  }, { models }));

Deno.test("perennial models bring, brought and withdraw", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/churn.onnx`;
  const { file } = golden.cases.find(({ name }) => name === "logistic")!;
  await Deno.writeFile(path, Uint8Array.from(atob(file), (c) => c.charCodeAt(0)));
  const how = ["--name", "outside", "--trained-until", "2011-01-31"];
  const inputs = ["--inputs", "recency,orders_90:2.1:1.4,tenure"];
  try {
    await withServed(async ({ run }) => {
      const done = await run(["models", "bring", "churn", path, ...how, ...inputs, "--why", "of the team"]);
      assert.match(done.out, /^outside is brought: the next cycle of churn puts it to the gate/, done.err);
      assert.match(
        (await run(["models", "brought", "churn"])).out,
        /^outside +2011-01-31 .* owner +waits for/m,
      );
      assert.match((await run(["audit"])).out, /owner +bring +churn +.*of the team/);
      const bad = await run(["models", "bring", "churn", path, ...how, "--inputs", "recency:a"]);
      assert.match(bad.err, /--inputs: "a" is no number/);
      const none = await run(["models", "bring", "churn", `${folder}/none.onnx`, ...how, ...inputs]);
      assert.match(none.err, /Cannot read .*none\.onnx/);
      const wrong = await run(["models", "bring", "churn", path, ...how, "--inputs", "shoe_size"]);
      assert.match(wrong.err, /"shoe_size", which is no feature/);
      assert.match(
        (await run(["models", "withdraw", "churn", "outside"])).out,
        /outside takes part in no training/,
      );
      assert.equal((await run(["models", "brought", "churn"])).out, "Nobody brought a model to churn");
    }, { artefacts: fileArtefacts(`${folder}/artefacts`) });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
