import type { Cell } from "../core/csv.ts";

/** The format of a column's cells in a table; the CSV has them as they are. */
export type Written = "text" | "count" | "figure" | "signed" | "percent" | "day" | "moment";

/** A column of a chart's numbers. Left out: text. */
export interface Column {
  name: string;
  as?: Written;
}

/** The numbers that a chart shows: the same for its table and its CSV. Times are ISO 8601. */
export interface Numbers {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
}

/** The charts of the page that is being drawn: each puts its numbers down here. */
export interface PageCharts {
  url: URL;
  numbers: Map<string, Numbers>;
}
