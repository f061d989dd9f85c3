/** The value of a cell in a table of plain values; null: none. */
export type Cell = string | number | null;

/** A table as CSV (RFC 4180): names first, numbers unrounded, an empty cell for "none". */
export function csvText(names: readonly string[], rows: Iterable<readonly Cell[]>): string {
  return csvLines([names]) + csvLines(rows);
}

/** Rows as CSV, without names above them: what follows where a long table is written piece by piece. */
export function csvLines(rows: Iterable<readonly Cell[]>): string {
  let text = "";
  for (const row of rows) text += row.map(written).join(",") + "\r\n";
  return text;
}

function written(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  // A spreadsheet would run a text that begins so as a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
