import { parquetWriteBuffer } from "hyparquet-writer";
import type { HistoryEntry } from "./rows.ts";
import { type ColumnKind, HISTORY_COLUMNS } from "./columns.ts";

const TYPES = { text: "STRING", int: "INT32", double: "DOUBLE", time: "TIMESTAMP" } as const satisfies Record<
  ColumnKind,
  string
>;

/** The history as a Parquet file: the columns of the CSV with their types, times as timestamps (UTC), null for "none". */
export function historyParquet(entries: readonly HistoryEntry[]): Uint8Array<ArrayBuffer> {
  const columnData = HISTORY_COLUMNS.map(([name, kind, cell]) => ({
    name,
    type: TYPES[kind],
    nullable: true,
    data: entries.map((entry) => {
      const value = cell(entry);
      return kind === "time" && value !== null ? new Date(String(value)) : value;
    }),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
