import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../src/core/hash.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { findProgram, runProgram } from "../../src/embedded/programs.ts";
import { onEnd } from "./cleanup.ts";

/** Packages that go together into one Python. */
export interface Peers {
  /** a file of pinned packages in `bench` */
  readonly requirements: string;
  /** what is imported to see that they work */
  readonly modules: string;
  /** what to look at when they do not */
  readonly hint: string;
}

const LEARNERS: Peers = {
  requirements: "requirements.txt",
  modules: "lightgbm, pandas, psycopg2, sklearn",
  hint: "LightGBM needs the system's libgomp1",
};
const INSTALL_MS = 15 * 60_000;

/**
 * A Python with the peers' packages, from PyPI, pinned; made in the cache folder on the first call (about a minute).
 * @throws {Error} there is no Python 3.10 to 3.13 with `venv`, or packages cannot be had
 */
export async function pythonWithPeers(say: (line: string) => void, peers = LEARNERS): Promise<string> {
  const env = Deno.env.toObject();
  const requirements = fileURLToPath(new URL(`../${peers.requirements}`, import.meta.url));
  const wanted = sha256(await Deno.readTextFile(requirements)).slice(0, 12);
  const folder = join(cacheHome({ env, uid: Deno.uid() }), `bench-python-${wanted}`);
  const python = join(folder, "bin", "python");
  const imports = ["-c", `import ${peers.modules}`];
  const works = () => runProgram(python, imports, { timeoutMs: 120_000 }).then(({ ok }) => ok, () => false);
  if (await works()) return python;
  say(
    `Installing the Python peers (pinned in bench/${peers.requirements}) into "${folder}": about a minute, once`,
  );
  const found = await findProgram("python3", ["-c", "import ensurepip, venv"], env);
  if ("reason" in found) {
    throw new Error(`Cannot run the Python peers: need python3 with venv on the PATH, it is ${found.reason}`);
  }
  await run(found.path, ["-m", "venv", "--clear", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-r", requirements]);
  if (await works()) return python;
  throw new Error(
    `Cannot use the Python peers installed in "${folder}"; ${peers.hint}`,
  );
}

async function run(bin: string, args: readonly string[]): Promise<void> {
  const { ok, output } = await runProgram(bin, args, { timeoutMs: INSTALL_MS });
  if (!ok) throw new Error(`Cannot install the Python peers: ${output}`);
}

/** Runs a script of ours with that Python; what it says on stderr is shown. @returns the JSON it printed */
export async function runPython<T>(
  python: string,
  script: URL,
  args: readonly string[],
  withinMs: number,
): Promise<T> {
  const interrupted = new AbortController();
  const end = onEnd(() => interrupted.abort()); // else it would go on by itself
  const { success, stdout } = await new Deno.Command(python, {
    args: [fileURLToPath(script), ...args],
    // waiting threads sleep: spinning ones starve each other where something else runs, too
    env: {
      OMP_NUM_THREADS: "2",
      OPENBLAS_NUM_THREADS: "2",
      OMP_WAIT_POLICY: "PASSIVE",
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    signal: AbortSignal.any([AbortSignal.timeout(withinMs), interrupted.signal]),
  }).output().finally(end);
  if (!success) {
    throw new Error(
      `Cannot run "${fileURLToPath(script)}": it failed or took longer than ${withinMs / 60_000} minutes`,
    );
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}
