import { type Column, isRounded, wholeId } from "./column_survey.ts";
import { anyText } from "../core/text.ts";
import type { Columns, Item, Source } from "./columns.ts";
import { canMean } from "../core/currency.ts";
import { createDaySteps, type DaySteps } from "./day_steps.ts";
import type { FileRow } from "./file_rows.ts";
import { isNoId, isNullWord } from "./null_words.ts";
import { type NumberRule, readNumber, writtenNumber } from "./number_text.ts";
import type { RecordData } from "./path.ts";
import { type ImportPlan, PLAN_FIELDS, type PlanField } from "./plan.ts";
import { type Refused, shownValue } from "./refusal.ts";
import type { FileRecord } from "./records_block.ts";
import { readTime, type TimeRule } from "./time_text.ts";
import { TypeWords } from "./type_words.ts";
import { createZone } from "./zone.ts";

const TEXT_FIELDS = ["id", "user", "session", "product", "category", "country", "consent"] as const;
const NUMBER_FIELDS = ["price", "quantity", "amount"] as const;
const MONEY_FIELDS = ["price", "amount", "refunds"] as const;

/** Makes rows of a file's records, as its plan and the survey of its columns say. */
export class RowMaker {
  readonly words: TypeWords;
  readonly currency: string | undefined;
  readonly #sources: ReadonlyMap<PlanField, Source>;
  readonly #numbers = new Map<Column, NumberRule>();
  readonly #times = new Map<Column, TimeRule>();
  readonly #floats = new Set<Column>();
  readonly #idFrom: readonly (readonly Column[])[] | undefined;
  readonly #refuse: readonly { columns: readonly Column[]; is?: ReadonlySet<string>; reason: string }[];
  readonly #nobody: ReadonlySet<string>;
  readonly #fill: FillDown | undefined;
  readonly #daySteps: DaySteps | undefined;
  /** the column of the value found last; undefined: it is a constant, or there is none */
  #from: Column | undefined;
  /** why the row at hand is refused */
  #refused: Refused | undefined;
  readonly #textFields: readonly (typeof TEXT_FIELDS)[number][];
  readonly #numberFields: readonly (typeof NUMBER_FIELDS)[number][];
  /** the order whose refund was told last */
  #refunded: string | undefined;

