import { basename, join } from "node:path";
import { runProgram } from "../embedded/programs.ts";
import { cleanNotebook, lostOutputs, type Notebook } from "./clean.ts";

export interface ExecuteOptions {
  /** a Python with nbconvert and the kernel, from `pythonWithJupyter()` */
  python: string;
  /** environment of the kernel, from `jupyterEnvironment()` */
  env: Readonly<Record<string, string>>;
  /** folder that the executed notebook is written to, under its own name */
  into: string;
}

/** A cell of a notebook failed, or the notebook could not be run. */
export class NotebookFailedError extends Error {
  override name = "NotebookFailedError";
}

const CELL_SECONDS = 240;
const WHOLE_MS = 10 * 60_000;
/** The kernel may lose a message while the machine is busy: then everything is run again. */
const ATTEMPTS = 3;

/**
 * Runs a notebook from top to bottom in a kernel of its own, as nbclient does it; the first error of a cell ends it.
 * @returns the path of the executed notebook, without what differs from run to run
 * @throws {NotebookFailedError} with the cell that failed and what it said
 */
export async function executeNotebook(path: string, options: ExecuteOptions): Promise<string> {
  const written = join(options.into, basename(path));
  for (let attempt = 1;; attempt++) {
    const notebook = await executeOnce(path, options);
    const lost = lostOutputs(notebook);
    if (lost.length === 0) {
      await Deno.writeTextFile(written, JSON.stringify(cleanNotebook(notebook), null, 1) + "\n");
      return written;
    }
    if (attempt === ATTEMPTS) {
      throw new NotebookFailedError(
        `Cannot run notebook "${basename(path)}": the kernel lost outputs of its code cells ${
          lost.join(", ")
        }, ${ATTEMPTS} times`,
      );
    }
  }
}

async function executeOnce(path: string, { python, env }: ExecuteOptions): Promise<Notebook> {
  const draft = await Deno.makeTempDir({ prefix: "perennial-notebook-" });
  try {
    const args = [
      "-m",
      "nbconvert",
      "--to",
      "notebook",
      "--execute",
      "--log-level",
      "ERROR",
      "--output-dir",
      draft,
      `--ExecutePreprocessor.timeout=${CELL_SECONDS}`,
      "--ExecutePreprocessor.record_timing=False",
      path,
    ];
    const { ok, output } = await runProgram(python, args, {
      timeoutMs: WHOLE_MS,
      env: { ...env },
      clearEnv: true,
    });
    if (!ok) throw new NotebookFailedError(`Cannot run notebook "${basename(path)}":\n${lastPart(output)}`);
    return JSON.parse(await Deno.readTextFile(join(draft, basename(path))));
  } finally {
    await Deno.remove(draft, { recursive: true });
  }
}

const SHOWN = 6000; // characters

/** nbconvert tells its own stack first, and the cell last. */
const lastPart = (output: string) => {
  const start = output.indexOf("An error occurred while executing the following cell");
  return (start >= 0 ? output.slice(start) : output.slice(-SHOWN)).slice(0, SHOWN);
};
