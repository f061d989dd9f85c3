import { metricFigure, percent } from "../format/numbers.ts";
import { duration } from "../format/times.ts";
import { metricName, metricsInOrder } from "../format/words.ts";
import { stateWord } from "../format/state_words.ts";
import type { Io } from "./io.ts";

type Colour = "bold" | "dim" | "green" | "red" | "yellow";
const CODES: Record<Colour, number> = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33 };
// deno-lint-ignore no-control-regex -- the sequences that colour text begin with a control character
const SEQUENCES = /\u001b\[[0-9;]*m/g;

/** Colours text where a person watches and did not ask for none (NO_COLOR). */
export function painter(
  { env, isTerminal }: Pick<Io, "env" | "isTerminal">,
): (colour: Colour, text: string) => string {
  const plain = !isTerminal || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return (colour, text) => plain ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}
export type Paint = ReturnType<typeof painter>;

/** A column: its heading, and whether its cells are numbers, which stand to the right. */
export type Column = string | { name: string; right: true };

/** Aligned columns, two spaces between, without lines. The last column is never padded. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint = (_colour, text) => text,
): string {
  const names = columns.map((c) => typeof c === "string" ? c : c.name);
  const widths = names.map((name, i) => Math.max(shown(name), ...rows.map((row) => shown(row[i]))));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => {
      const gap = " ".repeat(widths[i] - shown(cell));
      if (typeof columns[i] !== "string") return gap + cell;
      return i === cells.length - 1 ? cell : cell + gap;
    }).join("  ").trimEnd();
  return [paint("dim", line(names)), ...rows.map(line)].join("\n");
}

const shown = (text: string) => text.replaceAll(SEQUENCES, "").length;

/** A day and minute in UTC: 2011-06-01 14:03. */
export const minute = (iso: string | null | undefined): string =>
  iso ? iso.slice(0, 16).replace("T", " ") : "-";
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
  for (const word of text.split(" ")) {
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
