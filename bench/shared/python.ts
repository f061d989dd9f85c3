import { fileURLToPath } from "node:url";
import { cacheHome } from "../../src/embedded/home.ts";
import { pythonWith } from "../../src/embedded/python.ts";
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
/**
 * A Python with the peers' packages, from PyPI, pinned; made in the cache folder on the first call (about a minute).
 * @throws {PythonUnavailableError} there is no Python 3.10 to 3.13 with `venv`, or packages cannot be had
 */
export async function pythonWithPeers(say: (line: string) => void, peers = LEARNERS): Promise<string> {
  const env = Deno.env.toObject();
  const requirements = await Deno.readTextFile(new URL(`../${peers.requirements}`, import.meta.url));
  const packages = { ...peers, requirements, name: "bench-python", purpose: "the Python peers" };
  return await pythonWith(packages, { env, cache: cacheHome({ env, uid: Deno.uid() }), log: say });
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
