import { InvalidInputError } from "../core/errors.ts";
import { anyText } from "../core/text.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../core/time.ts";
import type { Zone } from "./zone.ts";

/** What a number stands for. */
type Unit = "s" | "ms" | "us" | "ns" | "excel" | "day" | "hour" | "minute" | "second";

/** How the times of one column are written. */
export interface TimeRule {
  /** of numbers; null: each by its own size */
  readonly unit: Unit | null;
  /** of dates such as 03/04/2011; null: the column does not say */
  readonly order: "dmy" | "mdy" | null;
  readonly pattern?: TimePattern;
  readonly zone: Zone;
}

const EPOCH_DIVISOR = { s: 1e-3, ms: 1, us: 1e3, ns: 1e6 } as const;
const COMPACT_DIGITS = { day: 8, hour: 10, minute: 12, second: 14 } as const;
const UNITS = new Set<string>(["s", "ms", "us", "ns", "excel"]);
const FIRST_S = 631_152_000; // 1990
const END_S = 4_102_444_800; // 2100

/** Learns from all times of a column what its numbers are, and whether day or month comes first. */
export class TimeSurvey {
  readonly #units = new Map<Unit | null, number>();
  #dayFirst = 0;
  #monthFirst = 0;

  add(value: unknown): void {
    const text = typeof value === "string" ? value : anyText(value);
    if (text.charCodeAt(4) === 45) return; // 2024-...
    const trimmed = text.trim();
    if (NUMBER.test(trimmed)) {
      const unit = unitOf(trimmed);
      this.#units.set(unit, (this.#units.get(unit) ?? 0) + 1);
      return;
    }
    const slashed = SLASHED.exec(trimmed);
    if (!slashed) return;
    if (Number(slashed[1]) > 12) this.#dayFirst += 1;
    if (Number(slashed[3]) > 12) this.#monthFirst += 1;
  }

