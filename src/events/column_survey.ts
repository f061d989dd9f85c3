import { isNobody, isNullWord } from "./null_words.ts";
import { anyText } from "../core/text.ts";
import { NumberSurvey } from "./number_text.ts";
import type { Read } from "./path.ts";
import { looksLikeTime, TimeSurvey } from "./time_text.ts";
import { UTC } from "./zone.ts";

const WHOLE = /^-?\d+(?:\.0+)?$/;
const ROUNDED = /^-?\d(?:\.\d+)?e\+?\d+$/i;
const EXACT_DIGITS = 15; // of a double
/** In a column of whole numbers, so many times as many as words: `guest`, or a line of totals. */
const WHOLE_TO_WORDS = 9;
/** So many words without a whole number of that kind settle it. */
const WORDS_SETTLE = 1000;

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** What all values of a column together say about each of them. */
export class ColumnSurvey {
  readonly numbers = new NumberSurvey();
  readonly times = new TimeSurvey();
  filled = 0;
  /** values that look like a time, of the first ones */
  timesSeen = 0;
  isConstant = true;
  #first: string | undefined;
  /** values that are whole numbers, those of them that are written with `.0`, and words */
  #whole = 0;
  #floats = 0;
  #words = 0;
  /** nothing that comes changes anything more */
  #isSettled = false;
  readonly #counts = new Map<string, number>();

  constructor(readonly kind: "text" | "number" | "time" | "count") {}

  add(value: unknown): void {
    if (value === undefined || value === null || value === "" || this.#isSettled) return;
    if (Array.isArray(value)) return value.forEach((one) => this.add(one));
    const text = typeof value === "string" ? value : anyText(value);
    if (isNullWord(text)) return;
    this.filled += 1;
    this.#first ??= text;
    if (this.isConstant && text !== this.#first) this.isConstant = false;
    if (this.kind === "number") {
      if (typeof value === "string") this.numbers.add(value);
    } else if (this.kind === "time") this.#addTime(value as string);
    else if (this.kind === "count") this.#count(text);
    else this.#addId(text.trim());
    this.#isSettled = this.kind === "text" && !this.isConstant && this.#words >= WORDS_SETTLE &&
      this.#whole === 0;
  }

  /** Whether `17850.0` is 17850 here: a program held the ids as floating-point numbers. */
  get isFloat(): boolean {
    return this.#floats > 0 && this.#whole >= WHOLE_TO_WORDS * this.#words;
  }

  /** The only value of a constant column. */
  get first(): string | undefined {
    return this.#first;
  }

  /** The most frequent value. */
  get most(): string | undefined {
    return [...this.#counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  }

  #addTime(value: string | number): void {
    if (this.filled <= 50 && looksLikeTime(value, UTC)) this.timesSeen += 1;
    this.times.add(value);
  }

  #count(text: string): void {
    if (this.#counts.size < 100 || this.#counts.has(text)) {
      this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
    }
  }

  #addId(text: string): void {
    if (text === "") return;
    if (isDigits(text)) this.#whole += 1;
    else if (WHOLE.test(text) || ROUNDED.test(text)) {
      this.#whole += 1;
      if (text.includes(".") || ROUNDED.test(text)) this.#floats += 1;
    } else if (!isNobody(text)) this.#words += 1;
  }
}

/** Whether a text is a number of which a program kept the first digits only. */
export const isRounded = (text: string): boolean => {
  const trimmed = text.trim();
  return ROUNDED.test(trimmed) || (/\.0+$/.test(trimmed) && WHOLE.test(trimmed));
};

/** An id of a column of floating-point numbers, without its `.0`; undefined: digits were lost. */
export function wholeId(text: string): string | undefined {
  const whole = text.trim().replace(/\.0+$/, "");
  if (!WHOLE.test(whole)) return undefined;
  return whole === text.trim() || whole.replace("-", "").length <= EXACT_DIGITS ? whole : undefined;
}

/** One column of a file, or one key of its records. */
export interface Column {
  readonly path: string;
  /** the list whose items hold it */
  readonly list: string | undefined;
  readonly read: Read;
  readonly survey: ColumnSurvey;
}
