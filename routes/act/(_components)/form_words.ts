/** Words of the options that a person may set, with what stands in the field. */
export const OPTIONS: readonly (readonly [name: string, label: string, example: string])[] = [
  ["types", "Words for types", "Kauf=purchase, Korb=cart"],
  ["type", "Type of every line", "purchase"],
  ["timeFormat", "Time format", "dmy"],
  ["zone", "Zone of times", "Europe/Berlin"],
  ["decimal", "Decimal mark", ","],
  ["delimiter", "Delimiter", "tab"],
  ["encoding", "Encoding", "windows-1252"],
  ["currency", "Currency", "EUR"],
  ["rates", "Rates of others", "USD=0.92"],
  ["returns", "Returns", "negative"],
];
export const PRESET = "Export of";

const LABELS = new Map([
  ["preset", PRESET],
  ...OPTIONS.map(([name, label]) =>
    [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), label] as const
  ),
]);

/** A message for the command line as it reads beside the form: its options by the names of their fields. */
export const inForm = (text: string): string =>
  text.replace(/--map (\w+)=/g, 'column "$1": ').replace(/--([a-z-]+)/g, (option, name) => {
    const label = LABELS.get(name);
    return label === undefined ? option : `"${label}"`;
  });
