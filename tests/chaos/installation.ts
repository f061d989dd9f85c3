/** A whole installation as `perennial up` starts it, to be killed. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, type Database } from "../../src/db/connect.ts";
import { readIfThere } from "../../src/embedded/files.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { DATABASE, postgresFiles, readPassword } from "../../src/embedded/postgres_data.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { waitAtMost } from "../../src/core/deadline.ts";
import { keyFile, readKey } from "../../src/app/security/key_file.ts";
import { hostEnvironment } from "../embedded/support.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const READY_WITHIN_MS = 120_000;

export interface Place {
  /** the folder that holds all installations, and that of the one under test */
  state: string;
  home: string;
  env: Record<string, string>;
  url: string;
}

/** A place for an installation, with ports of its own, which stay the same over all its restarts. */
export async function newPlace(state: string): Promise<Place> {
  const [api, postgres, temporal, ui] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const env = {
    ...hostEnvironment().env,
    PERENNIAL_HOME: state,
    PERENNIAL_PORT: String(api),
    PERENNIAL_POSTGRES_PORT: String(postgres),
    PERENNIAL_TEMPORAL_PORT: String(temporal),
    PERENNIAL_TEMPORAL_UI_PORT: String(ui),
  };
  return { state, home: join(state, "default"), env, url: `http://127.0.0.1:${api}` };
}

/** Starts the `perennial` command; its output is kept for when something goes wrong. */
export const perennial = ({ env }: Place, ...args: string[]) => startCommand({ env }, args);

/** The same in a folder, or with the program of another checkout, by its root. Left out: of this one. */
export function startCommand(
  { env, root, folder = root }: { env: Record<string, string>; root?: string; folder?: string },
  args: string[],
) {
  const main = root === undefined ? MAIN : join(root, "src", "main.ts");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-check", main, ...args],
    cwd: folder,
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said: string[] = [];
  const hear = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) said.push(text);
  };
  const ended = Promise.all([hear(child.stdout), hear(child.stderr)]).then(() => child.status);
  return { pid: child.pid, ended, output: () => said.join("") };
}

/** Whether an answer promises nothing: the server is too busy, or its database is not there yet. */
export const isBusy = ({ status }: Response): boolean => status === 429 || status === 503;

/** A running installation, seen from outside. */
export class RunningInstallation {
  private constructor(
    readonly place: Place,
    readonly sql: Database,
    readonly key: string,
    readonly process: ReturnType<typeof perennial>,
  ) {}

  static async start(place: Place): Promise<RunningInstallation> {
    const process = perennial(place, "up");
    let gone = false;
    process.ended.then(() => gone = true);
    const ready = () => Promise.resolve(gone || process.output().includes("Ready: "));
    if (!await waitUntil(ready, { withinMs: READY_WITHIN_MS, everyMs: 50 }) || gone) {
      await killAll(place, process.pid);
      throw new Error(`The installation did not start:\n${process.output()}`);
    }
    const files = postgresFiles(place.home);
    const port = place.env.PERENNIAL_POSTGRES_PORT;
    const sql = connect(`postgres://${DATABASE}:${await readPassword(files)}@127.0.0.1:${port}/${DATABASE}`);
    return new RunningInstallation(place, sql, (await readKey(keyFile(place.home)))!, process);
  }

  post(path: string, body: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    return fetch(`${this.place.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  }

  temporalPid(): Promise<number | undefined> {
    return pidIn(this.place.home, "temporal.pid");
  }

  postgresPid(): Promise<number | undefined> {
    return pidIn(this.place.home, "postgres", "data", "postmaster.pid");
  }

  /** kill -9 of everything at once. */
  async kill(): Promise<void> {
    await killAll(this.place, this.process.pid);
    await waitAtMost(this.process.ended, 10_000);
    await this.sql.end({ timeout: 1 });
  }

  async stop(): Promise<void> {
    await this.sql.end({ timeout: 5 });
    Deno.kill(this.process.pid, "SIGTERM");
    if (!await waitAtMost(this.process.ended, 60_000)) {
      throw new Error(`It does not stop:\n${this.process.output()}`);
    }
  }
}

/** The supervisor first, so that it restarts nothing. */
async function killAll({ home }: Place, supervisor: number): Promise<void> {
  const postmaster = await pidIn(home, "postgres", "data", "postmaster.pid");
  const children = postmaster ? await childrenOf(postmaster) : [];
  for (const pid of [supervisor, postmaster, ...children, await pidIn(home, "temporal.pid")]) {
    killIfThere(pid);
  }
}

async function pidIn(home: string, ...path: string[]): Promise<number | undefined> {
  return Number((await readIfThere(home, ...path))?.split("\n")[0]) || undefined;
}

/** Sends a signal to a process that may have ended. */
export function killIfThere(pid: number | undefined, signal: Deno.Signal = "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The processes whose parent is `pid`, from Linux' process table. */
async function childrenOf(pid: number): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await Deno.readTextFile(`/proc/${name}/status`).catch(() => ""); // gone meanwhile
    if (status.includes(`\nPPid:\t${pid}\n`)) found.push(Number(name));
  }
  return found;
}
