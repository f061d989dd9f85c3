import { type Cell, csvLines, csvText } from "../core/csv.ts";
import type { HistoryEntry } from "./history.ts";

const COLUMNS: readonly (readonly [name: string, cell: (entry: HistoryEntry) => Cell])[] = [
  ["id", (e) => e.id],
  ["model", (e) => e.model],
  ["number", (e) => e.number],
  ["trigger", (e) => e.trigger],
  ["requested_by", (e) => e.requestedBy],
  ["as_of", (e) => e.asOf],
  ["started_at", (e) => e.startedAt],
  ["ended_at", (e) => e.endedAt],
  ["seconds", (e) => e.seconds],
  ["verdict", (e) => e.verdict],
  ["outcome", (e) => e.outcome],
  ["champion", (e) => e.champion],
  ["challenger", (e) => e.challenger],
  ["against", (e) => e.against],
  ["loss", (e) => e.loss],
  ["champion_loss", (e) => e.championLoss],
  ["challenger_loss", (e) => e.challengerLoss],
  ["difference", (e) => e.difference?.mean ?? null],
  ["difference_low", (e) => e.difference?.low ?? null],
  ["difference_high", (e) => e.difference?.high ?? null],
  ["confidence", (e) => e.difference?.confidence ?? null],
  ["rows", (e) => e.difference?.n ?? null],
  ["text", (e) => e.text],
  ["error", (e) => e.error],
];

/** The history as CSV (RFC 4180): a header, one line per cycle, numbers unrounded, an empty cell for "none". */
export function historyCsv(entries: readonly HistoryEntry[], { header = true } = {}): string {
  const rows = entries.map((entry) => COLUMNS.map(([, cell]) => cell(entry)));
  return header ? csvText(COLUMNS.map(([name]) => name), rows) : csvLines(rows);
}
