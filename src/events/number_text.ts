import { CURRENCY_SIGNS } from "../core/currency.ts";

/** The character before the decimals. */
type DecimalMark = "." | ",";

/** How the numbers of one column are written. */
export interface NumberRule {
  /** null: the column does not say */
  readonly decimal: DecimalMark | null;
  /** whether the other mark may divide thousands */
  readonly grouped: boolean;
}

const WHOLE = /^[+-]?\d+$/;
const POINT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(?:\d+,\d*|,\d+)$/;
/** `1.000` and `1,000`: a thousand or one. */
const EITHER = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;
const POINT_GROUPS = /^[+-]?\d{1,3}(?:(?:\.\d{3})+,\d*|(?:\.\d{3}){2,})$/;
const COMMA_GROUPS =
  /^[+-]?(?:\d{1,3}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,})|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d*)?)$/;
const BLANK_GROUPS = /^([+-]?\d{1,3})((?:[ '\u00a0\u202f\u2019]\d{3})+)(?=$|[.,])/;

/** How a text of digits and at most one point is written; most numbers are, and no pattern is as fast. */
function plainForm(text: string): "whole" | "point" | "other" {
  let point = -1;
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 && point < 0) point = i;
    else if (code < 48 || code > 57) return "other";
  }
  if (point < 0) return length > 0 ? "whole" : "other";
  const decimals = length - point - 1;
  const isUnclear = decimals === 3 && point >= 1 && point <= 3 && text.charCodeAt(0) !== 48;
  return isUnclear || length === 1 ? "other" : "point";
}

/** Learns from all numbers of a column which decimal mark it uses, and in which currency they say to be. */
export class NumberSurvey {
  readonly #currencies = new Map<string, number>();
  #points = 0;
  #commas = 0;
  #pointGroups = 0;
  #commaGroups = 0;
  #unclear = 0;

  add(sent: string): void {
    const form = plainForm(sent);
    if (form === "point") this.#points += 1;
    else if (form === "other") {
      const { text, currency } = writtenNumber(sent);
      if (currency !== undefined) this.#currencies.set(currency, (this.#currencies.get(currency) ?? 0) + 1);
      this.#addOther(text);
    }
  }

  /** The currency that stands beside most numbers; undefined: none does. */
  get currency(): string | undefined {
    return [...this.#currencies].sort((a, b) => b[1] - a[1])[0]?.[0];
  }

  #addOther(text: string): void {
    if (WHOLE.test(text)) return;
    if (EITHER.test(text)) this.#unclear += 1;
    else if (POINT.test(text)) this.#points += 1;
    else if (COMMA.test(text)) this.#commas += 1;
    else if (POINT_GROUPS.test(text)) this.#pointGroups += 1;
    else if (COMMA_GROUPS.test(text)) this.#commaGroups += 1;
  }

  /** One mark counts where it is 20 times as frequent as the other. */
  rule(option?: DecimalMark): NumberRule {
    if (option) return { decimal: option, grouped: true };
    const points = this.#points + this.#commaGroups;
    const commas = this.#commas + this.#pointGroups;
    if (points > 20 * commas) return { decimal: ".", grouped: this.#commaGroups > 0 };
    if (commas > 20 * points) return { decimal: ",", grouped: this.#pointGroups > 0 };
    return { decimal: null, grouped: false };
  }
}

/** The number that a text means under a rule; else why it is none. */
export function readNumber(sent: string, { decimal, grouped }: NumberRule): number | string {
  const form = plainForm(sent);
  if (form === "whole" || (form === "point" && decimal !== ",")) return Number(sent);
  const { text } = writtenNumber(sent);
  if (WHOLE.test(text)) return Number(text);
  if (EITHER.test(text)) return readEither(text, { decimal, grouped });
  if (decimal !== "," && POINT.test(text)) return Number(text);
  if (decimal !== "." && (COMMA.test(text) || (POINT_GROUPS.test(text) && text.includes(",")))) {
    return decimal === "," ? fromComma(text) : MIXED;
  }
  if (decimal === "," && POINT_GROUPS.test(text)) return fromComma(text);
  if (decimal !== "," && COMMA_GROUPS.test(text)) return Number(text.replaceAll(",", ""));
  if (COMMA.test(text) || POINT_GROUPS.test(text)) {
    return "has a decimal comma, its column a point (--decimal , takes commas)";
  }
  if (POINT.test(text) || COMMA_GROUPS.test(text)) {
    return "has a decimal point, its column a comma (--decimal . takes points)";
  }
  return "is not a number";
}

const MIXED = "is in a column of decimal points and commas (--decimal , or --decimal . says which counts)";
const UNCLEAR = "can be a thousand or a fraction (--decimal , or --decimal . says which)";

function readEither(text: string, { decimal, grouped }: NumberRule): number | string {
  const mark = text.includes(".") ? "." : ",";
  if (decimal === mark) return fromMark(text, mark);
  if (decimal !== null && grouped) return Number(text.replace(mark, ""));
  return UNCLEAR;
}

const fromMark = (text: string, mark: DecimalMark) => mark === "," ? fromComma(text) : Number(text);
const fromComma = (text: string) => Number(text.replaceAll(".", "").replace(",", "."));

/** Without blanks around, and without those that divide thousands. */
function ungrouped(text: string): string {
  const trimmed = text.trim();
  return trimmed.replace(BLANK_GROUPS, (_all, first, groups) => first + groups.replace(/\D/g, ""));
}

const SIGNS = CURRENCY_SIGNS.map((sign) => sign.replace(/[$.]/g, "\\$&")).join("|");
const BESIDE = new RegExp(
  String
    .raw`^([+-]?)(?:(${SIGNS}|[A-Z]{3})\s*)?([+-]?)([.,]?\d[\d.,'\u2019\u00a0\u202f ]*)(?:\s*(${SIGNS}|[A-Z]{3}))?([+-]?)$`,
);
const CODES = new Set(Intl.supportedValuesOf("currency"));
const ISO_CODE = /^[A-Z]{3}$/;

/** A number as it was written, with its sign in front. */
interface WrittenNumber {
  readonly text: string;
  /** the sign or the code of a currency beside it */
  readonly currency?: string;
}

/**
 * Takes the currency off a number, and puts its sign in front: `$12.50`, `12,50 €`, `(5.00)`, `5.00-`. What is written
 * otherwise stays as it is.
 */
export function writtenNumber(sent: string): WrittenNumber {
  const trimmed = sent.trim().replace(/^[\u2212\u2013]|[\u2212\u2013]$/, "-");
  const inner = /^\((.+)\)$/.exec(trimmed)?.[1].trim();
  const found = BESIDE.exec(inner ?? trimmed);
  if (!found) return { text: ungrouped(sent) };
  const [, before, left, inside, number, right, behind] = found;
  const signs = before + inside + behind + (inner === undefined ? "" : "-");
  const currency = left ?? right;
  const isOdd = signs.length > 1 || (left !== undefined && right !== undefined) ||
    (currency !== undefined && ISO_CODE.test(currency) && !CODES.has(currency));
  return isOdd ? { text: ungrouped(sent) } : { text: signs + ungrouped(number), currency };
}
