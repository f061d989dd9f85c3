import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { withDeadline } from "./deadline.ts";
import { messageOf } from "./errors.ts";

/** A file that waits for longer at its top level would keep the service from starting. */
const WITHIN_MS = 60_000;

/** A file of the operator's: what it defines, or why it is left out. */
export interface CodeFile<T> {
  file: string;
  value?: T;
  fault?: string;
}

/**
 * Reads what the files of an operator's folder define, each by its default export. A file that cannot be used is named and
 * left out, so that the rest starts.
 * @param options.what in the folder, for errors, as in "models"
 * @param options.accept takes a default export, or throws what is wrong with it
 * @param options.faults by file, of those that are known to be unusable
 * @param options.withinMs a file that has not loaded by then is left out
 * @throws {RangeError} the folder cannot be read
 */
export async function loadCode<T>(
  folder: string,
  { what, accept, withinMs = WITHIN_MS, faults = new Map() }: {
    what: string;
    accept: (exported: unknown) => T;
    withinMs?: number;
    faults?: ReadonlyMap<string, string>;
  },
): Promise<CodeFile<T>[]> {
  const files: CodeFile<T>[] = [];
  for (const file of await codeFiles(folder, what)) {
    const known = faults.get(file);
    if (known !== undefined) {
      files.push({ file, fault: known });
      continue;
    }
    try {
      const loading = import(pathToFileURL(join(folder, file)).href);
      const late = () => new Error(`it has not loaded within ${withinMs / 1000} s: what does it wait for?`);
      const { default: exported } = await withDeadline(loading, withinMs, late);
      files.push({ file, value: accept(exported) });
    } catch (error) {
      files.push({ file, fault: messageOf(error) });
    }
  }
  return files;
}

/** Lists the code in an operator's folder, in order. @throws {RangeError} it cannot be read */
export async function codeFiles(folder: string, what: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && /\.m?[jt]s$/.test(name) && !/[_.]test\.|\.d\.m?ts$/.test(name)) files.push(name);
    }
  } catch (error) {
    throw new RangeError(`Cannot read the folder of ${what} "${folder}": ${messageOf(error)}`);
  }
  return files.sort();
}
