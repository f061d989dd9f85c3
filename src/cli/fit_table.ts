/** Tables that fit a terminal: texts are wrapped, and where that is not enough, columns are left out. */

/** A column as it is laid out. */
export interface FitColumn {
  readonly name: string;
  /** its cells are numbers, which are never wrapped */
  readonly right: boolean;
  /** its cells are names, which are never wrapped: people copy them */
  readonly whole?: boolean;
  /** the higher, the sooner it is left out */
  readonly drop: number;
}

/** Columns with such a `drop` are left out before a word of another is broken. */
const OPTIONAL = 10;

/** Columns by their place, with the width of each. */
export interface Fit {
  readonly kept: readonly { readonly at: number; readonly width: number }[];
  readonly left: readonly string[];
}

export const GAP = 2;
/** A text is not wrapped to less, nor to less than its longest word, where that is no longer than a file's name. */
const TEXT_MIN = 12;
const WORD_MAX = 25;

/**
 * Chooses columns and their widths.
 * @param natural width that each column needs without wrapping   @param words width of its longest word
 * @param width of the terminal; undefined: any
 */
export function fit(
  columns: readonly FitColumn[],
  { natural, words }: { natural: readonly number[]; words: readonly number[] },
  width: number | undefined,
): Fit {
  if (width === undefined) {
    return { kept: natural.map((needed, at) => ({ at, width: needed })), left: [] };
  }
  const least = columns.map(({ name, right, whole = false }, at) =>
    right || whole ? natural[at] : Math.min(natural[at], Math.max(TEXT_MIN, name.length))
  );
  const unbroken = least.map((enough, at) => Math.max(enough, Math.min(words[at], WORD_MAX)));
  let places = columns.map((_, at) => at);
  const total = (widths: readonly number[]) =>
    places.reduce((sum, at) => sum + widths[at], 0) + GAP * (places.length - 1);
  const left: number[] = [];
  const leaveOut = (widths: readonly number[], mayGo: (at: number) => boolean) => {
    while (places.length > 2 && total(widths) > width && places.slice(1).some(mayGo)) {
      const out = places.slice(1).filter(mayGo)
        .reduce((worst, at) => columns[at].drop >= columns[worst].drop ? at : worst);
      left.push(out);
      places = places.filter((at) => at !== out);
    }
  };
  leaveOut(unbroken, (at) => columns[at].drop >= OPTIONAL);
  leaveOut(least, () => true);
  const widths = [...natural];
  for (const bound of [unbroken, least]) shrink(widths, { places, bound, by: () => total(widths) - width });
  return {
    kept: places.map((at) => ({ at, width: widths[at] })),
    left: left.sort((a, b) => a - b).map((at) => columns[at].name),
  };
}

/** Takes width from the widest columns, none below its bound, until nothing is left to take. */
function shrink(
  widths: number[],
  { places, bound, by }: { places: readonly number[]; bound: readonly number[]; by: () => number },
): void {
  while (by() > 0) {
    const [widest] = places.filter((at) => widths[at] > bound[at]).sort((a, b) => widths[b] - widths[a]);
    if (widest === undefined) return;
    widths[widest] = Math.max(bound[widest], widths[widest] - by());
  }
}

/** What is read as one word: a day with its minute, a number with its per cent sign, each item of a list. */
export const wordsOf = (text: string): string[] => text.split(/(?<!\d{4}-\d\d-\d\d(?=.\d\d:\d\d)) (?!%)/);

/** Breaks a text into lines of at most so many characters: between words, else within them. */
export function cellLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of wordsOf(text).flatMap((word) => word.length > width ? word.split(" ") : word)) {
    if (line !== "" && line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      if (line !== "") lines.push(line);
      line = word;
    }
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}
