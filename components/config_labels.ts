/** Configurations in words. */
import type { ConfigVersion } from "../src/db/config/config_versions.ts";
import { type ConfigChange, configChanges, type Place, valueText } from "../src/config/settings.ts";

/** Names the models that a value is for. */
export const forWhom = (model: string | null): string => model ?? "every model";

/** A value in words; a model that says nothing goes by what holds for every one. */
export const valueLabel = (value: unknown): string =>
  value === undefined ? "as every model" : valueText(value) || "empty";

/** A change, however it came here. */
export interface LabelledChange {
  name: string;
  model: string | null;
  before?: unknown;
  after?: unknown;
}

/** "seed 1 to 3; gate of churn as every model to threshold" */
export const changesText = (changes: readonly LabelledChange[]): string =>
  changes.map(({ name, model, before, after }) =>
    `${name}${model === null ? "" : ` of ${model}`}: ${valueLabel(before)} to ${valueLabel(after)}`
  ).join("; ");

const key = ({ name, model }: Place) => `${model ?? ""}/${name}`;

/** When each value was last changed, and by whom. */
export interface LastChanges {
  of(place: Place): ConfigVersion | undefined;
}

/** Reads through all versions. @param versions newest first   @param defaults what held before the first */
export function lastChanges(versions: readonly ConfigVersion[], defaults: ConfigVersion): LastChanges {
  const lastChange = new Map<string, ConfigVersion>();
  for (const { version, changes } of steps(versions, defaults)) {
    for (const change of changes) if (!lastChange.has(key(change))) lastChange.set(key(change), version);
  }
  return { of: (place) => lastChange.get(key(place)) };
}

/** Each version with what it changed, newest first. The oldest in reach has no predecessor, unless it is the first. */
export function steps(
  versions: readonly ConfigVersion[],
  defaults: ConfigVersion,
): { version: ConfigVersion; changes: ConfigChange[] }[] {
  return versions.map((version, i) => {
    const before = versions[i + 1] ?? (version.version === 1 ? defaults : version);
    return { version, changes: configChanges(before.config, version.config) };
  });
}