  constructor(readonly plan: ImportPlan, readonly columns: Columns) {
    const zone = createZone(plan.zone ?? "UTC");
    this.words = new TypeWords(plan.types);
    this.#sources = columns.choose();
    this.#textFields = TEXT_FIELDS.filter((field) => this.#sources.has(field));
    this.#numberFields = NUMBER_FIELDS.filter((field) => this.#sources.has(field));
    for (const source of this.#sources.values()) {
      for (const column of source.kind === "columns" ? source.columns : []) {
        if (column.survey.isFloat) this.#floats.add(column);
        this.#numbers.set(column, column.survey.numbers.rule(plan.decimal));
        this.#times.set(column, column.survey.times.rule({ format: plan.timeFormat, zone }));
      }
    }
    this.#idFrom = plan.idFrom?.map((name) => columns.named(name, this.#sources));
    this.#refuse = (plan.refuse ?? []).map(({ column, is, reason }) => ({
      columns: columns.named(column, this.#sources),
      is: is && new Set(is),
      reason,
    }));
    this.#nobody = new Set(plan.nobody);
    this.#fill = plan.fillDown && columns.names ? fillDown(plan.fillDown, columns, this.#sources) : undefined;
    this.#daySteps = plan.daySteps && createDaySteps(plan.daySteps, columns, this.#sources);
    const currency = this.#sources.get("currency");
    this.currency = plan.currency ??
      (currency?.kind === "columns" ? currency.columns[0]?.survey.most : undefined) ??
      this.#writtenCurrency();
  }

  /** The currency that stands beside the numbers of a column of money. */
  #writtenCurrency(): string | undefined {
    for (const field of MONEY_FIELDS) {
      const source = this.#sources.get(field);
      for (const { survey } of source?.kind === "columns" ? source.columns : []) {
        if (survey.numbers.currency !== undefined) return survey.numbers.currency;
      }
    }
  }

  /** Columns taken, by field, and those left. */
  describe(): { taken: Record<string, string>; left: string[] } {
    const taken = [...this.#sources].flatMap(([field, source]) => {
      if (source.kind === "none") return [];
      if (source.kind === "constant") return [[field, `:${source.value}`]];
      if (source.columns.length === 0) return [];
      return [[field, source.columns.map(({ path }) => shownValue(path)).join("|")]];
    });
    return { taken: Object.fromEntries(taken), left: this.columns.left(this.#sources).map(shownValue) };
  }

  /** Columns whose ids lost a `.0`. */
  get floatColumns(): string[] {
    return [...this.#floats].filter((column) => column.survey.kind === "text").map(({ path }) => path);
  }

  /** What the columns said about how their values are written, as sentences. */
  get valueNotes(): string[] {
    const notes = [...this.#times].filter(([column]) => column.survey.kind === "time")
      .flatMap(([column, rule]) =>
        column.survey.times.notes(rule).map((note) => `"${shownValue(column.path)}" ${note}`)
      );
    for (const [column, { decimal }] of this.#numbers) {
      if (decimal === "," && column.survey.kind === "number") {
        notes.push(`"${shownValue(column.path)}" has decimal commas`);
      }
    }
    if (this.plan.zone) notes.push(`times that do not say their zone are of ${this.plan.zone}`);
    return notes;
  }

  /** Makes the rows of records. */
  rowsOf(records: readonly FileRecord[]): FileRow[] {
    const rows: FileRow[] = [];
    const isWhole = this.columns.lists.length === 0 && !this.#sources.has("refunds");
    for (const record of records) {
      if (!("data" in record)) rows.push(record);
      else {
        const data = this.#fill ? this.#fill(record.data) : record.data;
        if (isWhole) rows.push(this.#row(record.line, data, undefined));
        else rows.push(...this.#linesOf(record.line, data));
      }
    }
    return rows;
  }

  /** Makes the rows of a record that is an order: one for each of its lines, and what was given back for it. */
  #linesOf(line: number, data: RecordData): FileRow[] {
    const items = this.columns.lists.length > 0 ? this.columns.itemsOf(data) : [];
    const odd = items.length === 0 ? this.columns.notListed(data) : undefined;
    if (odd) return [unreadable(line, `"${shownValue(odd.list)}" is not a list`, odd.value)];
    const rows = items.length === 0
      ? [this.#row(line, data, undefined)]
      : items.map((item) => isObject(item.value) ? this.#row(line, data, item) : noItem(line, item));
    return [...rows, ...this.#refundsOf(line, data)];
  }

  #row(line: number, data: RecordData, item: Item | undefined): FileRow {
    const raw: Record<string, unknown> = {};
    this.#refused = undefined;
    for (const field of this.#textFields) {
      const value = this.#find(field, data, item);
      if (value === undefined) continue;
      const column = this.#from;
      raw[field] = value;
      if (column === undefined || !this.#floats.has(column) || typeof value !== "string") continue;
      raw[field] = wholeId(value) ?? value;
      if (wholeId(value) === undefined && isRounded(value)) {
        this.#refuseRow(field, `${field} is a rounded number: digits of it are lost`, value);
      }
    }
    if (this.#nobody.has(anyText(raw.user))) delete raw.user;
    if (this.#idFrom) raw.id = this.#joinedId(data, item);
    else if (item && item.of > 1 && raw.id !== undefined) raw.id = `${raw.id}-${item.nth + 1}`;
    const written = this.#putNumbers(raw, data, item);
    this.#putFields(raw, data, item);
    this.#putType(raw, data, item);
    this.#putTime(raw, data, item);
    this.#putCurrency(raw, data, item, written);
    this.#putAside(data, item);
    const refused = this.#refused;
    return refused ? { line, raw, refused } : { line, raw, data, item };
  }

  /** The first reason of a row is told. */
  #refuseRow(field: string | null, reason: string, value: unknown): void {
    this.#refused ??= { field, reason, value: shownValue(value) };
  }

  /** The value of a field as the file has it; undefined: it is not the file's, or it may not be shown. */
  sentOf(field: string | null, row: FileRow): unknown {
    if (!("data" in row) || row.data === undefined || !PLAN_FIELDS.includes(field as PlanField)) {
      return undefined;
    }
    const value = this.#find(field as PlanField, row.data, row.item);
    return this.#from === undefined ? undefined : value;
  }

  /** The first value of a field that is none of the words for nothing. */
  #find(field: PlanField, data: RecordData, item: Item | undefined): unknown {
    this.#from = undefined;
    const source = this.#sources.get(field);
    if (source === undefined || source.kind === "none") return undefined;
    if (source.kind === "constant") return source.value;
    for (const column of source.columns) {
      const value = column.read(data, item);
      if (value === undefined || value === null || value === "") continue;
      if (typeof value === "string" && (isNullWord(value) || isBlank(value))) continue;
      if (field === "user" && isNoId(value)) continue;
      this.#from = column;
      return value;
    }
  }

  #joinedId(data: RecordData, item: Item | undefined): string | undefined {
    const parts = this.#idFrom!.map((columns) =>
      columns.map((column) => column.read(data, item)).find((value) => value != null && value !== "")
    );
    return parts.some((part) => part === undefined) ? undefined : parts.map(anyText).join("-");
  }

  /** @returns the currency that stands beside its money */
  #putNumbers(
    raw: Record<string, unknown>,
    data: RecordData,
    item: Item | undefined,
  ): string | undefined {
    let currency: string | undefined;
    for (const field of this.#numberFields) {
      const value = this.#find(field, data, item);
      if (value === undefined) continue;
      const column = this.#from;
      // Money of the whole order is told once, and only where its lines have no price.
      const ofOrder = field === "amount" && item !== undefined && column?.list === undefined;
      if (ofOrder && (item.nth > 0 || raw.price !== undefined)) continue;
      raw[field] = value;
      if (typeof value !== "string") continue;
      const read = readNumber(value, column ? this.#numbers.get(column)! : { decimal: ".", grouped: false });
      if (typeof read === "number") raw[field] = read;
      else this.#refuseRow(field, `${field} ${read}`, value);
      const written = plainNumber.test(value) ? undefined : writtenNumber(value).currency;
      if (written === undefined) continue;
      if (field === "quantity") this.#refuseRow(field, "quantity is an amount of money", value);
      else if (currency !== undefined && written !== currency) {
        this.#refuseRow(field, `${field} is in another currency than the price beside it`, value);
      } else currency = written;
    }
    return currency;
  }

  /** Numbers of the shop's own, each under its column's name: unlike other fields, of all the columns named. */
  #putFields(
    raw: Record<string, unknown>,
    data: RecordData,
    item: Item | undefined,
  ): void {
    const source = this.#sources.get("fields");
    if (source?.kind !== "columns") return;
    const fields: Record<string, unknown> = {};
    for (const column of source.columns) {
      const value = column.read(data, item);
      if (value === undefined || value === null || value === "") continue;
      if (typeof value === "object") Object.assign(fields, value);
      else if (typeof value !== "string") fields[ownName(column.path)] = value;
      else if (!isNullWord(value) && !isBlank(value)) {
        const read = readNumber(value, this.#numbers.get(column)!);
        if (typeof read === "number") fields[ownName(column.path)] = read;
        else this.#refuseRow("fields", `${ownName(column.path)} ${read}`, value);
      }
    }
    if (Object.keys(fields).length > 0) raw.fields = fields;
  }

  #putType(raw: Record<string, unknown>, data: RecordData, item: Item | undefined): void {
    const value = this.#find("type", data, item);
    if (value === undefined) return;
    raw.type = typeof value === "string" ? this.words.typeOf(value) : value;
    if (this.plan.returns !== "negative" || raw.type !== "purchase") return;
    const { quantity, amount } = raw;
    const isBack = typeof quantity === "number" ? quantity < 0 : typeof amount === "number" && amount < 0;
    if (!isBack) return;
    raw.type = "return";
    if (typeof quantity === "number") raw.quantity = Math.abs(quantity);
  }

  #putTime(
    raw: Record<string, unknown>,
    data: RecordData,
    item: Item | undefined,
  ): void {
    if (this.#daySteps) {
      raw.time = this.#daySteps(data);
      return;
    }
    const value = this.#find("time", data, item);
    const column = this.#from;
    if (value === undefined) return;
    raw.time = value;
    if (typeof value !== "string" && typeof value !== "number") return;
    const rule = column && this.#times.get(column);
    if (!rule) return;
    const read = readTime(value, rule);
    if (typeof read === "number") raw.time = read;
    else this.#refuseRow("time", `time ${read}`, value);
  }

  #putAside(
    data: RecordData,
    item: Item | undefined,
  ): void {
    for (const { columns, is, reason } of this.#refuse) {
      const value = columns.map((column) => column.read(data, item)).find((found) =>
        found != null && found !== ""
      );
      if (value === undefined || (typeof value === "string" && isNullWord(value))) continue;
      if (is === undefined || is.has(anyText(value))) this.#refuseRow(null, reason, value);
    }
  }

  /**
   * The currency of a row's money, where it is not the shop's own: whoever judges the row converts or refuses it.
   * @param written that stands beside its numbers, where no column says it
   */
  #putCurrency(
    raw: Record<string, unknown>,
    data: RecordData,
    item: Item | undefined,
    written: string | undefined,
  ): void {
    if (this.currency === undefined) return;
    const value = this.#find("currency", data, item) ?? written;
    if (value === undefined || canMean(anyText(value), this.currency)) return;
    raw.currency = anyText(value);
  }

  /** What was given back for an order: each sum of a list, or one sum that all lines of the order repeat. */
  #refundsOf(line: number, data: RecordData): FileRow[] {
    const value = this.#find("refunds", data, undefined);
    const column = this.#from;
    if (value === undefined || column === undefined || (Array.isArray(value) && value.length === 0)) {
      return [];
    }
    const order = this.#row(line, data, undefined);
    if (!("raw" in order) || "refused" in order) return [];
    if (Array.isArray(value)) return value.flatMap((sum) => this.#refund(line, order.raw, sum, column));
    const name = anyText(order.raw.session ?? line);
    const [refund] = name === this.#refunded ? [] : this.#refund(line, order.raw, value, column);
    if (refund) this.#refunded = name;
    return refund ? [refund] : [];
  }

  #refund(line: number, order: Record<string, unknown>, sum: unknown, column: Column): FileRow[] {
    const money = typeof sum === "number" ? sum : readNumber(anyText(sum ?? ""), this.#numbers.get(column)!);
    if (money === 0 || sum === undefined || sum === null) return [];
    const { user, session, consent, country, currency, time } = order;
    const amount = typeof money === "number" ? -Math.abs(money) : undefined;
    const fields = { type: "return", user, session, consent, country, currency, time, amount };
    const raw = Object.fromEntries(Object.entries(fields).filter(([, held]) => held !== undefined));
    if (typeof money === "number") return [{ line, raw }];
    const reason = `the refund ${money}`;
    return [{ line, raw, refused: { field: "amount", reason, value: shownValue(sum) } }];
  }
}

