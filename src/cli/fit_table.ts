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

/** Columns by their place, with the width of each. */
export interface Fit {
  readonly kept: readonly { readonly at: number; readonly width: number }[];
  readonly left: readonly string[];
}

export const GAP = 2;
/** A text is not wrapped to less. */
const TEXT_MIN = 12;

/**
 * Chooses columns and their widths.
 * @param natural width that each column needs without wrapping   @param width of the terminal; undefined: any
 */
export function fit(
  columns: readonly FitColumn[],
  natural: readonly number[],
  width: number | undefined,
): Fit {
  let places = columns.map((_, at) => at);
  const least = columns.map(({ name, right, whole = false }, at) =>
    right || whole ? natural[at] : Math.min(natural[at], Math.max(TEXT_MIN, name.length))
  );
  const total = (widths: readonly number[]) =>
    places.reduce((sum, at) => sum + widths[at], 0) + GAP * (places.length - 1);
  if (width === undefined) return { kept: places.map((at) => ({ at, width: natural[at] })), left: [] };
  const left: number[] = [];
  while (places.length > 2 && total(least) > width) {
    const out = places.slice(1).reduce((worst, at) => columns[at].drop >= columns[worst].drop ? at : worst);
    left.push(out);
    places = places.filter((at) => at !== out);
  }
  const widths = [...natural];
  while (total(widths) > width) {
    const widest = places.filter((at) => widths[at] > least[at]).sort((a, b) => widths[b] - widths[a])[0];
    if (widest === undefined) break;
    widths[widest] = Math.max(least[widest], widths[widest] - (total(widths) - width));
  }
  return {
    kept: places.map((at) => ({ at, width: widths[at] })),
    left: left.sort((a, b) => a - b).map((at) => columns[at].name),
  };
}

/** Breaks a text into lines of at most so many characters: between words, else within them. */
export function cellLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
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
