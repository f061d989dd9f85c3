import { readFile, writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseRates, type Rates, ratesText } from "../core/currency.ts";
import { InvalidInputError, messageOf } from "../core/errors.ts";
import { type ImportPlan, parsePlan, PLAN_FIELDS, type PlanField } from "../events/plan.ts";
import { completePlan, PRESETS } from "../events/presets.ts";

/** Options that say how a file is read. */
export interface PlanFlags {
  preset?: string;
  map?: Record<string, string>;
  types?: Record<string, string>;
  type?: string;
  timeFormat?: string;
  zone?: string;
  decimal?: "." | ",";
  delimiter?: string;
  encoding?: string;
  idFrom?: string[];
  returns?: "negative";
  fillDown?: NonNullable<ImportPlan["fillDown"]>;
  explode?: string;
  currency?: string;
  rates?: Rates;
  plan?: string;
}

/** Adds the options of a plan to a command. */
export function planning(command: Command): Command {
  return command
    .option(
      "--preset <name>",
      `the export of a well-known shop or tracker: ${Object.keys(PRESETS).join(", ")}`,
      presetName,
    )
    .option(
      "--map <field=column,...>",
      "where fields come from: a column, first|else, date+time, :constant, - for none, list[].key",
      pairs({ check: isMapped, equals: "indexOf" }),
    )
    .option(
      "--types <word=type,...>",
      "what the file's words for types mean",
      pairs({ equals: "lastIndexOf" }),
    )
    .option("--type <type>", "the type of every line, for files of orders")
    .option("--time-format <format>", "s, ms, us, ns, excel, dmy, mdy or a pattern such as dd/MM/yyyy HH:mm")
    .option("--zone <name>", "of times that do not say theirs, as in Europe/Berlin; left out: UTC")
    .addOption(new Option("--decimal <mark>", "the decimal mark of numbers").choices([".", ","]))
    .option("--delimiter <character>", "between columns; also: tab, blank", delimiter)
    .option("--encoding <name>", "of the text, as in windows-1252")
    .option("--id-from <columns>", "columns that together name an event", list)
    .addOption(
      new Option("--returns <how>", "negative: a purchase of a negative quantity is a return").choices([
        "negative",
      ]),
    )
    .option(
      "--fill-down <key:columns>",
      "columns that only an order's first line holds, as in session:user,time",
      fillDown,
    )
    .option("--explode <list>", "the list of an order's lines within one record, as in items")
    .option("--currency <code>", "the shop's own; left out: the setting's, else the file's most frequent one")
    .option(
      "--rates <code=rate,...>",
      "what one unit of other currencies is worth, from a day on with CODE@DAY; others are quarantined",
      rates,
    )
    .option("--plan <file>", "JSON file with all of these; given others too, it is written");
}

/**
 * Makes the plan of a command's options. A plan file is read first; what was said beside it counts, and is written to it.
 * @throws {InvalidInputError} the file cannot be read, or is no plan
 */
export async function planOf(
  { plan: file, ...flags }: PlanFlags,
  say: (text: string) => void,
): Promise<ImportPlan> {
  const said: Record<string, unknown> = {};
  for (const name of PLAN_FLAGS) if (flags[name] !== undefined) said[name] = flags[name];
  if (file === undefined) return parsePlan(said);
  const saved = await savedPlan(file, Object.keys(said).length > 0);
  const plan = parsePlan({
    ...saved,
    ...said,
    ...merged("map", saved.map, flags.map),
    ...merged("types", saved.types, flags.types),
  });
  if (Object.keys(said).length > 0) {
    await writeFile(file, JSON.stringify(plan, null, 2) + "\n");
    say(`Plan written: ${file}`);
  }
  return plan;
}

const PLAN_FLAGS = [
  "preset",
  "map",
  "types",
  "type",
  "timeFormat",
  "zone",
  "decimal",
  "delimiter",
  "encoding",
  "idFrom",
  "returns",
  "fillDown",
  "explode",
  "currency",
  "rates",
] as const;

const merged = (name: string, saved: object | undefined, said: object | undefined) =>
  saved || said ? { [name]: { ...saved, ...said } } : {};

