import { InvalidInputError } from "../core/errors.ts";
import { parseLooseJson } from "../core/exact_json.ts";
import { anyText } from "../core/text.ts";
import { type Column, ColumnSurvey } from "./column_survey.ts";
import { FIELD_NAMES, FILE_NAMES } from "./field_names.ts";
import { isNullWord } from "./null_words.ts";
import { columnIndex, divideAtList, type Read, type RecordData, squeeze, valueAt } from "./path.ts";
import { type ImportPlan, PLAN_FIELDS, type PlanField } from "./plan.ts";
import { shownValue } from "./refusal.ts";

/** The list that a record is divided by, and one of its items. */
export interface Item {
  readonly list: string;
  readonly value: unknown;
  readonly nth: number;
  readonly of: number;
}

const KINDS: Partial<Record<PlanField, ColumnSurvey["kind"]>> = {
  price: "number",
  quantity: "number",
  amount: "number",
  fields: "number",
  refunds: "number",
  time: "time",
  currency: "count",
};

/** Where a field comes from. */
export type Source =
  | { readonly kind: "columns"; readonly columns: readonly Column[] }
  | { readonly kind: "constant"; readonly value: string }
  | { readonly kind: "none" };

/** Columns that could carry a field, best name first, and how their values go together. */
class Candidates {
  readonly columns: { column: Column; rank: number }[] = [];
  together = false;
  differ = false;

  constructor(readonly field: PlanField) {}

  add(column: Column, rank: number): void {
    this.columns.push({ column, rank });
    this.columns.sort((a, b) => a.rank - b.rank);
  }

  look(record: RecordData, item: Item | undefined): void {
    if (this.differ) return;
    let first: string | undefined;
    for (const { column } of this.columns) {
      const value = column.read(record, item);
      if (value === undefined || value === null || value === "") continue;
      const text = anyText(value).trim();
      if (first === undefined) first = text;
      else {
        this.together = true;
        if (text !== first) this.differ = true;
      }
    }
  }
}

/** The columns of a file as its plan, or their names, mean them. */
export class Columns {
  readonly #byPath = new Map<string, Column | undefined>();
  readonly #columns: Column[] = [];
  /** fields that more than one column could carry */
  readonly #rivals: Candidates[] = [];
  readonly #given = new Map<PlanField, Source>();
  readonly #candidates = new Map<PlanField, Candidates>();
  readonly #seen = new Set<string>();
  readonly #unread = new Set<string>();
  /** records seen, and whether one of them holds a list that it is divided by */
  #records = 0;
  #holdsList = false;
  /** the first key that holds a list of objects: the events may lie within */
  #nested: string | undefined;
  readonly lists: string[] = [];
  readonly #listReaders = new Map<string, Read>();
  names: readonly string[] | undefined;

  /** @param own the part of the plan that was said, not the preset's */
  constructor(readonly plan: ImportPlan, readonly own: ImportPlan, readonly file: string) {
    if (plan.explode) this.lists.push(plan.explode.replace(/\[\]$/, ""));
  }

