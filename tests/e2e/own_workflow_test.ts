/** A model of several classes, an own policy, an own strategy and a brought model, through the production workflows. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { momentsOf } from "../../src/backtest/plan.ts";
import { labelOf, readPolicy } from "../../src/backtest/policy_spec.ts";
import { createClient } from "../../src/client/client.ts";
import { listBacktests, listSteps, saveBacktest } from "../../src/db/backtests/backtests.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { checkAsOf, ensureBacktest, lookAsOf } from "../../src/temporal/control_client.ts";
import golden from "../golden/onnx.json" with { type: "json" };
import { PROTOCOL, type SmallShop, withSmallShop } from "./small_shop.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const FIRST = "2011-05-24T00:00:00.000Z";
const SECOND = "2011-06-21T00:00:00.000Z";

const EXTENSIONS = {
  "trial.ts": `import { defineStrategy } from "perennial";
export default defineStrategy({
  name: "trial",
  means: "half of all shoppers for three days, then everyone",
  begin: ({ challengers }) => [{ version: challengers[0], share: 0.5 }],
  decide: ({ challengers: [version] }, _position, { stepHours }) => stepHours >= 72
    ? { kind: "promote", version, text: "three days are over" }
    : { kind: "keep collecting", have: stepHours, need: 72, text: Math.floor(stepHours) + " hours" },
});`,
  "second.ts": `import { definePolicy } from "perennial";
export default definePolicy({
  name: "own-e2e-second",
  means: "trains 56 days after the last time",
  looks: false,
  validates: "never",
  decide: ({ asOf, lastTrained }) => ({
    run: lastTrained === null || Date.parse(asOf) - Date.parse(lastTrained) >= 56 * 86_400_000,
    why: "56 days",
  }),
});`,
};

async function withOwnCode(work: (shop: SmallShop) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [models, extensions] = [join(folder, "models"), join(folder, "extensions")];
  try {
    for (const made of [models, extensions]) await Deno.mkdir(made);
    const whole = await Deno.readTextFile(new URL("../../examples/models/order_class.ts", import.meta.url));
    const linear = whole.split("\n").filter((line) => !/name: "(additive|blend)"/.test(line)); // the quickest alone
    await Deno.writeTextFile(join(models, "order_class.ts"), linear.join("\n"));
    for (const [name, text] of Object.entries(EXTENSIONS)) {
      await Deno.writeTextFile(join(extensions, name), text);
    }
    const settings = {
      PERENNIAL_MODELS: models,
      PERENNIAL_EXTENSIONS: extensions,
      PERENNIAL_PORT: String(await freePort()),
    };
    await withSmallShop(work, { settings, parts: ["api", "worker"] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(
  "own code goes the whole way: several classes, a policy, a strategy, and a model that was brought",
  options,
  (t) =>
    withOwnCode(async ({ service }) => {
      const { sql, client: temporal, taskQueue, url, key } = service;
      const api = createClient({ url: url!, apiKey: key.key! });
      const step = async (name: string, work: () => Promise<void>) =>
        assert.ok(await t.step(name, work), name);
      const model = "order-class";

      await step("a model of several classes is trained, deployed and answers with its classes", async () => {
        const { outcome, text } = await checkAsOf(temporal, model, FIRST);
        assert.equal(outcome, "deployed", text);
        const [{ id }] = await sql`select user_key as id from user_days where day < 15110 limit 1`;
        const { predictions: [{ class: name, probabilities }] } = await service.predictor.predict({
          model,
          users: [id],
          asOfMs: Date.parse(FIRST),
        });
        assert.ok(["none", "once", "more"].includes(name!));
        assert.deepEqual(Object.keys(probabilities!), ["none", "once", "more"]);
        const page = await fetch(`${url}/monitoring?model=${model}`, {
          headers: { Authorization: `Bearer ${key.key}` },
        });
        assert.equal(page.status, 200, await page.text());
        const { models } = await api.status();
        assert.equal(models.find((status) => status.model === model)?.serving?.version, 1);
      });

      await step("the next version is rolled out by the operator's strategy, to its end", async () => {
        await api.updateConfig({
          models: { [model]: { rollout: "own:trial", gate: "no-harm", margin: 1 } },
          why: "",
        });
        const { text } = await checkAsOf(temporal, model, SECOND);
        const { rollouts: [rollout] } = await api.rollouts({ model });
        assert.equal(rollout?.plan.strategy, "own:trial", text);
        const look = (asOf: string) => lookAsOf(temporal, rollout.id, { asOf, traffic: true });
        assert.equal((await look("2011-06-22T00:00:00.000Z")).ended, false);
        const ended = await look("2011-06-25T00:00:00.000Z");
        assert.equal(ended.ended, true, ended.text);
        const serves = async () => (await api.serving(model)).version === rollout.challengers[0];
        assert.ok(await waitUntil(serves, { withinMs: 60_000, everyMs: 100 }));
      });

      await step(
        "what was brought is the challenger of the next cycle, and meets the same gate",
        async () => {
          const { file } = golden.cases.find(({ name }) => name === "logistic")!;
          const inputs = ["recency", "orders_90", "tenure"].map((feature) => ({ feature }));
          await api.bring("churn", { candidate: "outside", file, inputs, trainedUntil: "2010-12-31" });
          const { outcome, cycleId } = await checkAsOf(temporal, "churn", FIRST);
          const { versions: [{ manifest }] } = await api.versions("churn");
          assert.equal(manifest.candidate, "outside");
          const { evidence, verdict } = await api.cycle(cycleId);
          assert.ok(evidence && evidence.difference.n > 0, `${outcome}: it was judged on unseen rows`);
          assert.equal(verdict === "promote", outcome === "deployed");
          assert.equal((await api.brought("churn")).brought[0].challengedBy, cycleId);
        },
      );

      await step("a backtest has a row of the several classes under the operator's policy", async () => {
        const policies = ["never", "own:own-e2e-second"].map(readPolicy).map((p) => ({
          ...p,
          label: labelOf(p),
        }));
        const { config } = await currentConfig(sql);
        const span = await eventSpan(sql);
        const moments = momentsOf(config, { models: [model], span, to: PROTOCOL.last });
        await saveBacktest(sql, {
          id: "own",
          models: [model],
          policies,
          ...moments,
          config,
          by: "ann",
          why: "",
        });
        await ensureBacktest(temporal, { id: "own", taskQueue });
        const over = async () => (await listBacktests(sql, { id: "own" }))[0].state !== "running";
        assert.ok(await waitUntil(over, { withinMs: 300_000, everyMs: 100 }), "it ends");
        const { state, results } = await api.backtest("own");
        assert.equal(state, "finished");
        assert.ok(JSON.stringify(results).includes("macroRecall"));
        const steps = await listSteps(sql, { backtest: "own", policy: "own:own-e2e-second" });
        assert.ok(steps.filter(({ trained }) => trained).length >= 2, "it trained when it said so");
      });
    }),
);