/** The name of a number of the shop's own, from its column: `Wait (min)` is `wait_min`. */
const ownName = (path: string): string =>
  path.replace(/^.*[.\]]/, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands in a list of an order's lines, and is none. */
const noItem = (line: number, { list, value }: Item): FileRow =>
  unreadable(line, `an item of "${shownValue(list)}" is not an object`, value);

const unreadable = (line: number, why: string, value: unknown): FileRow => ({
  line,
  unreadable: why,
  shown: shownValue(value),
  lines: 1,
});

const plainNumber = /^-?[\d.]+$/;
const isBlank = (text: string) => text.charCodeAt(0) <= 32 && text.trim() === "";

type FillDown = (data: RecordData) => RecordData;

/** Fills what a line of an order leaves out from the line before it. */
function fillDown(
  { by, columns: wanted }: NonNullable<ImportPlan["fillDown"]>,
  columns: Columns,
  sources: ReadonlyMap<PlanField, Source>,
): FillDown {
  const names = columns.names!;
  const places = (name: string) =>
    columns.named(name, sources).map(({ path }) => names.indexOf(path)).filter((at) => at >= 0);
  const [key] = places(by);
  const filled = wanted.flatMap(places);
  let last: readonly string[] | undefined;
  return (data) => {
    const values = [...data as readonly string[]];
    const goesOn = last !== undefined && key !== undefined &&
      (values[key] === last[key] || values[key] === "");
    if (goesOn) {
      for (const at of [key, ...filled]) if (values[at].trim() === "") values[at] = last![at];
    }
    last = values;
    return values;
  };
}