  /** Starts with the columns of a table. @throws {InvalidInputError} a column that the plan names is not there */
  start(names: readonly string[]): void {
    this.names = names;
    this.#mapGiven();
    names.forEach((name) => this.#propose(name, name));
  }

  /** Starts with records of any keys. */
  startOpen(): void {
    this.#mapGiven();
  }

  /** Of columns that could be read, those that may carry something; the others are known to be left. */
  wanted(names: readonly string[]): string[] {
    const { map = {}, idFrom = [], refuse = [], explode } = this.plan;
    const paths = [...Object.values(map).flatMap((expression) => expression.split("|")), ...idFrom];
    paths.push(...refuse.map(({ column }) => column), explode ?? "");
    const roots = new Set(
      paths.flatMap((path) => path.split("+").map((part) => part.trim().split(/[.[]/)[0])),
    );
    for (const name of names) if (this.#seen.size < 1000) this.#unread.add(name);
    return names.filter((name) => roots.has(name) || BY_NAME.has(squeeze(name)));
  }

  /** The items that a record is divided into; none: it stays whole. */
  itemsOf(record: RecordData): Item[] {
    for (const list of this.lists) {
      const values = listOf(this.#listReader(list)(record, undefined));
      if (values !== undefined) this.#holdsList = true;
      if (values === undefined || values.length === 0) continue;
      return values.map((value, nth) => ({ list, value, nth, of: values.length }));
    }
    return [];
  }

  /** A value that stands where a list of a record's lines should; undefined: there is none. */
  notListed(record: RecordData): { list: string; value: unknown } | undefined {
    for (const list of this.lists) {
      const value = this.#listReader(list)(record, undefined);
      if (value === undefined || value === null || listOf(value) !== undefined) continue;
      if (typeof value !== "string" || !(value.trim() === "" || isNullWord(value))) return { list, value };
    }
  }

  #listReader(list: string): Read {
    const known = this.#listReaders.get(list);
    if (known) return known;
    const read = this.#reader(list) ?? (() => undefined);
    this.#listReaders.set(list, read);
    return read;
  }

  /** Learns from one more record. */
  look(record: RecordData): void {
    this.#records += 1;
    const items = this.lists.length > 0 ? this.itemsOf(record) : [];
    if (this.names === undefined) this.#discover(record, items);
    else this.#discoverItem(items);
    if (items.length === 0) this.#lookAt(record, undefined);
    for (const item of items) this.#lookAt(record, item);
  }

  #lookAt(record: RecordData, item: Item | undefined): void {
    for (const { survey, read } of this.#columns) survey.add(read(record, item));
    for (const candidates of this.#rivals) candidates.look(record, item);
  }

  /** The sources of all fields. @throws {InvalidInputError} a needed one is missing, or several columns could be it */
  choose(): ReadonlyMap<PlanField, Source> {
    const sources = new Map<PlanField, Source>();
    for (const field of PLAN_FIELDS) {
      const given = this.#given.get(field);
      if (given && !this.#isEmpty(given)) sources.set(field, given);
      else {
        if (given?.kind === "columns" && this.own.map?.[field]) {
          throw this.#noSuchColumn(field, this.own.map[field]);
        }
        const mayBeNone = this.plan.map?.[field]?.endsWith("|-") ?? false;
        const candidates = mayBeNone ? undefined : this.#candidates.get(field);
        if (candidates) sources.set(field, { kind: "columns", columns: chosen(candidates, this.file) });
      }
    }
    this.#check(sources);
    this.#checkOwn(sources);
    return sources;
  }

  /** The names of all columns, or of the keys seen. */
  get all(): string[] {
    return [...this.names ?? new Set([...this.#unread, ...this.#seen])];
  }

  /** Columns that no field is taken from. */
  left(sources: ReadonlyMap<PlanField, Source>): string[] {
    const taken = new Set(
      [...sources.values()].flatMap((source) =>
        source.kind === "columns" ? source.columns.flatMap(({ path }) => [path, ...path.split("+")]) : []
      ),
    );
    const roots = new Set([...taken].map((path) => path.split(/[.[]/)[0]));
    return this.all.filter((name) => name !== "" && !taken.has(name) && !roots.has(name));
  }

  /** The column that a plan names, by its own name or that of its field. */
  named(name: string, sources: ReadonlyMap<PlanField, Source>): readonly Column[] {
    const source = sources.get(name as PlanField);
    if (source?.kind === "columns") return source.columns;
    const column = this.#column(name, "text");
    return column ? [column] : [];
  }

  #mapGiven(): void {
    for (const field of PLAN_FIELDS) {
      const expression = this.plan.map?.[field];
      if (field === "type" && this.plan.type !== undefined) {
        this.#given.set("type", { kind: "constant", value: this.plan.type });
      } else if (expression !== undefined) this.#given.set(field, this.#source(field, expression));
    }
  }

  #source(field: PlanField, expression: string): Source {
    if (expression === "-") return { kind: "none" };
    if (expression.startsWith(":")) return { kind: "constant", value: expression.slice(1) };
    const kind = KINDS[field] ?? "text";
    const paths = this.names?.includes(expression) ? [expression] : expression.replace(/\|-$/, "").split("|");
    const columns = paths.flatMap((path) =>
      (field === "refunds" ? this.#gathered(path.trim()) : undefined) ?? this.#column(path.trim(), kind) ?? []
    );
    const missing = this.names !== undefined && columns.length === 0 && this.own.map?.[field] !== undefined;
    if (missing) throw this.#noSuchColumn(field, expression);
    return { kind: "columns", columns };
  }

  #column(path: string, kind: ColumnSurvey["kind"]): Column | undefined {
    const key = `${kind} ${path}`;
    if (this.#byPath.has(key)) return this.#byPath.get(key);
    const read = this.#reader(path);
    const { list } = divideAtList(path);
    if (list !== undefined && !this.lists.includes(list)) this.lists.push(list);
    const column = read && { path: this.#ownName(path), list, read, survey: new ColumnSurvey(kind) };
    this.#byPath.set(key, column);
    if (column) this.#columns.push(column);
    return column;
  }

  /** Of a path through a list, the column of all its values: a record is not divided by it. */
  #gathered(path: string): Column | undefined {
    const { list, key } = divideAtList(path);
    if (list === undefined) return undefined;
    const read: Read = (record) => {
      const entries = valueAt(record, list);
      return Array.isArray(entries) ? entries.map((entry) => valueAt(entry, key)) : undefined;
    };
    const column = { path, list: undefined, read, survey: new ColumnSurvey("number") };
    this.#columns.push(column);
    return column;
  }

  #ownName(path: string): string {
    const at = this.names ? columnIndex(this.names, path) : -1;
    return at >= 0 ? this.names![at] : path;
  }

  #reader(path: string): Read | undefined {
    if (this.names) {
      const at = columnIndex(this.names, path);
      if (at >= 0) return readerAt(at);
    }
    if (path.includes("+") && !path.startsWith("+")) {
      const parts = path.split("+").map((part) => this.#reader(part.trim()));
      if (parts.some((part) => part === undefined)) return undefined;
      return (record, item) => parts.map((part) => anyText(part!(record, item) ?? "")).join(" ").trim();
    }
    const { list, key } = divideAtList(path);
    if (list !== undefined) {
      return (_record, item) => {
        const entry = item as Item | undefined;
        return entry?.list === list ? valueAt(entry.value, key) : undefined;
      };
    }
    if (this.names && !path.includes(".")) return undefined;
    return (record) => valueAt(record, path);
  }

  #discover(record: RecordData, items: readonly Item[]): void {
    for (const name in record) {
      if (this.#seen.has(name) || this.#seen.size >= 1000) continue;
      this.#seen.add(name);
      this.#propose(name, name);
      const value = record[name as keyof RecordData] as unknown;
      if (Array.isArray(value) && typeof value[0] === "object") this.#nested ??= name;
    }
    this.#discoverItem(items);
  }

  /** The keys of an order's lines, where the plan says which list holds them. */
  #discoverItem([first]: readonly Item[]): void {
    if (!first || !this.plan.explode) return;
    for (const name in first.value as Record<string, unknown>) {
      const path = `${first.list}[].${name}`;
      if (this.#seen.has(path)) continue;
      this.#seen.add(path);
      this.#propose(name, path);
    }
  }

  /** Takes a name for the field that it means, unless the plan says where that comes from. */
  #propose(name: string, path: string): void {
    if (name.length > 40) return;
    const found = BY_NAME.get(squeeze(name)) ?? BY_NAME.get(squeeze(name.replace(UNIT, "")));
    if (!found) return;
    const { field, rank } = found;
    const given = this.#given.get(field);
    if (this.names && given && !this.#isEmpty(given)) return;
    const column = this.#column(path, KINDS[field] ?? "text");
    if (!column) return;
    const candidates = this.#candidates.get(field) ?? new Candidates(field);
    this.#candidates.set(field, candidates);
    candidates.add(column, path === name ? rank : rank - 100);
    if (candidates.columns.length === 2) this.#rivals.push(candidates);
  }

  #isEmpty(source: Source): boolean {
    if (source.kind !== "columns") return false;
    return source.columns.length === 0 ||
      (this.names === undefined && source.columns.every(({ survey }) => survey.filled === 0));
  }

  #noSuchColumn(field: PlanField, expression: string): InvalidInputError {
    return this.#noSuch(`column "${expression}" for ${field}`, "map");
  }

  #noSuch(what: string, option: string): InvalidInputError {
    return new InvalidInputError(
      `Cannot import "${this.file}": there is no ${what}, have ${this.#have()}${this.#encodingCure()}`,
      option,
    );
  }

  #have(): string {
    return this.all.slice(0, 20).map((name) => `"${shownValue(name)}"`).join(", ") || "none";
  }

  #check(sources: ReadonlyMap<PlanField, Source>): void {
    const missing = (["type", "time"] as const).filter((field) =>
      (sources.get(field) ?? { kind: "none" }).kind === "none"
    );
    if (missing.length === 0) return;
    if (this.all.length === 0) {
      throw new InvalidInputError(`Cannot import "${this.file}": it holds no JSON objects`, "file");
    }
    const need = missing.map((field) =>
      `${field} (or ${FIELD_NAMES[field].filter((n) => n !== field).join(", ")})`
    );
    const cure = missing.map((field) =>
      field === "type" ? "--type purchase where each line is one, or --map type=COLUMN" : "--map time=COLUMN"
    );
    throw new InvalidInputError(
      `Cannot import "${this.file}": need a column ${need.join(" and ")}, have ${this.#have()}; say ${
        cure.join(" and ")
      }${this.#otherCure()}`,
      "file",
    );
  }

  /** @throws {InvalidInputError} an option names what the file does not have */
  #checkOwn(sources: ReadonlyMap<PlanField, Source>): void {
    const { idFrom = [], fillDown, explode } = this.own;
    const named = idFrom.map((name) => ["idFrom", "--id-from", name]);
    if (fillDown && this.names) {
      for (const name of [fillDown.by, ...fillDown.columns]) named.push(["fillDown", "--fill-down", name]);
    }
    for (const [field, option, name] of named) {
      const columns = this.named(name, sources);
      const isThere = columns.some(({ survey }) => this.names !== undefined || survey.filled > 0);
      if (!isThere) throw this.#noSuch(`column "${name}" for ${option}`, field);
    }
    if (explode !== undefined && this.#records > 0 && !this.#holdsList) {
      throw this.#noSuch(`list "${explode}" for --explode`, "explode");
    }
  }

  /** Names of half surrogate pairs stand for bytes that are not of the file's encoding. */
  #encodingCure(): string {
    const areDamaged = this.names?.some((name) => !name.isWellFormed()) ?? false;
    return areDamaged ? "; --encoding says which the names of its columns are written in" : "";
  }

