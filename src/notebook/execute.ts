import { basename, join } from "node:path";
import { runProgram } from "../embedded/programs.ts";
import { cleanNotebook } from "./clean.ts";

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

const CELL_SECONDS = 240, WHOLE_MS = 10 * 60_000;

/**
 * Runs a notebook from top to bottom in a kernel of its own, as nbclient does it; the first error of a cell ends it.
 * @returns the path of the executed notebook, without what differs from run to run
 * @throws {NotebookFailedError} with the cell that failed and what it said
 */
export async function executeNotebook(path: string, { python, env, into }: ExecuteOptions): Promise<string> {
  const args = [
    ...["-m", "nbconvert", "--to", "notebook", "--execute", "--log-level", "ERROR", "--output-dir", into],
    ...[`--ExecutePreprocessor.timeout=${CELL_SECONDS}`, "--ExecutePreprocessor.record_timing=False", path],
  ];
  const { ok, output } = await runProgram(python, args, {
    timeoutMs: WHOLE_MS,
    env: { ...env },
    clearEnv: true,
  });
  if (!ok) throw new NotebookFailedError(`Cannot run notebook "${basename(path)}":\n${lastPart(output)}`);
  const written = join(into, basename(path));
  await Deno.writeTextFile(written, cleanNotebook(await Deno.readTextFile(written)));
  return written;
}

const SHOWN = 6000; // characters

/** nbconvert tells its own stack first, and the cell last. */
const lastPart = (output: string) => {
  const at = output.indexOf("An error occurred while executing the following cell");
  return (at >= 0 ? output.slice(at) : output.slice(-SHOWN)).slice(0, SHOWN);
};
