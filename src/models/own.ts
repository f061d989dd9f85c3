import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../core/errors.ts";
import { isModel } from "./mod.ts";
import type { ModelDefinition } from "./model.ts";

/** A file in the operator's folder: the model that it defines, or why it is left out. */
export interface OwnModelFile {
  file: string;
  model?: ModelDefinition;
  fault?: string;
}

/**
 * Reads the models in an operator's folder: a file each, whose default export comes from `defineModel()`. A file that
 * cannot be used is named and left out, so that the rest starts.
 * @param taken names that others have
 * @throws {RangeError} there is no such folder
 */
export async function loadOwnModels(folder: string, taken: Iterable<string> = []): Promise<OwnModelFile[]> {
  const names = new Set(taken);
  const own: OwnModelFile[] = [];
  for (const file of await modelFiles(folder)) {
    try {
      const model = await readModel(join(folder, file));
      if (names.has(model.name)) throw new RangeError(`another file defines a model "${model.name}"`);
      names.add(model.name);
      own.push({ file, model });
    } catch (error) {
      own.push({ file, fault: messageOf(error) });
    }
  }
  return own;
}

/** Lists the code in an operator's folder, in order. */
export async function modelFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && /\.(ts|js|mjs)$/.test(name) && !/[_.]test\.|\.d\.ts$/.test(name)) files.push(name);
    }
  } catch (error) {
    throw new RangeError(`Cannot read the folder of models "${folder}": ${messageOf(error)}`);
  }
  return files.sort();
}

async function readModel(path: string): Promise<ModelDefinition> {
  const { default: definition } = await import(pathToFileURL(path).href);
  if (isModel(definition)) return definition;
  throw new RangeError("its default export is no model; make one with defineModel()");
}
