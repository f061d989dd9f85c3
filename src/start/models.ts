import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Extension, modelExtension } from "../app/extensions.ts";
import { askInThread } from "../app/own_models.ts";
import { type CodeFile, codeFiles } from "../core/code_folder.ts";
import { messageOf } from "../core/errors.ts";
import { SECOND_MS } from "../core/time.ts";
import { loadModels } from "../models/mod.ts";
import { defineModel, type ModelDefinition } from "../models/model.ts";
import { loadOwnModels } from "../models/own.ts";
import { OwnCode } from "../threads/own_code.ts";
import type { ServiceOptions } from "./options.ts";

/** A file is loaded, and its definition tried on invented shoppers, for so long. */
const TRIED_WITHIN_MS = 30_000;
const TRIAL = fileURLToPath(new URL("../models/own_trial.ts", import.meta.url));

/** The models of a service by name, and what is to be said of the operator's files. */
export interface DefinedModels {
  models: ReadonlyMap<string, ModelDefinition>;
  extensions: Extension[];
  /** ends the threads of the operator's files */
  close(): void;
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
  const files = folder === undefined ? [] : await loadTried(folder, all.keys());
  for (const { file, fault } of files) if (fault) log(leftOut("model", file, fault));
  for (const model of [...files.flatMap(({ value }) => value ?? []), ...ownModels.map(defineModel)]) {
    if (all.has(model.name)) {
      throw new RangeError(`Cannot start: two definitions of the model "${model.name}"`);
    }
    all.set(model.name, model);
  }
  const withinMs = config.PERENNIAL_EXTENSION_SECONDS * SECOND_MS;
  const ends = files.flatMap(({ file, value }) =>
    value ? [askInThread(join(folder!, file), value, { withinMs })] : []
  );
  return {
    models: new Map([...all].sort(([a], [b]) => a < b ? -1 : 1)),
    extensions: files.map(modelExtension),
    close: () => ends.forEach((end) => end()),
  };
}

/** Loads what a thread that can be ended has loaded before: a file that loops must not keep the service from starting. */
async function loadTried(folder: string, taken: Iterable<string>): Promise<CodeFile<ModelDefinition>[]> {
  const trial = new OwnCode(TRIAL, { rights: "speak", withinMs: TRIED_WITHIN_MS, pauseMs: 0 });
  const faults = new Map<string, string>();
  for (const file of await codeFiles(folder, "models")) {
    const address = pathToFileURL(join(folder, file)).href;
    await trial.ask({ call: "tryModel", args: [address], read: () => undefined })
      .catch((error) => faults.set(file, messageOf(error)));
  }
  trial.close();
  return await loadOwnModels(folder, { taken, faults });
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