  /** What was learned that a person should know, as the end of a sentence about the column. */
  notes({ unit, order, pattern }: TimeRule): string[] {
    if (pattern) return [];
    const notes: string[] = [];
    if (this.#units.size > 1 && unit === null && [...this.#units.keys()].some((seen) => seen !== null)) {
      notes.push("has numbers of several units, each read by its size");
    }
    if (this.#units.size > 0 && unit !== null && unit !== "ms") notes.push(`is in ${unitName(unit)}`);
    if (order !== null) notes.push(`has the ${order === "dmy" ? "day" : "month"} first`);
    return notes;
  }

  /** @throws {InvalidInputError} the format is none */
  rule({ format, zone }: { format?: string; zone: Zone }): TimeRule {
    const order = this.#dayFirst > 0 === this.#monthFirst > 0 ? null : this.#dayFirst > 0 ? "dmy" : "mdy";
    if (format === "dmy" || format === "mdy") return { unit: this.#unit(), order: format, zone };
    if (format === undefined || format === "iso") return { unit: this.#unit(), order, zone };
    if (UNITS.has(format)) return { unit: format as Unit, order, zone };
    return { unit: this.#unit(), order, pattern: compilePattern(format), zone };
  }

  /** The unit of nine numbers in ten. */
  #unit(): Unit | null {
    const total = [...this.#units.values()].reduce((sum, n) => sum + n, 0);
    const found = [...this.#units].find(([unit, n]) => unit !== null && n >= 0.9 * total);
    return found?.[0] ?? null;
  }
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** The unit in which a number is a time between 1990 and 2100; the ranges of two units never meet. */
function unitOf(text: string): Unit | null {
  const whole = text.split(".")[0];
  for (const unit of ["day", "hour", "minute", "second"] as const) {
    if (whole === text && whole.length === COMPACT_DIGITS[unit] && compactMs(whole) !== undefined) {
      return unit;
    }
  }
  const value = Number(text);
  for (const unit of ["s", "ms", "us", "ns"] as const) {
    const seconds = value / (1000 * EPOCH_DIVISOR[unit]);
    const end = unit === "s" ? 1_990_000_000 : END_S; // behind it yyyymmddhh begins
    if (seconds >= FIRST_S && seconds < end) return unit;
  }
  return null;
}

/** The wall clock of digits such as 20240304, 2024030410, 202403041000 or 20240304100000. */
function compactMs(digits: string): number | undefined {
  const part = (from: number, length: number) => Number(digits.slice(from, from + length) || "0");
  const year = part(0, 4);
  if (year < 1990 || year > 2099) return undefined;
  return wallMs({
    year,
    month: part(4, 2),
    day: part(6, 2),
    hour: part(8, 2),
    minute: part(10, 2),
    second: part(12, 2),
    ms: 0,
  });
}

interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @returns undefined where the calendar or the clock has no such reading */
function wallMs({ year, month, day, hour, minute, second, ms }: Wall): number | undefined {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= MONTH_DAYS[month - 1])) return undefined;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) {
    return undefined;
  }
  const isMidnight = hour === 24 && minute === 0 && second === 0 && ms === 0;
  if ((hour > 23 && !isMidnight) || minute > 59 || second > 59) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
const CLOCK = String
  .raw`(?:,? +|T)?(?:(?:at )?(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?([ap])\.?m\.?)?)?`;
const OFFSET = String
  .raw` ?((?:UTC|GMT)?[+-]\d\d(?::?\d\d)?|Z|UTC|GMT|[CEW]ES?T|MES?Z)?(?:\[[\w/+-]+\]| \([\w ]+\))?$`;
/** ISO 8601 without marks, as calendars and clouds write it. */
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const SLASHED = new RegExp(String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)${CLOCK}${OFFSET}`, "i");
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})${CLOCK}${OFFSET}`, "i");
const DAY_AND_NAME = new RegExp(
  String.raw`^(?:[a-z]{3,9},? )?(\d{1,2})[ -]([a-z]{3,9})\.?[ -](\d{4}|\d\d)${CLOCK}${OFFSET}`,
  "i",
);
const NAME_AND_DAY = new RegExp(
  String.raw`^(?:[a-z]{3,9},? )?([a-z]{3,9})\.? (\d{1,2}),? (\d{4})${CLOCK}${OFFSET}`,
  "i",
);
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/** Reads a time under the rule of its column. @returns ms since 1970, or why it is no time */
export function readTime(value: string | number, rule: TimeRule): number | string {
  if (rule.pattern === undefined && typeof value === "string") {
    const ms = commonMs(value);
    if (ms !== undefined) return value.length === 20 ? ms : rule.zone.toUtc(ms);
  }
  const text = typeof value === "string" ? value.trim() : anyText(value).trim();
  if (rule.pattern) return rule.pattern(text, rule.zone);
  const iso = ISO.exec(text) ?? BASIC.exec(text);
  if (iso) {
    const [, year, month, day, hour, minute, second, fraction, offset] = iso;
    return moment(rule.zone, { year, month, day, hour, minute, second, fraction, offset });
  }
  if (NUMBER.test(text)) return readNumeric(text, rule);
  if (rule.unit === "excel" && /^\d+,\d+$/.test(text)) return readNumeric(text.replace(",", "."), rule);
  if (/^\d(?:\.\d+)?e\+?\d+$/i.test(text)) return "is a rounded number: digits of it are lost";
  return readDate(text, rule);
}

let dayText = "";
let dayMs: number | undefined;

/**
 * Reads `2024-03-04T10:00:00Z`, or the same with a blank or without the zone, by its characters: most files have no other
 * times. The day is remembered, as lines of one day follow each other.
 */
function commonMs(text: string): number | undefined {
  const { length } = text;
  const code = (at: number) => text.charCodeAt(at);
  if (length !== 19 && !(length === 20 && code(19) === 90)) return undefined;
  if (code(13) !== 58 || code(16) !== 58 || (code(10) !== 84 && code(10) !== 32)) return undefined;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  const day = text.slice(0, 10);
  if (day !== dayText) {
    const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
    const clock = { hour: 0, minute: 0, second: 0, ms: 0 };
    dayMs = wallMs({ year: Number(year), month: Number(month), day: Number(date), ...clock });
    dayText = day;
  }
  return dayMs === undefined ? undefined : dayMs + hour * HOUR_MS + minute * MINUTE_MS + second * 1000;
}

/** NaN where two characters are no digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : NaN;
}

/** A day, a clock, and the short name of a zone. */
const SHORT_ZONE = /\d{4}.*\d:\d\d.* ([A-Z]{2,5})$/;

const NO_TIME = "is no time (--time-format says how times are written)";

function readNumeric(text: string, { unit, zone }: TimeRule): number | string {
  const own = unitOf(text);
  const chosen = unit ?? own;
  if (chosen === null) {
    const none = "is no time in s, ms, us or ns since 1970 between 1990 and 2100, nor digits as 20240304";
    return isExcelDay(Number(text)) ? `${none} (--time-format excel reads a spreadsheet's days)` : none;
  }
  if (chosen === "excel") return excelMs(Number(text), zone);
  const isCompact = chosen in COMPACT_DIGITS;
  if (own !== chosen && (isCompact || own !== null)) {
    return `is not in ${unitName(chosen)} as the rest of its column`;
  }
  if (isCompact) return zone.toUtc(compactMs(text)!);
  return epochMs(text, chosen as keyof typeof EPOCH_DIVISOR);
}

/** Days since 1899-12-30, as spreadsheets count them: 1990 to 2099. */
const isExcelDay = (days: number) => days >= 32_874 && days < 73_051;

function excelMs(days: number, zone: Zone): number | string {
  if (!isExcelDay(days)) return "is no day of a spreadsheet between 1990 and 2100";
  return zone.toUtc(Math.round((days - 25_569) * DAY_MS));
}

const unitName = (unit: Unit) => unit in COMPACT_DIGITS ? `digits up to the ${unit}` : unit;

/** Exact where a number would round: nanoseconds need 61 bits. */
function epochMs(text: string, unit: keyof typeof EPOCH_DIVISOR): number {
  const dropped = { s: -3, ms: 0, us: 3, ns: 6 }[unit];
  if (dropped > 0 && /^\d+$/.test(text)) return Number(text.slice(0, -dropped));
  if (unit === "s") {
    const [whole, fraction = ""] = text.split(".");
    return Number(whole) * 1000 + Number((fraction + "000").slice(0, 3)) * (whole.startsWith("-") ? -1 : 1);
  }
  return Math.trunc(Number(text) / EPOCH_DIVISOR[unit]);
}

function readDate(text: string, { order, zone }: TimeRule): number | string {
  const first = YEAR_FIRST.exec(text);
  if (first) {
    const [, year, , month, day, ...clock] = first;
    return moment(zone, { year, month, day, ...clockParts(clock) });
  }
  const slashed = SLASHED.exec(text);
  if (slashed) {
    const [, a, mark, b, year, ...clock] = slashed;
    const chosen = order ?? (mark === "." || a === b ? "dmy" : null);
    if (chosen === null) return "can have the day or the month first (--time-format dmy or mdy says which)";
    const [day, month] = chosen === "dmy" ? [a, b] : [b, a];
    return moment(zone, { year, month, day, ...clockParts(clock) });
  }
  const short = SHORT_ZONE.exec(text)?.[1];
  if (
    short !== undefined && short !== "AM" && short !== "PM" && !ZONE_HOURS.has(short) && !isUtcName(short)
  ) {
    return `says its zone by "${short}", which can mean several (--time-format "yyyy-MM-dd HH:mm:ss '${short}'" ` +
      "and --zone say which)";
  }
  const named = DAY_AND_NAME.exec(text);
  const reversed = named ? null : NAME_AND_DAY.exec(text);
  if (!named && !reversed) return NO_TIME;
  const [, first1, second1, year, ...clock] = (named ?? reversed)!;
  const [day, name] = named ? [first1, second1] : [second1, first1];
  const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  return moment(zone, { year, month: String(month), day, ...clockParts(clock) });
}

interface TimeParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour?: string;
  readonly minute?: string;
  readonly second?: string;
  readonly fraction?: string;
  readonly half?: string;
  readonly offset?: string;
}

/** POSIX: 69 to 99 are of the last century. */
const fullYear = (year: number) => year >= 69 ? 1900 + year : 2000 + year;

const clockParts = ([hour, minute, second, fraction, half, offset]: readonly string[]) => (
  { hour, minute, second, fraction, half, offset }
);

function moment(zone: Zone, parts: TimeParts): number | string {
  const { year, half, fraction, offset } = parts;
  const hour = Number(parts.hour ?? 0);
  const isHalf = half !== undefined && half !== "";
  if (isHalf && (hour < 1 || hour > 12)) return NO_TIME;
  const wall = wallMs({
    year: year.length === 2 ? fullYear(Number(year)) : Number(year),
    month: Number(parts.month),
    day: Number(parts.day),
    hour: isHalf ? hour % 12 + (half.toLowerCase() === "p" ? 12 : 0) : hour,
    minute: Number(parts.minute ?? 0),
    second: Number(parts.second ?? 0),
    ms: fraction ? Number((fraction + "00").slice(0, 3)) : 0,
  });
  if (wall === undefined) return "names a day or hour that does not exist";
  if (offset === undefined || offset === "") return zone.toUtc(wall);
  const shift = offsetMs(offset);
  return shift === undefined ? NO_TIME : wall - shift;
}

/** Short names of zones that mean one alone, in hours before UTC. */
const ZONE_HOURS: ReadonlyMap<string, number> = new Map([
  ["WET", 0],
  ["WEST", 1],
  ["CET", 1],
  ["CEST", 2],
  ["MEZ", 1],
  ["MESZ", 2],
  ["EET", 2],
  ["EEST", 3],
]);

const isUtcName = (name: string) => name === "UTC" || name === "GMT" || name === "Z";

function offsetMs(offset: string): number | undefined {
  const named = ZONE_HOURS.get(offset.toUpperCase());
  if (named !== undefined) return named * HOUR_MS;
  const [, sign, hours, minutes = "0"] = /^(?:UTC|GMT)?([+-])(\d\d):?(\d\d)?$/i.exec(offset) ?? [];
  if (sign === undefined) return 0; // Z, UTC, GMT
  if (Number(hours) > 15 || Number(minutes) > 59) return undefined;
  const ms = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return sign === "-" ? -ms : ms;
}

/** Reads a text that is written after a pattern. */
type TimePattern = (text: string, zone: Zone) => number | string;

type PatternPart = keyof TimeParts | "name";
const TOKENS: readonly (readonly [RegExp, PatternPart, string])[] = [
  [/^(%Y|yyyy|YYYY)/, "year", String.raw`(\d{4})`],
  [/^(%y|yy)/, "year", String.raw`(\d\d)`],
  [/^(%b|%B|MMMM?)/, "name", "([a-zA-Z]{3,9})"],
  [/^(%m|MM?)/, "month", String.raw`(\d{1,2})`],
  [/^(%d|dd?|DD)/, "day", String.raw`(\d{1,2})`],
  [/^(%H|%I|HH?|hh?)/, "hour", String.raw`(\d{1,2})`],
  [/^(%M|mm)/, "minute", String.raw`(\d\d)`],
  [/^(%S|ss)/, "second", String.raw`(\d\d)`],
  [/^(%f|S{1,9})/, "fraction", String.raw`(\d{1,9})`],
  [/^(%p|a\b|tt)/, "half", "([apAP])[mM]"],
  [/^(%z|XXX|xxx|ZZ?|X)/, "offset", String.raw`(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)`],
];

/**
 * Makes a reader of a pattern, as `%d/%m/%Y %H:%M` (strptime) or `dd/MM/yyyy HH:mm`.
 * @throws {InvalidInputError} it does not say year, month and day
 */
function compilePattern(format: string): TimePattern {
  const parts: PatternPart[] = [];
  let source = "";
  for (let rest = format; rest !== "";) {
    const quoted = /^'([^']*)'/.exec(rest);
    if (quoted) {
      source += quoted[1].replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
      rest = rest.slice(quoted[0].length);
      continue;
    }
    const token = TOKENS.find(([start]) => start.test(rest));
    if (token) {
      parts.push(token[1]);
      source += token[2];
    } else source += rest[0].replace(/[.*+?^${}()|[\]\\/]/, "\\$&");
    rest = token ? rest.slice(token[0].exec(rest)![0].length) : rest.slice(1);
  }
  const has = (part: PatternPart) => parts.includes(part);
  if (!has("year") || !has("day") || !(has("month") || has("name"))) {
    const need = "need s, ms, us, ns, excel, iso, dmy, mdy or a pattern such as dd/MM/yyyy HH:mm";
    throw new InvalidInputError(`Cannot read times as "${format}": ${need}`, "timeFormat");
  }
  const pattern = new RegExp(`^${source}$`);
  return (text, zone) => {
    const found = pattern.exec(text);
    if (!found) return `is not written as ${format}`;
    const values: Partial<Record<PatternPart, string>> = {};
    parts.forEach((part, i) => values[part] = found[i + 1]);
    const month = values.name
      ? String(MONTHS.indexOf(values.name.slice(0, 3).toLowerCase()) + 1)
      : values.month!;
    return moment(zone, { ...values, year: values.year!, month, day: values.day! });
  };
}

/** Whether a text is a time whatever its column: what decides between columns of that name. */
export function looksLikeTime(value: string | number, zone: Zone): boolean {
  const read = readTime(value, { unit: null, order: "dmy", zone });
  return typeof read === "number" ||
    typeof readTime(value, { unit: null, order: "mdy", zone }) === "number";
}
