import type { Cell } from "../../core/csv.ts";
import type { HistoryEntry } from "./rows.ts";

/** The type of a column; a `time` is ISO 8601 text where the format has no times. */
export type ColumnKind = "text" | "int" | "double" | "time";

/** The history as flat columns, for tools that want no nested values. Losses are in units of the loss named beside them. */
export const HISTORY_COLUMNS: readonly (readonly [
  name: string,
  kind: ColumnKind,
  cell: (entry: HistoryEntry) => Cell,
])[] = [
  ["id", "text", (e) => e.id],
  ["model", "text", (e) => e.model],
  ["number", "int", (e) => e.number],
  ["trigger", "text", (e) => e.trigger],
  ["requested_by", "text", (e) => e.requestedBy],
  ["as_of", "time", (e) => e.asOf],
  ["started_at", "time", (e) => e.startedAt],
  ["ended_at", "time", (e) => e.endedAt],
  ["seconds", "double", (e) => e.seconds],
  ["verdict", "text", (e) => e.verdict],
  ["outcome", "text", (e) => e.outcome],
  ["champion", "int", (e) => e.champion],
  ["challenger", "int", (e) => e.challenger],
  ["against", "text", (e) => e.against],
  ["loss", "text", (e) => e.loss],
  ["champion_loss", "double", (e) => e.championLoss],
  ["challenger_loss", "double", (e) => e.challengerLoss],
  ["difference", "double", (e) => e.difference?.mean ?? null],
  ["difference_low", "double", (e) => e.difference?.low ?? null],
  ["difference_high", "double", (e) => e.difference?.high ?? null],
  ["confidence", "double", (e) => e.difference?.confidence ?? null],
  ["rows", "int", (e) => e.difference?.n ?? null],
  ["text", "text", (e) => e.text],
  ["error", "text", (e) => e.error],
];