async function savedPlan(file: string, mayBeNew: boolean): Promise<ImportPlan> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (mayBeNew && (error as { code?: string }).code === "ENOENT") return {};
    throw new InvalidInputError(`Cannot read the plan "${file}": ${messageOf(error)}`, "plan");
  }
  try {
    return parsePlan(JSON.parse(text));
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(`Cannot read the plan "${file}": it is not JSON`, "plan");
  }
}

/** Parts the options of a plan from those of the command. */
export function withoutPlan<T extends PlanFlags>(flags: T): Omit<T, keyof PlanFlags> {
  const others: Partial<T> = { ...flags };
  for (const name of [...PLAN_FLAGS, "plan"] as const) delete others[name];
  return others as Omit<T, keyof PlanFlags>;
}

/** The options that repeat a plan on a command line. */
export function planArguments(plan: ImportPlan): string[] {
  const words: string[] = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) words.push(`--${name}`, quoted(value));
  };
  const joined = (values: Readonly<Record<string, string>> | undefined) =>
    values && Object.entries(values).map(([from, to]) => `${from}=${to}`).join(",");
  add("preset", plan.preset);
  add("map", joined(plan.map as Record<string, string> | undefined));
  add("types", joined(plan.types));
  add("type", plan.type);
  add("time-format", plan.timeFormat);
  add("zone", plan.zone);
  add("decimal", plan.decimal);
  add("delimiter", plan.delimiter === "\t" ? "tab" : plan.delimiter === " " ? "blank" : plan.delimiter);
  add("encoding", plan.encoding);
  add("id-from", plan.idFrom?.join(","));
  add("returns", plan.returns);
  add("fill-down", plan.fillDown && `${plan.fillDown.by}:${plan.fillDown.columns.join(",")}`);
  add("explode", plan.explode);
  add("currency", plan.currency);
  add("rates", plan.rates && ratesText(plan.rates));
  return words;
}

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function presetName(name: string): string {
  try {
    completePlan({ preset: name });
    return name;
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}

function isMapped(field: string): void {
  if (PLAN_FIELDS.includes(field as PlanField)) return;
  throw new InvalidArgumentError(`There is no field "${field}": there are ${PLAN_FIELDS.join(", ")}.`);
}

interface PairRules {
  /** @throws the name is none */
  readonly check?: (name: string) => void;
  /** which of several `=` of a pair divides it */
  readonly equals: "indexOf" | "lastIndexOf";
}

/** Reads `a=b,c=d`; a comma within a value stands before no further `=`. Given again, it adds. */
const pairs = ({ check, equals }: PairRules) => (text: string, before: Record<string, string> = {}) => {
  const found: Record<string, string> = { ...before };
  for (const pair of text.split(/,(?=[^,=]+=)/)) {
    const at = pair[equals]("=");
    if (at < 1 || at === pair.length - 1) {
      throw new InvalidArgumentError(`Need name=value pairs, not "${pair}".`);
    }
    const name = pair.slice(0, at).trim();
    check?.(name);
    found[name] = pair.slice(at + 1).trim();
  }
  return found;
};

const list = (text: string) => text.split(",").map((name) => name.trim()).filter((name) => name !== "");

const DELIMITER_WORDS: Readonly<Record<string, string>> = {
  tab: "\t",
  "\\t": "\t",
  blank: " ",
  space: " ",
  comma: ",",
  semicolon: ";",
  pipe: "|",
};

function delimiter(text: string): string {
  const found = DELIMITER_WORDS[text.toLowerCase()] ?? text;
  if (found.length === 1) return found;
  throw new InvalidArgumentError("Need one character, tab or blank.");
}

function rates(text: string): Rates {
  try {
    return parseRates(text);
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}

function fillDown(text: string): NonNullable<ImportPlan["fillDown"]> {
  const at = text.indexOf(":");
  const columns = list(text.slice(at + 1));
  if (at < 1 || columns.length === 0) {
    throw new InvalidArgumentError("Need key:columns, as in session:user,time.");
  }
  return { by: text.slice(0, at).trim(), columns };
}
