import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sleep } from "../src/core/deadline.ts";
import { connect } from "../src/db/connect.ts";
import { runningPostgres } from "../src/embedded/postgres.ts";
import { freePort } from "../src/embedded/ports.ts";
import { SCRIPT } from "./cycle_script.ts";
import type { Bench } from "./shared/bench.ts";
import { onEnd, temporaryFolder } from "./shared/cleanup.ts";
import { range, spread } from "./shared/figures.ts";
import { pythonWithPeers } from "./shared/python.ts";
import type { Report } from "./shared/report.ts";
import { BUNDLED, standAtEnd } from "./shared/service.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
/** As `deno task up` is allowed. */
const ALLOWED = ["net", "read", "write", "env", "run", "ffi", "sys"].map((name) => `--allow-${name}`);
const RUNS = 5;
const IDLE_MS = 15_000;
const WITHIN_MS = 120_000;
const PAGES = ["/", "/checks", "/versions", "/monitoring", "/cycles", "/alerts"];
const FIRST_PAGE_AIM_S = 5;
const AGAIN_AIM_S = 3;
const MEMORY_AIM_MB = 250;

/** Memory in MB: of the main process, and of all, shared pages counted once. */
interface Memory {
  main: number;
  all: number;
}

interface Figures {
  /** seconds until the first page is there, in an installation that is made by it */
  firstS: number[];
  /** the same, started again on what is on disk */
  againS: number[];
  idle: Memory[];
  /** by what was done before, in one more installation */
  used: { after: string; memory: Memory }[];
  mlflowS: number[];
  mlflow: Memory[];
}

export const startBench: Bench = {
  name: "start",
  about: "seconds from `up` to the first page, and memory: idle, and after use, beside the MLflow server",
  minutes: 15,
  async run({ say, quick }) {
    const python = await pythonWithPeers(say, SCRIPT);
    const figures: Figures = { firstS: [], againS: [], idle: [], used: [], mlflowS: [], mlflow: [] };
    const runs = quick ? 1 : RUNS;
    for (let i = 1; i <= runs; i++) {
      say(`start: installation ${i} of ${runs}`);
      await oneInstallation(figures, quick ? 2_000 : IDLE_MS, i === runs ? (quick ? 0.02 : 1) : 0);
      await oneMlflow(python, figures, quick ? 2_000 : IDLE_MS);
    }
    return { report: reportOf(figures), versions: { MLflow: "3.17.2" } };
  },
};

/** Starts an installation twice. @param use how much of the use is made of it, from none to 1 */
async function oneInstallation(figures: Figures, idleMs: number, use: number): Promise<void> {
  const folder = await temporaryFolder();
  const env = await environment(folder.path);
  const first = await startUp(env);
  figures.firstS.push(first.seconds);
  await sleep(idleMs);
  figures.idle.push(await memoryOf(first.pid));
  await first.stop();
  const again = await startUp(env);
  figures.againS.push(again.seconds);
  if (use > 0) await measureUse(again, env, figures, use);
  await again.stop();
  await folder.remove();
}

/** What memory is after the things that a day brings. */
async function measureUse(
  up: Running,
  env: Record<string, string>,
  figures: Figures,
  use: number,
): Promise<void> {
  const note = async (after: string) => void figures.used.push({ after, memory: await memoryOf(up.pid) });
  await note("started");
  await perennial(env, "import", BUNDLED);
  await atEndOfData(env);
  await note("the bundled shop imported");
  await perennial(env, "force", "--wait");
  await note("a cycle of both models");
  const pages = Math.max(PAGES.length, Math.round(1_000 * use));
  for (let i = 0; i < pages; i++) await page(up, PAGES[i % PAGES.length]);
  await note(`${pages} pages`);
  const predictions = Math.round(10_000 * use);
  const headers = { Authorization: `Bearer ${env.PERENNIAL_API_KEY}`, "Content-Type": "application/json" };
  for (let i = 0; i < predictions; i++) {
    const body = JSON.stringify({ user: String(12346 + i) });
    await (await fetch(`${up.url}/predictions/churn`, { method: "POST", headers, body })).body?.cancel();
  }
  await note(`${predictions} predictions`);
}

async function atEndOfData({ PERENNIAL_HOME: home }: Record<string, string>): Promise<void> {
  const sql = connect((await runningPostgres(join(home, "default")))!, { max: 1 });
  await standAtEnd(sql).finally(() => sql.end({ timeout: 5 }));
}

async function environment(folder: string): Promise<Record<string, string>> {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, ...outer } = Deno.env.toObject();
  return {
    ...outer,
    PERENNIAL_HOME: join(folder, "home"),
    PERENNIAL_API_KEY: `bench-${crypto.randomUUID()}`,
    PERENNIAL_PORT: String(await freePort()),
    PERENNIAL_POSTGRES_PORT: String(await freePort()),
    PERENNIAL_TEMPORAL_PORT: String(await freePort()),
    PERENNIAL_TEMPORAL_UI_PORT: String(await freePort()),
  };
}

interface Running {
  readonly url: string;
  readonly pid: number;
  readonly apiKey: string;
  readonly seconds: number;
  stop(): Promise<void>;
}

const startUp = (env: Record<string, string>): Promise<Running> =>
  untilPage(Deno.execPath(), ["run", "--no-prompt", ...ALLOWED, MAIN, "up"], env, {
    url: `http://127.0.0.1:${env.PERENNIAL_PORT}`,
    apiKey: env.PERENNIAL_API_KEY,
  });