  /** What else may be the reason that columns are missing. */
  #otherCure(): string {
    if (this.#nested !== undefined) {
      return `, or --explode ${shownValue(this.#nested)} where the events are the items of that list`;
    }
    if (this.#encodingCure() !== "") return this.#encodingCure();
    return this.names?.length === 1
      ? ", or --delimiter where another character stands between the columns"
      : "";
  }
}

/** The unit of money behind a name, as in `amount (EUR)`. */
const UNIT = /\s*[([](?:[A-Z]{3}|[\u20ac$\u00a3\u00a5])[)\]]$/;

/** A list, also one that was written as text into a column. */
function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string" || !value.startsWith("[")) return undefined;
  try {
    return parseLooseJson(value) as unknown[];
  } catch {
    return undefined;
  }
}

const readerAt = (at: number): Read => (record) => (record as readonly unknown[])[at];

const BY_NAME = new Map<string, { field: PlanField; rank: number }>(
  PLAN_FIELDS.flatMap((field) =>
    [
      ...FIELD_NAMES[field as keyof typeof FIELD_NAMES] ?? [],
      ...FILE_NAMES[field as keyof typeof FILE_NAMES] ?? [],
    ]
      .map((name, rank): [string, { field: PlanField; rank: number }] => [squeeze(name), { field, rank }])
  ),
);

