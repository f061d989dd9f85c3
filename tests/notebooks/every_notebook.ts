/** Every notebook from top to bottom, by nbclient and Deno's kernel, over the history of a shop that was replayed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { momentsOf } from "../../src/backtest/plan.ts";
import { labelOf, readPolicy } from "../../src/backtest/policy_spec.ts";
import { listBacktests, saveBacktest } from "../../src/db/backtests/backtests.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { executeNotebook } from "../../src/notebook/execute.ts";
import { jupyterEnvironment, NOTEBOOKS, pythonWithJupyter } from "../../src/notebook/jupyter.ts";
import type { Service } from "../../src/service.ts";
import { ensureBacktest } from "../../src/temporal/control_client.ts";
import { PROTOCOL, type SmallShop } from "../e2e/small_shop.ts";
import { codeOf, names, outputsOf, read, shownText, textOf } from "./support.ts";

const hostEnvironment = { env: Deno.env.toObject(), uid: Deno.uid() };

interface OwnModel {
  name: string;
  /** the folder that `PERENNIAL_MODELS` names to the kernel, with the model's file alone */
  folder: string;
}

/** Runs each notebook as a step: it shows charts, answers, and tells of the shop's own model by that one's metric, MAE. */
export async function runEveryNotebook(t: Deno.TestContext, shop: SmallShop, own: OwnModel): Promise<void> {
  const into = await Deno.makeTempDir({ prefix: "perennial-notebooks-" });
  try {
    await backtest(shop.service, ["churn", own.name]);
    const options = await kernelOptions(shop, own.folder);
    const waiting = [...names];
    const lane = async () => {
      for (let name = waiting.shift(); name; name = waiting.shift()) {
        const path = join(NOTEBOOKS, name);
        const fn = async () => answered(await executeNotebook(path, { ...options, into }));
        // two at once
        assert.ok(
          await t.step({ name, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false, fn }),
        );
      }
    };
    await Promise.all([lane(), lane()]);
    for (const name of names.filter((name) => /^(01|04)/.test(name))) {
      const text = shownText(codeOf(await read(join(into, name))).at(-1)!);
      assert.match(text, new RegExp(`${own.name}[^.]*(: |mean )MAE`), "a model is told by its own metric");
    }
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

async function kernelOptions({ home, databaseUrl }: SmallShop, PERENNIAL_MODELS: string) {
  const python = await pythonWithJupyter(hostEnvironment, console.log);
  const given = { ...hostEnvironment.env, PERENNIAL_MODELS };
  const env = jupyterEnvironment(given, python, { databaseUrl, artefacts: join(home, "artefacts") });
  return { python, env };
}

/** Asks two policies about two models, over the small shop's cut-offs. */
async function backtest({ sql, client, taskQueue }: Service, models: string[]): Promise<void> {
  const { config } = await currentConfig(sql);
  const id = "two-policies";
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

/** An executed notebook showed charts, answered, and had no error. */
async function answered(path: string): Promise<void> {
  const notebook = await read(path);
  assert.deepEqual(outputsOf(notebook).filter(({ output_type }) => output_type === "error"), []);
  assert.match(shownText(codeOf(notebook).at(-1)!), /^Answer\. /);
  const svgs = outputsOf(notebook).flatMap(({ data }) => data?.["image/svg+xml"] ?? []) as string[];
  assert.ok(svgs.length > 0);
  assert.doesNotMatch(svgs.map(textOf).join(""), /NaN|Infinity/);
}
