import type { ModelDefinition } from "./model.ts";

/**
 * Every model found in a folder: each `.ts` file whose default export is a model definition is one.
 * @param dir the folder; this one unless told
 * @returns by name, in alphabetical order   @throws {RangeError} two files define the same name
 */
export async function loadModels(
  dir: URL = new URL("./", import.meta.url),
): Promise<ReadonlyMap<string, ModelDefinition>> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(dir)) {
    if (entry.isFile && entry.name.endsWith(".ts")) files.push(entry.name);
  }
  const models: ModelDefinition[] = [];
  for (const file of files.sort()) {
    const definition = (await import(new URL(file, dir).href)).default;
    if (isModel(definition)) models.push(definition);
  }
  models.sort((a, b) => a.name < b.name ? -1 : 1);
  const twice = models.find((m, i) => models[i + 1]?.name === m.name);
  if (twice) throw new RangeError(`Cannot load models: two files define "${twice.name}"`);
  return new Map(models.map((m) => [m.name, m]));
}

/** Whether a default export is a definition of a model. */
export function isModel(value: unknown): value is ModelDefinition {
  const model = value as Partial<ModelDefinition> | undefined;
  return typeof model?.name === "string" && typeof model.label === "function" &&
    Array.isArray(model.candidates);
}