/** Fields of which one wrong column makes wrong shoppers, sales or days: they are never guessed. */
const STRICT = new Set<PlanField>(["id", "user", "time", "type"]);

/** @throws {InvalidInputError} several could be it */
function chosen({ field, columns, together, differ }: Candidates, file: string): readonly Column[] {
  const filled = columns.filter(({ column }) => column.survey.filled > 0);
  const ranked = filled.length > 0 ? filled : columns;
  const all = ranked.map(({ column }) => column);
  if (all.length < 2 || !STRICT.has(field) || !together || !differ) return all;
  if (field === "type") return [chosenType(all, file)];
  if (field === "time") return [chosenTime(all, file)];
  const precise = all.filter(({ path }) => squeeze(path) !== field);
  if (precise.length > 1) throw ambiguous(field, precise, file);
  return [precise[0] ?? all[0]];
}

const KNOWN_TYPES = new Set(["view", "cart", "purchase", "return"]);

/** `event` says more where `type` is the same word throughout, as `track` is. */
function chosenType(columns: readonly Column[], file: string): Column {
  const varied = columns.filter(({ survey }) => !survey.isConstant);
  const constant = columns.find(({ survey }) => survey.isConstant);
  if (varied.length === 0) {
    const precise = columns.filter(({ path }) => squeeze(path) !== "type");
    return precise.length === 1 && !KNOWN_TYPES.has(constant?.survey.first?.toLowerCase() ?? "")
      ? precise[0]
      : columns[0];
  }
  const known = constant?.survey.first?.toLowerCase();
  if (known !== undefined && KNOWN_TYPES.has(known)) throw ambiguous("type", columns, file);
  return varied[0];
}

