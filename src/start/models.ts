import { join } from "node:path";
import { loadModels } from "../models/mod.ts";
import type { ModelDefinition } from "../models/model.ts";
import { loadOwnModels, modelFiles } from "../models/own.ts";
import type { ServiceOptions } from "./options.ts";

/**
 * Returns the models of a service by name: those that Perennial brings, those of the operator's folder, and those that
 * the program which embeds it gives. A file of the operator's that cannot be used is named in the log and left out.
 * @throws {RangeError} two have the same name, or the folder cannot be read
 */
export async function definedModels(
  { config, modelsFolder, ownModels = [], log }: ServiceOptions,
): Promise<ReadonlyMap<string, ModelDefinition>> {
  const all = new Map(await loadModels(modelsFolder));
  const folder = config.PERENNIAL_MODELS;
  const own = folder === undefined ? { models: [], faults: [] } : await loadOwnModels(folder, all.keys());
  for (const fault of own.faults) log(fault);
  for (const model of [...own.models, ...ownModels]) {
    if (all.has(model.name)) {
      throw new RangeError(`Cannot start: two definitions of the model "${model.name}"`);
    }
    all.set(model.name, model);
  }
  return new Map([...all].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Lists the operator's files that decide: a change of them is another code version. */
export async function ownSources(
  { config: { PERENNIAL_MODELS: folder } }: Pick<ServiceOptions, "config">,
): Promise<string[]> {
  return folder === undefined ? [] : (await modelFiles(folder)).map((file) => join(folder, file));
}
