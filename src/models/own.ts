import { type CodeFile, loadCode } from "../core/code_folder.ts";
import { isModel } from "./mod.ts";
import { defineModel, type ModelDefinition } from "./model.ts";

/**
 * Reads the models in an operator's folder: a file each, whose default export comes from `defineModel()`.
 * @param options.taken names that others have
 * @param options.faults by file, of those that are known to be unusable: these are not loaded
 * @throws {RangeError} there is no such folder
 */
export async function loadOwnModels(
  folder: string,
  { taken = [], faults }: { taken?: Iterable<string>; faults?: ReadonlyMap<string, string> } = {},
): Promise<CodeFile<ModelDefinition>[]> {
  const names = new Set(taken);
  return await loadCode(folder, {
    what: "models",
    faults,
    accept(model) {
      if (!isModel(model)) {
        throw new RangeError("its default export is no model; make one with defineModel()");
      }
      if (names.has(model.name)) throw new RangeError(`another file defines a model "${model.name}"`);
      const complete = defineModel(model); // a plain object is checked as well
      names.add(model.name);
      return complete;
    },
  });
}
