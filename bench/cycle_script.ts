import { join } from "node:path";
import { DEMO_PROTOCOL } from "../src/demo/protocol.ts";
import { runPython } from "./shared/python.ts";
import type { BenchService } from "./shared/service.ts";

export const SCRIPT = {
  requirements: "requirements-cycle.txt",
  modules: "lightgbm, mlflow.sklearn, pandas, psycopg2, sklearn",
  hint: "LightGBM needs the system's libgomp1",
};

/** One run of the script: seconds by the clock, of the processor, and by step. */
export interface ScriptRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly steps: Readonly<Record<string, number>> & { readonly imports: number };
}

const WITHIN_MS = 5 * 60_000;

/** Has the script retrain both models on the events of an installation; MLflow's tables are made first. */
export async function runScript(
  python: string,
  { databaseUrl, home, service: { sql } }: BenchService,
): Promise<ScriptRun & { versions: Record<string, string> }> {
  await sql`create database bench_mlflow`;
  const { username, password, host } = new URL(databaseUrl);
  const registry = `postgresql+psycopg2://${username}:${password}@${host}/bench_mlflow`;
  const args = [databaseUrl, registry, join(home, "mlflow"), JSON.stringify(DEMO_PROTOCOL)];
  const script = new URL("./cycle_script.py", import.meta.url);
  const { versions } = await runPython<{ versions: Record<string, string> }>(
    python,
    script,
    [...args, "--prepare"],
    WITHIN_MS,
  );
  return { ...await runPython<ScriptRun>(python, script, args, WITHIN_MS), versions };
}
