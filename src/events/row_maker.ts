import { type Column, wholeId } from "./column_survey.ts";
import type { Columns, Item, Source } from "./columns.ts";
import { currencyCode } from "../core/currency.ts";
import { createDaySteps, type DaySteps } from "./day_steps.ts";
import type { FileRow } from "./file_rows.ts";
import { isNullWord } from "./null_words.ts";
import { type NumberRule, readNumber } from "./number_text.ts";
import type { RecordData } from "./path.ts";
import type { ImportPlan, PlanField } from "./plan.ts";
import { type Refused, shownValue } from "./refusal.ts";
import type { FileRecord } from "./records_block.ts";
import { readTime, type TimeRule } from "./time_text.ts";
import { TypeWords } from "./type_words.ts";
import { createZone } from "./zone.ts";

const TEXT_FIELDS = ["id", "user", "session", "product", "category", "country", "consent"] as const;
const NUMBER_FIELDS = ["price", "quantity", "amount"] as const;

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
  /** the order whose refund was told last */
  #refunded: string | undefined;

  constructor(readonly plan: ImportPlan, readonly columns: Columns) {
    const zone = createZone(plan.zone ?? "UTC");
    this.words = new TypeWords(plan.types);
    this.#sources = columns.choose();
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
      (currency?.kind === "columns" ? currency.columns[0]?.survey.most : undefined);
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

  /** Makes the rows of one record: one, or one for each line of an order. */
  rowsOf(record: FileRecord): FileRow[] {
    if (!("data" in record)) return [record];
    const { line } = record;
    const data = this.#fill ? this.#fill(record.data) : record.data;
    const items = this.columns.lists.length > 0 ? this.columns.itemsOf(data) : [];
    const rows = items.length === 0
      ? [this.#row(line, data, undefined)]
      : items.map((item) => this.#row(line, data, item));
    const refund = this.#refundOf(line, data);
    return refund ? [...rows, refund] : rows;
  }

  #row(line: number, data: RecordData, item: Item | undefined): FileRow {
    const raw: Record<string, unknown> = {};
    let refused: Refused | undefined;
    const refuse = (field: string | null, reason: string, value: unknown) => {
      refused ??= { field, reason, value: shownValue(value) };
    };
    for (const field of TEXT_FIELDS) {
      const value = this.#find(field, data, item);
      if (value === undefined) continue;
      const column = this.#from;
      raw[field] = value;
      if (column === undefined || !this.#floats.has(column) || typeof value !== "string") continue;
      raw[field] = wholeId(value) ?? value;
      if (wholeId(value) === undefined) {
        refuse(field, `${field} is a rounded number: digits of it are lost`, value);
      }
    }
    if (this.#nobody.has(String(raw.user))) delete raw.user;
    if (this.#idFrom) raw.id = this.#joinedId(data, item);
    else if (item && item.of > 1 && raw.id !== undefined) raw.id = `${raw.id}-${item.nth + 1}`;
    this.#putNumbers(raw, data, item, refuse);
    this.#putType(raw, data, item);
    this.#putTime(raw, data, item, refuse);
    this.#putCurrency(raw, data, item);
    this.#putAside(data, item, refuse);
    return refused ? { line, raw, refused } : { line, raw };
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
      this.#from = column;
      return value;
    }
  }

  #joinedId(data: RecordData, item: Item | undefined): string | undefined {
    const parts = this.#idFrom!.map((columns) =>
      columns.map((column) => column.read(data, item)).find((value) => value != null && value !== "")
    );
    return parts.some((part) => part === undefined) ? undefined : parts.map(String).join("-");
  }

  #putNumbers(
    raw: Record<string, unknown>,
    data: RecordData,
    item: Item | undefined,
    refuse: (field: string, reason: string, value: unknown) => void,
  ): void {
    for (const field of NUMBER_FIELDS) {
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
      else refuse(field, `${field} ${read}`, value);
    }
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
    refuse: (field: string, reason: string, value: unknown) => void,
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
    else refuse("time", `time ${read}`, value);
  }

  #putAside(
    data: RecordData,
    item: Item | undefined,
    refuse: (field: string | null, reason: string, value: unknown) => void,
  ): void {
    for (const { columns, is, reason } of this.#refuse) {
      const value = columns.map((column) => column.read(data, item)).find((found) =>
        found != null && found !== ""
      );
      if (value === undefined || (typeof value === "string" && isNullWord(value))) continue;
      if (is === undefined || is.has(String(value))) refuse(null, reason, value);
    }
  }

  /** The currency of a row's money, where it is not the shop's own: whoever judges the row converts or refuses it. */
  #putCurrency(raw: Record<string, unknown>, data: RecordData, item: Item | undefined): void {
    if (this.currency === undefined) return;
    const value = this.#find("currency", data, item);
    if (value === undefined || currencyCode(String(value)) === currencyCode(this.currency)) return;
    raw.currency = String(value);
  }

  /** Money that was given back for an order, once. */
  #refundOf(line: number, data: RecordData): FileRow | undefined {
    const value = this.#find("refunds", data, undefined);
    const column = this.#from;
    if (value === undefined || column === undefined) return undefined;
    const money = typeof value === "number" ? value : readNumber(String(value), this.#numbers.get(column)!);
    const row = this.#row(line, data, undefined);
    if (typeof money !== "number" || money === 0 || !("raw" in row) || "refused" in row) return undefined;
    const { user, session, consent, country, currency, time } = row.raw;
    const order = String(session ?? line);
    if (order === this.#refunded) return undefined;
    this.#refunded = order;
    const raw = { type: "return", user, session, consent, country, currency, time, amount: -Math.abs(money) };
    return { line, raw: Object.fromEntries(Object.entries(raw).filter(([, held]) => held !== undefined)) };
  }
}

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
