import { metricFigure, percent } from "../format/numbers.ts";
import { duration } from "../format/times.ts";
import { metricName, metricsInOrder } from "../format/words.ts";
import { stateWord } from "../format/state_words.ts";
import { cellLines, fit, GAP, wordsOf } from "./fit_table.ts";
import type { Io } from "./io.ts";

type Colour = "bold" | "dim" | "green" | "red" | "yellow";
const CODES: Record<Colour, number> = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33 };
// deno-lint-ignore no-control-regex -- the sequences that colour text begin with a control character
const SEQUENCES = /\u001b\[[0-9;]*m/g;

/** How text is drawn: in colour or not, and how wide. */
export interface Paint {
  (colour: Colour, text: string): string;
  /** characters that a table may take; left out: any number */
  readonly width?: number;
}

/** Tables are often moved to the right by so much. */
const INDENT = 2;

/** Colours text where a person watches and did not ask for none (NO_COLOR); tables fit that person's terminal. */
export function painter({ env, isTerminal, columns }: Pick<Io, "env" | "isTerminal" | "columns">): Paint {
  const plain = !isTerminal || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  const paint = (colour: Colour, text: string) => plain ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`;
  return Object.assign(paint, { width: isTerminal ? columns - INDENT : undefined });
}

/** The column of an interval, which is read in one line. */
export const INTERVAL = { name: "interval", whole: true } as const;

/** A column: its heading, whether its cells are numbers, to the right, or names, never broken, and how soon it is left out. */
export type Column = string | { name: string; right?: boolean; whole?: boolean; drop?: number };

/**
 * Aligned columns, two spaces between, without lines. The last column is never padded. Where the terminal is narrower,
 * texts are wrapped; where that is not enough, columns are left out, the last ones first unless they say otherwise.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint = (_colour, text) => text,
): string {
  const all = columns.map((column, at) => {
    const { name, right = false, whole = false, drop = at } = typeof column === "string"
      ? { name: column }
      : column;
    return { name, right, whole, drop };
  });
  const natural = all.map(({ name }, i) => Math.max(shown(name), ...rows.map((row) => shown(row[i]))));
  const words = all.map((_, i) => Math.max(0, ...rows.flatMap((row) => wordsOf(row[i]).map(shown))));
  const { kept, left } = fit(all, { natural, words }, paint.width);
  const line = (cells: readonly string[]) =>
    kept.map(({ at, width }, i) => {
      const gap = " ".repeat(Math.max(0, width - shown(cells[i])));
      if (all[at].right) return gap + cells[i];
      return i === kept.length - 1 ? cells[i] : cells[i] + gap;
    }).join(" ".repeat(GAP)).trimEnd();
  const linesOf = (cells: readonly string[]) => {
    const wrapped = kept.map(({ at, width }) =>
      shown(cells[at]) <= width ? [cells[at]] : cellLines(plainText(cells[at]), width)
    );
    const height = Math.max(...wrapped.map(({ length }) => length));
    return Array.from({ length: height }, (_, i) => line(wrapped.map((lines) => lines[i] ?? "")));
  };
  const head = linesOf(all.map(({ name }) => name)).map((text) => paint("dim", text));
  const note = left.length === 0
    ? []
    : [paint("dim", `Left out to fit: ${left.join(", ")} (--wide shows all)`)];
  return [...head, ...rows.flatMap(linesOf), ...note].join("\n");
}

const plainText = (text: string) => text.replaceAll(SEQUENCES, "");
const shown = (text: string) => plainText(text).length;

/** A day and minute in UTC: 2011-06-01 14:03. */
export const minute = (iso: string | null | undefined): string =>
  iso ? iso.slice(0, 16).replace("T", " ") : "-";
/** The moment that data are seen as of: a cut-off is a day, all else has its minute. */
export const asOfText = (iso: string): string => iso.endsWith("T00:00:00.000Z") ? day(iso) : minute(iso);
/** A day in UTC. */
export const day = (iso: string | null | undefined): string => iso ? iso.slice(0, 10) : "-";

/** How long: "850 ms", "12 s", "4 min 10 s"; "-" of nothing. */
export const secondsText = (seconds: number | null): string =>
  seconds === null ? "-" : duration(seconds * 1000);

/** A change of the loss against the old one, signed: −3.4 %. */
export function change(difference: number | undefined, from: number | null): string {
  if (difference === undefined || from === null || from === 0) return "-";
  return percent(difference / from, { sign: true });
}

/** Metrics in one line: accuracy 0.7123, log loss 0.5400. */
export const metricsLine = (metrics: Record<string, number | null>): string =>
  metricsInOrder(metrics).map(([metric, value]) => `${metricName(metric)} ${metricFigure(value)}`).join(", ");

/** Text broken between words into lines of at most `columns` characters; lines after the first begin with `indent` spaces. */
export function wrapped(text: string, { columns, indent = 0 }: { columns: number; indent?: number }): string {
  const lines: string[] = [];
  for (const word of wordsOf(text)) {
    const last = lines.length - 1;
    if (last >= 0 && shown(lines[last]) + 1 + shown(word) <= columns) lines[last] += ` ${word}`;
    else lines.push(last < 0 ? word : " ".repeat(indent) + word);
  }
  return lines.join("\n");
}

/** Every line moved to the right. */
export const indented = (text: string, spaces = 2): string =>
  text.split("\n").map((line) => line === "" ? "" : " ".repeat(spaces) + line).join("\n");

const GOOD = new Set([
  "healthy",
  "serving",
  "deployed",
  "promote",
  "accepted",
  "stable",
  "sound",
  "holds",
  "same",
  "retrain",
  "recalibrate",
]);
const BAD = new Set([
  "failed",
  "file damaged",
  "lost",
  "rolled back",
  "slipped",
  "drifted",
  "broken",
  "fell",
  "differs",
  "fix data first",
]);

/** The word for a state, in its colour. */
export function mood(state: string, paint: Paint): string {
  const colour = GOOD.has(state) ? "green" : BAD.has(state) ? "red" : "yellow";
  return paint(colour, stateWord(state));
}
