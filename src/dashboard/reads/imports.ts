import { type ImportRow, importRow, importRows } from "../../db/events/imports.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** Reads for the pages about imports. */
export interface ImportReads {
  /** the newest first */
  imports(): Promise<ImportRow[]>;
  /** null: there is none of this number */
  import(id: number): Promise<ImportRow | null>;
}

/** Answers them from Postgres. */
export const importReads = ({ sql }: DashboardDeps): ImportReads => ({
  imports: () => importRows(sql),
  import: (id) => nullIfNotFound(importRow(sql, id)),
});
