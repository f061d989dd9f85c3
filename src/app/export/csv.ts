import { csvLines, csvText } from "../../core/csv.ts";
import type { HistoryEntry } from "./rows.ts";
import { HISTORY_COLUMNS } from "./columns.ts";

/** The history as CSV (RFC 4180): a header, one line per cycle, numbers unrounded, an empty cell for "none". */
export function historyCsv(entries: readonly HistoryEntry[], { header = true } = {}): string {
  const rows = entries.map((entry) => HISTORY_COLUMNS.map(([, , cell]) => cell(entry)));
  return header ? csvText(HISTORY_COLUMNS.map(([name]) => name), rows) : csvLines(rows);
}
