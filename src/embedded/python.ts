import { join } from "node:path";
import { sha256 } from "../core/hash.ts";
import { findProgram, runProgram } from "./programs.ts";
import type { Log } from "./types.ts";

/** Packages that go together into one Python. */
export interface PythonPackages {
  /** what its folder is called, in the cache folder */
  readonly name: string;
  /** what they are for, as in "the notebooks" */
  readonly purpose: string;
  /** pinned packages, as pip reads them */
  readonly requirements: string;
  /** what is imported to see that they work */
  readonly modules: string;
  /** what to look at when they do not */
  readonly hint: string;
}

/** Python itself, or its packages, cannot be had here. */
export class PythonUnavailableError extends Error {
  override name = "PythonUnavailableError";
}

const INSTALL_MS = 15 * 60_000;

/**
 * A Python with pinned packages from PyPI, in a folder of its own; made on the first call, and again when the pins change.
 * Processes that want the same one at once wait for each other.
 * @returns the path of its `python`
 * @throws {PythonUnavailableError} there is no Python 3 with `venv`, or packages cannot be had; says what to do
 */
export async function pythonWith(
  packages: PythonPackages,
  { cache, env, log }: { cache: string; env: Readonly<Record<string, string | undefined>>; log: Log },
): Promise<string> {
  const { name, purpose, requirements, modules, hint } = packages;
  const folder = join(cache, `${name}-${sha256(requirements).slice(0, 12)}`);
  const python = join(folder, "bin", "python");
  const works = () =>
    runProgram(python, ["-c", `import ${modules}`], { timeoutMs: 120_000 }).then(({ ok }) => ok, () => false);
  if (await works()) return python;
  await Deno.mkdir(cache, { recursive: true });
  using lock = await Deno.open(`${folder}.lock`, { write: true, create: true });
  await lock.lock(true);
  if (await works()) return python; // another process made it meanwhile
  log(`Installing Python packages for ${purpose} into "${folder}": about a minute, once`);
  await makeEnvironment(folder, purpose, env);
  await install(python, requirements, purpose);
  if (await works()) return python;
  throw new PythonUnavailableError(`Cannot use the Python made for ${purpose} in "${folder}"; ${hint}`);
}

async function makeEnvironment(
  folder: string,
  purpose: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const python = await findProgram("python3", ["-c", "import ensurepip, venv"], env);
  if ("reason" in python) {
    const fix = python.reason === "not there"
      ? "install Python 3.10 or newer (Debian, Ubuntu: apt-get install python3 python3-venv)"
      : "Debian and Ubuntu ship it apart: apt-get install python3-venv";
    throw new PythonUnavailableError(
      `Cannot make a Python for ${purpose}: need python3 with its venv module on the PATH, it is ${python.reason}; ${fix}`,
    );
  }
  await run(python.path, ["-m", "venv", "--clear", folder], purpose);
}

async function install(python: string, requirements: string, purpose: string): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".txt" });
  try {
    await Deno.writeTextFile(file, requirements);
    await run(python, ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "-r", file], purpose);
  } finally {
    await Deno.remove(file);
  }
}

async function run(bin: string, args: readonly string[], purpose: string): Promise<void> {
  const { ok, output } = await runProgram(bin, args, { timeoutMs: INSTALL_MS });
  if (!ok) throw new PythonUnavailableError(`Cannot install Python packages for ${purpose}: ${output}`);
}