const PRECISE_TIMES = new Set(["timestamp", "eventtime", "datetime"]);

function chosenTime(columns: readonly Column[], file: string): Column {
  const isTime = ({ survey }: Column) => survey.timesSeen > 0;
  const times = columns.filter(isTime);
  const hasClock = columns.length > times.length && times.some(({ path }) => squeeze(path) === "date");
  const precise = times.filter(({ path }) => PRECISE_TIMES.has(squeeze(path)));
  if (columns.length > 2 || precise.length > 1 || (hasClock && precise.length === 0)) {
    throw ambiguous("time", columns, file);
  }
  if (precise.length === 1) return precise[0];
  if (times.length > 1) throw ambiguous("time", columns, file);
  return times[0] ?? columns[0];
}

function ambiguous(field: PlanField, columns: readonly Column[], file: string): InvalidInputError {
  const names = columns.map(({ path }) => `"${shownValue(path)}"`).join(", ");
  const ways = columns.map(({ path }) => `--map ${field}=${shownValue(path)}`);
  const paths = columns.map(({ path }) => squeeze(path));
  if (field === "time" && paths.includes("date") && paths.includes("time")) ways.push("--map time=date+time");
  return new InvalidInputError(
    `Cannot import "${file}": columns ${names} differ, and each could be the ${field}; say ${
      ways.join(" or ")
    }`,
    "map",
  );
}
