/** docs/settings.md, from the settings as they are declared. */
import { type Setting, SETTING_GROUPS, valueText } from "../../src/config/settings.ts";

const HEAD = `# Settings

Written from the settings as they are declared, by \`deno task docs:settings\`. Under _Configuration_ they are
changed and tried on history first; \`perennial config set NAME=VALUE\` does the same, and with \`--model NAME\`
for one model where the last column says so. Each change stands in the audit and can be restored.
`;

/** A text in a cell of a table. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/([<>])/g, "\\$1");

function row({ name, means, unit, bounds, optional, standard, perModel }: Setting): string {
  const allowed = [`${bounds}${optional ? ", or none" : ""}`, ...unit ? [unit] : []].join("; ");
  const value = valueText(standard);
  const cells = [
    `\`${name}\``,
    cell(means),
    cell(allowed),
    value === "" ? "" : `\`${value}\``,
    perModel ? "yes" : "",
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Returns the whole page, not formatted. */
export const settingsPage = (): string =>
  [
    HEAD,
    ...SETTING_GROUPS.flatMap(({ name, settings }) => [
      `## ${name}\n`,
      "| Setting | Meaning | Allowed | Default | Per model |",
      "| --- | --- | --- | --- | --- |",
      ...settings.map(row),
      "",
    ]),
  ].join("\n");
