import { Column, Numbers, PageCharts, Written } from "../src/dashboard/page_charts.ts";
/**
 * State that the charts of a page share: their numbers, as table and CSV, and the part of the x axis that they show.
 */
import { createContext } from "preact";
import { type Cell, csvText } from "../src/core/csv.ts";
import { count, figure, moment, percent, signed } from "../src/format/figures.ts";

export const Charts = createContext<PageCharts | null>(null);

/** Returns the address of a chart's numbers as CSV: its page's own, with the chart's id. */
export function csvHref(url: URL, id: string): string {
  const query = new URLSearchParams(url.search);
  query.delete("zoom");
  query.set("csv", id);
  return `${url.pathname}?${query}`;
}

/** A chart's numbers as CSV. */
export const numbersCsv = ({ columns, rows }: Numbers): string => csvText(columns.map((c) => c.name), rows);

/** A cell as a person reads it. */
export function cellText(value: Cell, as: Written = "text"): string {
  if (value === null) return "";
  if (typeof value === "string") return as === "day" || as === "moment" ? moment(value, as) : value;
  const written = { count, figure, signed, percent }[as as "count"];
  return written ? written(value) : String(value);
}

/** Columns of numbers are set flush right. */
export const isNumeric = ({ as }: Column): boolean =>
  as !== undefined && ["count", "figure", "signed", "percent"].includes(as);
