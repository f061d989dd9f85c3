/** Reads a form about settings into a configuration, or says what is wrong with which field. */
import { type ModelConfig, RetrainingConfig } from "./retraining.ts";
import { ALL_SETTINGS, readValue, type Setting, valueAt, valueText } from "./settings.ts";

/** The fields as they were written, by the names of settings. A setting that is left out stays. */
export interface Written {
  /** null: for every model that does not differ */
  model: string | null;
  fields: Readonly<Record<string, string>>;
}

export type ReadConfig =
  | { config: RetrainingConfig; problems: null }
  /** by the names of settings */
  | { config: null; problems: Record<string, string> };

/** The settings that may be written for a model, or for all. */
export const settingsFor = (model: string | null): readonly Setting[] =>
  model === null ? ALL_SETTINGS : ALL_SETTINGS.filter((s) => s.perModel);

/** A configuration with what a person wrote. For one model an empty field means: as every model. */
export function readConfig(base: RetrainingConfig, { model, fields }: Written): ReadConfig {
  const written = settingsFor(model).filter(({ name }) => fields[name] !== undefined);
  const read = Object.fromEntries(
    written.filter(({ name }) => model === null || fields[name].trim() !== "")
      .map((setting) => [setting.name, readValue(setting, fields[setting.name])]),
  );
  const result = RetrainingConfig.safeParse(
    model === null ? { ...base, ...read } : { ...base, models: withModel(base, model, written, read) },
  );
  if (result.success) return { config: result.data, problems: null };
  const problems = result.error.issues.map(({ path }) => {
    const setting = ALL_SETTINGS.find(({ name }) => path.includes(name))!;
    return [setting.name, problemWith(setting, fields[setting.name] ?? "")] as const;
  });
  return { config: null, problems: Object.fromEntries(problems) };
}

function withModel(
  { models }: RetrainingConfig,
  model: string,
  written: readonly Setting[],
  read: Record<string, unknown>,
): Record<string, unknown> {
  const own: Record<string, unknown> = { ...models[model] };
  for (const { name } of written) delete own[name as keyof ModelConfig];
  Object.assign(own, read);
  const { [model]: _, ...others } = models;
  return Object.keys(own).length === 0 ? others : { ...models, [model]: own };
}

function problemWith({ bounds, optional, unit }: Setting, text: string): string {
  const allowed = `${bounds}${optional ? ", or none" : ""}${unit ? ` (${unit})` : ""}`;
  return `Needs ${allowed}, not "${text.trim()}"`;
}

/** Returns the fields that differ from a configuration: all that has to be carried on. */
export function changedFields(base: RetrainingConfig, { model, fields }: Written): Record<string, string> {
  const differs = ({ name }: Setting) =>
    fields[name] !== undefined && fields[name].trim() !== valueText(valueAt(base, { name, model }));
  return Object.fromEntries(
    settingsFor(model).filter(differs).map(({ name }) => [name, fields[name].trim()]),
  );
}

/** Reads lines such as `seed=3` or `churn.gate=threshold`. */
export function readLines(base: RetrainingConfig, text: string, models: readonly string[]): ReadConfig {
  let config = base;
  const problems: Record<string, string> = {};
  for (const line of text.split(/[\n\s]+(?=\S+=)/).map((part) => part.trim()).filter(Boolean)) {
    const [, model = null, name, value] = /^(?:([a-z][a-z0-9-]*)\.)?(\w+)\s*=(.*)$/s.exec(line) ?? [];
    const known = name !== undefined && settingsFor(model).some((s) => s.name === name);
    if (!known || (model !== null && !models.includes(model))) {
      problems[line] = `"${line}" names no setting; write name=value, or model.name=value`;
      continue;
    }
    const read = readConfig(config, { model, fields: { [name]: value } });
    if (read.config) config = read.config;
    else problems[line] = `${name}: ${read.problems[name]}`;
  }
  return Object.keys(problems).length > 0 ? { config: null, problems } : { config, problems: null };
}
