import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { cellText, Charts, csvHref, isNumeric } from "./charts.ts";
import { type Numbers } from "../src/dashboard/page_charts.ts";
import { Time } from "./status_badge.tsx";
import { type Range, zoomHref, zoomSteps } from "./zoom.ts";

interface Props {
  /** of the chart on its page */
  id: string;
  /** what the chart shows, for those who hear the links without it */
  describe: string;
  numbers?: Numbers;
  /** a table that says more than the numbers do */
  children?: ComponentChildren;
  /** how far the x axis reaches, and what of it is shown; left out: there is nothing to zoom */
  zoom?: { whole: Range; now: Range | null };
  /** false: the page shows the numbers already */
  table?: boolean;
}

/** Tools below each chart: its numbers as a table and as CSV, and the zoom. */
export function ChartTools({ id, describe, numbers, children, zoom, table = true }: Props) {
  const charts = useContext(Charts);
  if (numbers) charts?.numbers.set(id, numbers);
  const rows = children ?? (numbers && <NumbersTable numbers={numbers} label={describe} />);
  return (
    <div class="chart-tools">
      {table && rows && (
        <details>
          <summary>Show as table</summary>
          {rows}
        </details>
      )}
      {numbers && charts && (
        <a href={csvHref(charts.url, id)} download={`${id}.csv`} aria-label={`CSV: ${describe}`}>CSV</a>
      )}
      {zoom && charts && zoomSteps(zoom.whole, zoom.now).map(({ name, to }) => (
        <a
          key={name}
          href={zoomHref(charts.url, id, to)}
          data-zoom={name}
          aria-label={`${name}: ${describe}`}
        >
          {name}
        </a>
      ))}
    </div>
  );
}

/** A chart's numbers, row by row. */
export function NumbersTable({ numbers: { columns, rows }, label }: { numbers: Numbers; label: string }) {
  return (
    <div class="scroll-x" role="group" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={isNumeric(column) ? "num" : undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((value, j) => {
                const { as } = columns[j];
                const shown = typeof value === "string" && (as === "moment" || as === "day")
                  ? <Time iso={value} as={as} />
                  : cellText(value, as);
                return j === 0
                  ? <th key={j} scope="row" class={isNumeric(columns[j]) ? "num" : undefined}>{shown}</th>
                  : <td key={j} class={isNumeric(columns[j]) ? "num" : undefined}>{shown}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
