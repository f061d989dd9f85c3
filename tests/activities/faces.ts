/** What people and programs are shown of a model: a terminal, its JSON, the client in Python, a backtest. */
import { fileURLToPath } from "node:url";
import { scoreServed } from "../../activities/backtest/score.ts";
import type { ScopedDeps } from "../../activities/backtest/scopes.ts";
import { createApp } from "../../src/api/app.ts";
import { serveApi } from "../../src/api/serve.ts";
import { openModelSet } from "../../src/app/registry/model_set.ts";
import { sha256 } from "../../src/core/hash.ts";
import { saveKey } from "../../src/db/access/api_keys.ts";
import { saveBacktest, saveStep } from "../../src/db/backtests/backtests.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { openValue } from "../../src/registry/sealed.ts";
import { bytePredictor, KEY, NotingControl, pseudonym } from "../api/support.ts";
import { runWith } from "../cli/support.ts";
import { goodFiles } from "../db/models_support.ts";
import { AS_OF_MS, EARLIER_MS, type ShopDeps } from "./weekly_shop.ts";

/** By face: what it shows. */
export interface Faces {
  /** the command at a terminal */
  terminal: string;
  /** its `--json` */
  json: string;
  /** what a program in Python reads */
  python: string;
  /** a backtest's results */
  backtest: string;
}

const PYTHON = fileURLToPath(new URL("../../python/", import.meta.url));
const PROGRAM = `import json, os
from perennial import Perennial
with_key = Perennial(os.environ["PERENNIAL_URL"], os.environ["PERENNIAL_API_KEY"])
print(json.dumps([with_key.models(), with_key.status()], sort_keys=True))
`;

/** Reads all faces of the one model of a shop, after a cycle of it. */
export async function facesOf(deps: ShopDeps): Promise<Faces> {
  const { sql, clock, models, store } = deps;
  const [model] = models.keys();
  await addBacktest(deps, model);
  await saveKey(sql, "owner", sha256(KEY));
  const modelSet = await openModelSet(sql, models);
  const unasked = () => Promise.reject(new Error("not asked"));
  const app = createApp({
    sql,
    clock,
    models,
    modelSet,
    pseudonym,
    control: new NotingControl(),
    predictor: bytePredictor,
    files: goodFiles,
    temporalUi: null,
    explain: {
      open: (hash) => openValue(store, hash),
      recompute: { quality: unasked, drift: unasked, performance: unasked },
      codeVersion: "c1",
    },
    log: () => undefined,
  });
  const server = serveApi(app, { host: "127.0.0.1", port: 0 });
  try {
    return await read(server.url, model);
  } finally {
    await server.stop();
  }
}

async function read(url: string, model: string): Promise<Faces> {
  const env = { PERENNIAL_URL: url, PERENNIAL_API_KEY: KEY };
  const run = async (args: string[]) => {
    const { code, out, err } = await runWith(args, { env });
    if (code !== 0) throw new Error(`perennial ${args.join(" ")}: ${err}`);
    return out.replaceAll(/\d+(\.\d+)? s\b|since \d[\d-]+( \d\d:\d\d)?/g, ""); // differs from run to run
  };
  const commands = [["status"], ["models"], ["models", model], ["impact", model], ["config"]];
  const all = async (more: string[]) =>
    (await Promise.all(commands.map((args) => run([...args, ...more])))).join("\n");
  return {
    terminal: await all([]),
    json: stable(await all(["--json"])),
    python: stable(await python(env)),
    backtest: stable(await run(["backtest", "show", "one", "--json"])) +
      await run(["backtest", "show", "one"]),
  };
}

/** Without what differs from run to run. */
const stable = (json: string) =>
  json.replaceAll(/"(at|\w*(At|since|seconds|Seconds))": ?("[^"]*"|[\d.e-]+)/g, "");

async function python(env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("python3", {
    args: ["-c", PROGRAM],
    env: { ...env, PYTHONPATH: PYTHON },
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** A backtest of one policy, with the one moment that it scored. */
async function addBacktest(deps: ShopDeps, model: string): Promise<void> {
  const { sql } = deps;
  const asOf = new Date(EARLIER_MS).toISOString();
  const { config } = await currentConfig(sql);
  const backtest = {
    id: "one",
    models: [model],
    policies: [{ policy: "never" as const, label: "never", config: {} }],
    moments: [asOf, new Date(AS_OF_MS).toISOString()],
    scoredFrom: { [model]: asOf },
    config,
    by: "ann",
    why: "",
  };
  await saveBacktest(sql, backtest);
  const asked = { backtest: { ...backtest, createdAt: asOf }, model, asOf, live: false };
  const scored = await scoreServed(deps, deps as unknown as ScopedDeps, asked);
  await saveStep(sql, "one", {
    ...scored,
    policy: "never",
    model,
    asOf,
    run: "cycle",
    why: "",
    outcome: "deployed",
    trained: true,
  });
}
