import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Extension, modelExtension } from "../app/extensions.ts";
import { codeFiles } from "../core/code_folder.ts";
import { loadModels } from "../models/mod.ts";
import { defineModel, type ModelDefinition } from "../models/model.ts";
import { loadOwnModels } from "../models/own.ts";
import type { ServiceOptions } from "./options.ts";

/** The models of a service by name, and what is to be said of the operator's files. */
export interface DefinedModels {
  models: ReadonlyMap<string, ModelDefinition>;
  extensions: Extension[];
}

/**
 * Returns the models that Perennial brings, those of the operator's folder, and those that the program which embeds the
 * service gives. A file of the operator's that cannot be used is named in the log and left out.
 * @throws {RangeError} two have the same name, or the folder cannot be read
 */
export async function definedModels(
  { config, modelsFolder, ownModels = [], log }: Pick<
    ServiceOptions,
    "config" | "modelsFolder" | "ownModels" | "log"
  >,
): Promise<DefinedModels> {
  const all = new Map(await loadModels(modelsFolder));
  const folder = config.PERENNIAL_MODELS;
  const files = folder === undefined ? [] : await loadOwnModels(folder, all.keys());
  for (const { file, fault } of files) if (fault) log(leftOut("model", file, fault));
  for (const model of [...files.flatMap(({ value }) => value ?? []), ...ownModels.map(defineModel)]) {
    if (all.has(model.name)) {
      throw new RangeError(`Cannot start: two definitions of the model "${model.name}"`);
    }
    all.set(model.name, model);
  }
  return {
    models: new Map([...all].sort(([a], [b]) => a < b ? -1 : 1)),
    extensions: files.map(modelExtension),
  };
}

/** Says that a file of the operator's is not in use. */
export const leftOut = (what: string, file: string, fault: string): string =>
  `Cannot use the ${what} file "${file}", which is left out: ${fault}`;

/**
 * Lists the operator's files that decide, trained models beside their definitions among them: a change of them is another
 * code version.
 */
export async function ownSources(
  { config: { PERENNIAL_MODELS: folder }, deciding = [] }: Pick<ServiceOptions, "config"> & {
    deciding?: readonly string[];
  },
): Promise<string[]> {
  if (folder === undefined) return [...deciding];
  const models = await codeFiles(folder, "models");
  const trained = (await readdir(folder)).filter((name) => name.endsWith(".onnx")).sort();
  const files = [...models, ...trained];
  return [...files.map((file) => join(folder, file)), ...deciding];
}