/** Starts a program and waits for its first page. */
async function untilPage(
  program: string,
  args: string[],
  env: Record<string, string>,
  { url, apiKey }: { url: string; apiKey: string },
): Promise<Running> {
  const begunMs = performance.now();
  const options = { clearEnv: true, env, stdin: "null", stdout: "null", stderr: "null" } as const;
  const child = new Deno.Command(program, { args, ...options }).spawn();
  const stop = onEnd(async () => {
    child.kill("SIGINT");
    await child.status;
  });
  while (performance.now() - begunMs < WITHIN_MS) {
    const text = await page({ url, apiKey }, "/").catch(() => "");
    if (text.includes("</html>")) {
      return { url, apiKey, pid: child.pid, seconds: (performance.now() - begunMs) / 1000, stop };
    }
    await sleep(20);
  }
  await stop();
  throw new Error(`No page at ${url} within ${WITHIN_MS / 1000} s`);
}

async function page({ url, apiKey }: Pick<Running, "url" | "apiKey">, path: string): Promise<string> {
  const answer = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${apiKey}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return text;
}

async function perennial(env: Record<string, string>, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...ALLOWED, MAIN, ...args],
    env: { ...env, PERENNIAL_URL: `http://127.0.0.1:${env.PERENNIAL_PORT}` },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`"perennial ${args.join(" ")}" failed: ${new TextDecoder().decode(stderr)}`);
}

/** MLflow's server as its documentation starts it: two workers, a file of SQLite. */
async function oneMlflow(python: string, figures: Figures, idleMs: number): Promise<void> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const store = `sqlite:///${join(folder.path, "mlflow.db")}`;
  const args = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port), "--workers", "2"];
  const place = { url: `http://127.0.0.1:${port}`, apiKey: "" };
  const mlflow = await untilPage(python, [...args, "--backend-store-uri", store], Deno.env.toObject(), place);
  figures.mlflowS.push(mlflow.seconds);
  await sleep(idleMs);
  figures.mlflow.push(await memoryOf(mlflow.pid));
  await mlflow.stop();
  await folder.remove();
}

/** Resident memory of a process, and the proportional one of it and all below it. */
async function memoryOf(pid: number): Promise<Memory> {
  const script = `all() { echo $1; for c in $(cat /proc/$1/task/*/children 2>/dev/null); do all $c; done; }
    for p in $(all ${pid}); do echo $p $(grep -h -E '^(Rss|Pss):' /proc/$p/smaps_rollup | tr -s ' ' | cut -d' ' -f2); done`;
  const lines = (await run("sh", ["-c", script])).trim().split("\n").map((line) =>
    line.split(" ").map(Number)
  );
  const [main] = lines.filter(([id]) => id === pid);
  return { main: main[1] / 1000, all: lines.reduce((sum, [, , pss = 0]) => sum + pss, 0) / 1000 };
}

const run = (program: string, args: string[]): Promise<string> =>
  new Promise((resolve) => execFile(program, args, (_error, text) => resolve(text)));

function reportOf({ firstS, againS, idle, used, mlflowS, mlflow }: Figures): Report {
  const s = (value: number) => `${value.toFixed(1)} s`;
  const mb = (value: number) => `${Math.round(value)} MB`;
  const held = (text: string, values: readonly number[], aim: number, format: (value: number) => string) => {
    const found = spread(values);
    return `${found.median < aim ? "YES" : "NO"}: ${text}, under ${format(aim)}: ${range(found, format)}.`;
  };
  const main = idle.map((memory) => memory.main);
  const cells = (memory: readonly Memory[]) => [
    range(spread(memory.map(({ main }) => main)), mb),
    range(spread(memory.map(({ all }) => all)), mb),
  ];
  return {
    name: "start",
    title: "From `up` to the first page, and memory",
    method:
      "`perennial up` in a folder of its own with the caches of programs and modules warm: seconds from the start of the " +
      "process to the whole overview page, which includes a new Postgres and a new Temporal the first time. Memory of the " +
      "main process (API, pages and worker) as the system counts what is resident; of all processes, with shared pages " +
      `counted once. Beside it MLflow's server with two workers, to its first page. ${firstS.length} runs each, in turns; ` +
      "the uses follow one another in the last installation.",
    tables: [
      {
        title: "Seconds, median (lowest to highest)",
        head: ["", "to the first page"],
        rows: [
          ["`up` for the first time", range(spread(firstS), s)],
          ["`up` again", range(spread(againS), s)],
          ["`mlflow server`", range(spread(mlflowS), s)],
        ],
      },
      {
        title: "Memory",
        head: ["", "main process", "all processes"],
        rows: [
          ["Perennial, idle", ...cells(idle)],
          ["MLflow's server, idle", ...cells(mlflow)],
          ...used.map(({ after, memory }) => [`Perennial, after: ${after}`, mb(memory.main), mb(memory.all)]),
        ],
      },
    ],
    notes: [
      held("the first page of a new installation", firstS, FIRST_PAGE_AIM_S, s),
      held("the first page of one that was there", againS, AGAIN_AIM_S, s),
      held("the main process, idle", main, MEMORY_AIM_MB, mb),
    ],
    figures: { firstS, againS, idle, used, mlflowS, mlflow },
  };
}
