import { readNumber } from "../events/number_text.ts";
import type { RawColumn } from "./table.ts";

/** A column of numbers stays one while so few of its cells are text. */
const ODD_SHARE_MAX = 0.02;
const INFINITE = /^[+-]?inf(inity)?$/i;

/** A column as numbers where it is one. */
interface CleanedColumn {
  readonly column: RawColumn;
  /** cells that were no number and count as missing */
  readonly odd: number;
  /** its numbers have decimal commas */
  readonly hasCommas: boolean;
}

/**
 * Keeps a column of numbers numeric: infinite values, and up to 2 % of other texts, count as missing; where its texts are
 * numbers with a decimal comma, but for so many, they are read as such.
 */
export function cleanedColumn(column: RawColumn): CleanedColumn {
  const commas = withCommas(column);
  const { name, codes, texts, numbers } = commas ?? column;
  const isInfinite = texts.map((text) => INFINITE.test(text));
  let others = 0;
  let infinite = 0;
  let numeric = 0;
  codes.forEach((code, row) => {
    if (code === 0) numeric += Number.isNaN(numbers[row]) ? 0 : 1;
    else if (isInfinite[code]) infinite += 1;
    else others += 1;
  });
  const hasCommas = commas !== undefined;
  const isNumeric = numeric > 0 && others <= ODD_SHARE_MAX * (numeric + infinite + others);
  const odd = infinite + others;
  if (!isNumeric || odd === 0) return { column: commas ?? column, odd: 0, hasCommas };
  return { column: { name, numbers, codes: new Int32Array(codes.length), texts: [""] }, odd, hasCommas };
}

/** The column with its texts as numbers, where nearly each of them is one with a decimal comma; the others stay texts. */
function withCommas({ name, numbers, codes, texts }: RawColumn): RawColumn | undefined {
  const hasPoints = numbers.some((value) => !Number.isNaN(value) && !Number.isInteger(value));
  if (texts.length === 1 || hasPoints) return undefined;
  const values = texts.map((text) => readNumber(text, { decimal: ",", grouped: false }));
  const isRead = (code: number) => code > 0 && typeof values[code] === "number";
  const cells = codes.reduce((sum, code) => sum + (code > 0 ? 1 : 0), 0);
  const read = codes.reduce((sum, code) => sum + (isRead(code) ? 1 : 0), 0);
  if (read === 0 || cells - read > ODD_SHARE_MAX * codes.length) return undefined;
  return {
    name,
    numbers: numbers.map((value, row) => isRead(codes[row]) ? values[codes[row]] as number : value),
    codes: codes.map((code) => isRead(code) ? 0 : code),
    texts,
  };
}
