import { shownValue } from "./refusal.ts";
import { READINGS } from "./spelling.ts";

type Encoding = typeof READINGS[number];

const CELLS_MAX = 2000;
const CELL_MAX = 200;
/** Share of words that a language spells so, from which on its encoding is believed. */
const BELIEVED = 0.9;
/** Share below which no encoding explains what is there: it is damage. */
const LEAST = 0.5;
const EAST_ASIAN = new Set(["shift_jis", "euc-jp", "gbk", "big5", "euc-kr"]);
const SHOWN_READINGS = 4;
const SHOWN_WORDS = 3;

/** Collects the different values of a file that hold bytes above 127, the first ones, whatever its format. */
export class MarkedCells {
  /** by their bytes, one character each */
  readonly #cells = new Set<string>();
  #rest = "";

  take(bytes: string): void {
    if (this.#cells.size >= CELLS_MAX) return;
    const cells = (this.#rest + bytes).split(/[,;\t\r\n"]/);
    this.#rest = cells.pop()!.slice(-CELL_MAX);
    cells.forEach((cell) => this.#add(cell));
  }

  end(): readonly Uint8Array[] {
    this.#add(this.#rest);
    return [...this.#cells].map((cell) => Uint8Array.from(cell, (character) => character.charCodeAt(0)));
  }

  #add(cell: string): void {
    if (/\P{ASCII}/u.test(cell) && cell.length <= CELL_MAX) this.#cells.add(cell.replace(/^ +| +$/g, ""));
  }
}

/** An encoding that values could be in, and what its language spells of them. */
export interface Reading {
  readonly label: string;
  /** share of the words that a language of this encoding spells so */
  readonly share: number;
  /** each value's words, in the order of the values */
  readonly texts: readonly string[];
}

/** Reads values in each encoding that they could be in, the most sensible one first. */
export function readingsOf(cells: readonly Uint8Array[]): Reading[] {
  const readings = READINGS.map(({ label, fits }) => {
    const decoder = new TextDecoder(label);
    const texts = cells.map((cell) => decoder.decode(cell));
    const words = texts.flatMap(wordsOf).filter(isTelling);
    const fitting = words.filter((word) => fits(word)).length;
    return { label, texts, share: words.length === 0 ? 0 : fitting / words.length };
  });
  return readings.sort((a, b) => b.share - a.share);
}

/**
 * Whether values are Windows-1252: its languages spell at least half of their words so, and of those that another encoding
 * reads differently, nearly all, or as many as the other's languages. Words that both read alike, as most of a Hungarian
 * file are, say nothing.
 */
export function isWestern(cells: readonly Uint8Array[]): boolean {
  const [western, ...others] = READINGS;
  const decoder = new TextDecoder(western.label);
  const texts = cells.map((cell) => wordsOf(decoder.decode(cell)));
  const words = texts.flat();
  const share = words.filter((word) => western.fits(word)).length / words.length;
  if (words.length === 0) return true;
  return share >= LEAST && others.every((other) => !readsBetter(other, western, cells));
}

/** Whether more of what two encodings read differently is spelled as in the first one. */
function readsBetter(one: Encoding, other: Encoding, cells: readonly Uint8Array[]): boolean {
  const decoders = [one, other].map(({ label }) => new TextDecoder(label));
  const fitting = [0, 0];
  let differing = 0;
  for (const cell of cells) {
    const [first, second] = decoders.map((decoder) => wordsOf(decoder.decode(cell)));
    if (first.join(" ") === second.join(" ")) continue;
    differing += 1;
    if (first.length > 0 && first.every((word) => one.fits(word))) fitting[0] += 1;
    if (second.every((word) => other.fits(word))) fitting[1] += 1;
  }
  return fitting[1] < BELIEVED * differing && fitting[0] > fitting[1];
}

/** Whether nearly all words are spelled in letters of two bytes, many of which could also be UTF-8. */
export const isEastAsian = (cells: readonly Uint8Array[]): boolean =>
  readingsOf(cells).some(({ label, share }) => EAST_ASIAN.has(label) && share >= BELIEVED);

/** Says how values that are not UTF-8 could be read; undefined: in no way that makes words. */
export function readingsTold(cells: readonly Uint8Array[]): string | undefined {
  const readings = readingsOf(cells);
  const best = readings[0].share;
  if (best < LEAST) return undefined;
  const likely = readings.filter(({ share }) => share >= 0.8 * best).slice(0, SHOWN_READINGS);
  const western = readings.find(({ label }) => label === "windows-1252")!;
  const shown = likely.includes(western) ? likely : [...likely.slice(0, SHOWN_READINGS - 1), western];
  const places = tellingPlaces(shown);
  return shown.map(({ label, texts }) =>
    `--encoding ${label} reads ${places.map((place) => `"${shownValue(texts[place])}"`).join(", ")}`
  ).join("; ");
}

/** The places of values that read differently, short ones first. */
function tellingPlaces(readings: readonly Reading[]): number[] {
  const [{ texts }] = readings;
  const differ = (place: number) => new Set(readings.map((reading) => reading.texts[place])).size;
  return [...texts.keys()]
    .sort((a, b) => differ(b) - differ(a) || texts[a].length - texts[b].length || a - b)
    .slice(0, SHOWN_WORDS);
}

/** A single letter, or two of which one is marked, is a word in too many encodings. */
const isTelling = (word: string): boolean => word.length > 2 || word.replace(/\p{ASCII}/gu, "").length > 1;

/** What stands around words, also between them unless there are letters on both sides. */
const BETWEEN = /[\s!-\/:-@[-`{-~\u00a0\u00ad«»°®©™…•‘’]+|(?<!\p{L})[„“”‚‹›–—]|[„“”‚‹›–—](?!\p{L})|–/u;
/** Marks that may stand at the end, or the start, of a word, and numbers with their units. */
const EDGES =
  /^[¿¡]+|[ºª]$|^(?:[cdk]?m|\d+)[²³]$|^\d*[¼½¾]$|^\d+(?=[€£¥])|^[€£¥¢§µ×·±´](?!\p{L})|(?<=\d)[€£¥¢§]$/gu;

/** The words of a text that hold more than ASCII. */
function wordsOf(text: string): string[] {
  return text.split(BETWEEN).map((word) => word.replaceAll(EDGES, ""))
    .filter((word) =>
      /\P{ASCII}/u.test(word) && (word === "¤" || /[\p{L}\ufffd\p{No}\p{S}\p{Cc}†‡]/u.test(word))
    );
}
