import type { ComponentChildren } from "preact";
import type { RetrainingConfig } from "../../../src/config/retraining.ts";
import { type Setting, SETTING_GROUPS, valueAt, valueText } from "../../../src/config/settings.ts";
import { forWhom, type LastChanges, valueLabel } from "../../../components/config_labels.ts";
import { StatusBadge, Time } from "../../../components/status_badge.tsx";

/** The fields written so far, and their problems. */
export interface Editing {
  /** null: for every model */
  model: string | null;
  /** by the names of settings; what is left out stands as it does in force */
  fields: Readonly<Record<string, string>>;
  problems: Readonly<Record<string, string>>;
  /** what files of the operator's add to the choices of a setting, by its name */
  own: Readonly<Record<string, readonly { name: string; means: string }[]>>;
}

/** Which settings are listed. */
export interface SettingsFilter {
  /** in the name or the description */
  text: string;
  /** only those that somebody changed */
  changed: boolean;
}

const includes = ({ text, changed }: SettingsFilter, setting: Setting, config: RetrainingConfig): boolean => {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const about = `${setting.name} ${setting.means}`.toLowerCase();
  const differs = valueLabel(config[setting.name]) !== valueLabel(setting.standard) ||
    ownValues(config, setting).length > 0;
  return words.every((word) => about.includes(word)) && (!changed || differs);
};

interface Props {
  config: RetrainingConfig;
  changed: LastChanges;
  /** left out: to be read only */
  editing?: Editing;
  /** left out: all */
  filter?: SettingsFilter;
  /** each has a column beside what holds for every model; left out: none has */
  models?: readonly string[];
}

/** More columns than these do not fit beside one another: then only models that differ have one. */
const COLUMNS_MAX = 3;

const columnsOf = (models: readonly string[], { models: own }: RetrainingConfig): readonly string[] =>
  models.length <= COLUMNS_MAX ? models : models.filter((model) => Object.keys(own[model] ?? {}).length > 0);

/** Every setting by group: what it means, what it is, what it may be, what it was, and who changed it. */
export function SettingsTables({ config, changed, editing, filter, models = [] }: Props) {
  const columns = columnsOf(models, config);
  const shown = (setting: Setting) =>
    (!editing || editing.model === null || setting.perModel) &&
    (!filter || includes(filter, setting, config));
  const groups = SETTING_GROUPS.map(({ name, settings }) => ({ name, settings: settings.filter(shown) }))
    .filter(({ settings }) => settings.length > 0);
  if (groups.length === 0) return <p class="notice">No setting matches.</p>;
  return (
    <>
      {groups.map(({ name, settings }, i) => (
        <section key={name} class="section" aria-labelledby={`group-${i}`}>
          <table class="records settings">
            <caption>
              <h2 id={`group-${i}`}>{name}</h2>
            </caption>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">{editing ? `Value for ${forWhom(editing.model)}` : "Every model"}</th>
                {columns.map((model) => <th key={model} scope="col">{model}</th>)}
                <th scope="col">Allowed</th>
                <th scope="col">Default</th>
                <th scope="col">Changed</th>
              </tr>
            </thead>
            <tbody>
              {settings.map((setting) => (
                <tr key={setting.name} data-problem={editing?.problems[setting.name] ? "" : undefined}>
                  <th scope="row">
                    {editing
                      ? (
                        <label for={setting.name}>
                          <code>{setting.name}</code>
                        </label>
                      )
                      : <code>{setting.name}</code>}
                    <small id={`${setting.name}-means`}>{setting.means}</small>
                  </th>
                  <td data-label={editing ? "Value" : "Every model"}>
                    {editing
                      ? <Field setting={setting} config={config} editing={editing} />
                      : <Value setting={setting} config={config} />}
                  </td>
                  {columns.map((model) => (
                    <td key={model} data-label={model}>
                      <OwnValue setting={setting} config={config} model={model} />
                    </td>
                  ))}
                  <td data-label="Allowed">
                    {setting.bounds}
                    {setting.optional ? ", or none" : ""} {setting.unit && <small>{setting.unit}</small>}
                  </td>
                  <td data-label="Default">{valueLabel(setting.standard)}</td>
                  <td data-label="Changed">
                    <Changed setting={setting} config={config} changed={changed} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </>
  );
}

/** Each model that says something of its own about a setting. */
const ownValues = ({ models }: RetrainingConfig, { name }: Setting) =>
  Object.keys(models).map((model) => ({
    model,
    value: valueAt({ models } as RetrainingConfig, { name, model }),
  }))
    .filter(({ value }) => value !== undefined);

function Value({ setting, config }: { setting: Setting; config: RetrainingConfig }) {
  const value = valueLabel(config[setting.name]);
  return value === valueLabel(setting.standard) ? value : <b>{value}</b>;
}

/** What holds for one model: its own value, or that of every model. */
function OwnValue({ setting, config, model }: { setting: Setting; config: RetrainingConfig; model: string }) {
  if (!setting.perModel) return <small>one for all</small>;
  const value = valueAt(config, { name: setting.name, model });
  return value === undefined ? <small>{valueLabel(config[setting.name])}</small> : <b>{valueLabel(value)}</b>;
}

function Changed({ setting: { name }, config, changed }: { setting: Setting } & Omit<Props, "editing">) {
  const places = [null, ...Object.keys(config.models)].map((model) => ({ name, model }));
  const changes = places.flatMap((place) => {
    const version = changed.of(place);
    return version ? [{ ...place, version }] : [];
  });
  if (changes.length === 0) return <small>never</small>;
  return (
    <>
      {changes.map(({ model, version: { version, by, at, why } }) => (
        <span key={model} class="own">
          {model && `${model}: `}
          <a href={`/configuration#version-${version}`}>version {version}</a>, {by}{" "}
          <small>
            <Time iso={at} as="day" />
            {why && `: ${why}`}
          </small>
        </span>
      ))}
    </>
  );
}

function Field(
  { setting, config, editing }: { setting: Setting; config: RetrainingConfig; editing: Editing },
) {
  const { name } = setting;
  const { model, fields, problems, own } = editing;
  const choices = [...setting.choices, ...(own[name] ?? []).map((choice) => choice.name)];
  const problem = problems[name];
  const value = fields[name] ?? valueText(valueAt(config, { name, model }));
  const everywhere = `as every model: ${valueLabel(config[name])}`;
  const common = {
    id: name,
    name: `set.${name}`,
    "aria-describedby": problem ? `${name}-problem` : `${name}-means`,
    "aria-invalid": problem ? ("true" as const) : undefined,
  };
  return (
    <>
      {choices.length > 0 && (choices.includes(value) || value === "")
        ? (
          <select {...common}>
            {model !== null && <option value="" selected={value === ""}>{everywhere}</option>}
            {choices.map((choice) => (
              <option key={choice} value={choice} selected={choice === value}>{choice}</option>
            ))}
          </select>
        )
        : (
          <input
            {...common}
            type="text"
            inputMode={setting.kind === "number" ? "decimal" : undefined}
            autocomplete="off"
            value={value}
            placeholder={model === null ? undefined : everywhere}
          />
        )}
      {problem && <FieldProblem id={`${name}-problem`}>{problem}</FieldProblem>}
    </>
  );
}

/** Shows the problem of one field, below it. */
export function FieldProblem({ id, children }: { id: string; children: ComponentChildren }) {
  return (
    <small id={id} class="field-problem">
      <StatusBadge badge={{ glyph: "watch", tone: "watch", word: "" }}>{children}</StatusBadge>
    </small>
  );
}
