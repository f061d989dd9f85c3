import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "./errors.ts";

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
 * @throws {RangeError} the folder cannot be read
 */
export async function loadCode<T>(
  folder: string,
  { what, accept }: { what: string; accept: (exported: unknown) => T },
): Promise<CodeFile<T>[]> {
  const files: CodeFile<T>[] = [];
  for (const file of await codeFiles(folder, what)) {
    try {
      const { default: exported } = await import(pathToFileURL(join(folder, file)).href);
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
      if (!isDirectory && /\.(ts|js|mjs)$/.test(name) && !/[_.]test\.|\.d\.ts$/.test(name)) files.push(name);
    }
  } catch (error) {
    throw new RangeError(`Cannot read the folder of ${what} "${folder}": ${messageOf(error)}`);
  }
  return files.sort();
}
