import { readIfThere } from "../embedded/files.ts";
import { waitUntil } from "../embedded/waiting.ts";
import { sleep } from "../core/deadline.ts";
import type { Log } from "../embedded/types.ts";
import { NOTEBOOKS, runtimeFolder } from "./jupyter.ts";

export interface ServeOptions {
  python: string;
  env: Readonly<Record<string, string>>;
  browser: boolean;
  /** the next free one is taken where this is not */
  port: number;
  /** what its address must hold to be let in */
  token: string;
  /** ends it */
  signal: AbortSignal;
  log: Log;
}

const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 10_000;

/**
 * Runs JupyterLab on `notebooks/` until it is ended: on loopback, and only for who has the token.
 * @returns its exit code; 0 where we were asked to end it
 */
export async function serveNotebooks(options: ServeOptions): Promise<number> {
  const { python, signal, log } = options;
  const child = start(options);
  let gone = false;
  const ended = child.status.finally(() => gone = true);
  const end = async () => {
    if (!gone) child.kill("SIGTERM"); // its kernels end with it
    await sleep(STOP_WITHIN_MS, { unref: true });
    if (!gone) child.kill("SIGKILL");
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const url = await address(python, child.pid, () => gone || signal.aborted);
  if (url) log(`Notebooks: ${url}lab?token=${options.token}\nCtrl-C ends it.`);
  const { code } = await ended;
  signal.removeEventListener("abort", end);
  return signal.aborted ? 0 : code;
}

/** The token goes in by the environment: arguments are everybody's to read. */
function start({ python, env, browser, port, token }: ServeOptions): Deno.ChildProcess {
  return new Deno.Command(python, {
    args: [
      "-m",
      "jupyterlab",
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.port=${port}`,
      `--ServerApp.root_dir=${NOTEBOOKS}`,
      "--LabApp.news_url=None",
      "--log-level=ERROR",
      ...browser ? [] : ["--no-browser"],
      ...Deno.uid() === 0 ? ["--allow-root"] : [],
    ],
    cwd: NOTEBOOKS, // a console begins here, as the notebooks do
    env: { ...env, JUPYTER_TOKEN: token },
    clearEnv: true,
    stdin: "null", // else Ctrl-C makes it ask whether it was meant
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
}

/** Returns the server's address as soon as it listens; `undefined`: it ended before. */
async function address(python: string, pid: number, isOver: () => boolean): Promise<string | undefined> {
  let url: string | undefined;
  await waitUntil(async () => {
    const runtimeFile = await readIfThere(runtimeFolder(python), `jpserver-${pid}.json`);
    url = runtimeFile ? JSON.parse(runtimeFile).url : undefined;
    return url !== undefined || isOver();
  }, { withinMs: READY_WITHIN_MS, everyMs: 100 });
  return url;
}
