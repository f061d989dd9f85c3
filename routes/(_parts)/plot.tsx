import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { ComponentChildren } from "preact";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
/** Each chart is drawn for three widths, and the stylesheet shows the one that fits, so that text never scales. */
const WIDTHS_PX = { narrow: 330, middle: 450, wide: 620 };
const KEPT = 64;

/** What a chart is, for any width. */
export type Drawing = (width: number) => Plot.PlotOptions;

/** SVG by Observable Plot. Its own style element is left out: the content policy forbids it, the stylesheet replaces it. */
function draw(options: Plot.PlotOptions): string {
  const svg = Plot.plot({ ...options, className: "drawn", document: document as unknown as Document });
  svg.querySelector("style")?.remove();
  return svg.outerHTML;
}

const drawn = new Map<string, [string, string][]>(); // by what the charts show, the latest used last

function drawings(key: string, drawing: Drawing): [string, string][] {
  const svgs = drawn.get(key) ??
    Object.entries(WIDTHS_PX).map(([name, width]) => [name, draw(drawing(width))]);
  drawn.delete(key);
  drawn.set(key, svgs);
  if (drawn.size > KEPT) drawn.delete(drawn.keys().next().value!);
  return svgs;
}

const SHORT_MS = 4 * 86_400_000;

/** The axis of time between two moments; hours are named where it is short. */
export function timeAxis(from: Date, to: Date, width: number): Plot.Markish {
  const short = to.getTime() - from.getTime() < SHORT_MS;
  const written = (at: Date, options: Intl.DateTimeFormatOptions) =>
    at.toLocaleString("en-GB", { ...options, timeZone: "UTC" });
  const tickFormat = (at: Date) =>
    `${written(at, { hour: "2-digit", minute: "2-digit" })}\n${
      written(at, { day: "numeric", month: "short" })
    }`;
  return Plot.axisX({
    ...{ ticks: width < 400 ? 3 : 5, tickSize: 4, color: "var(--chart-axis)" },
    ...short ? { tickFormat } : {},
  });
}

interface FigureProps {
  id: string;
  /** the finding, then below it the measure and its unit */
  title: ComponentChildren;
  measure: ComponentChildren;
  /** what the chart shows, for those who cannot see it */
  describe: string;
  /** all that `drawing` depends on: the same data are drawn once */
  data: unknown;
  drawing: Drawing;
  /** the numbers, as a table */
  children?: ComponentChildren;
}

/** A chart under its finding, with its numbers as a table beside it. */
export function Figure({ id, title, measure, describe, data, drawing, children }: FigureProps) {
  return (
    <figure id={id}>
      <figcaption>
        <h3>
          {title} <small>{measure}</small>
        </h3>
      </figcaption>
      {drawings(`${id} ${JSON.stringify(data)}`, drawing).map(([width, svg]) => (
        <div
          key={width}
          class={`chart ${width}`}
          role="img"
          aria-label={describe}
          dangerouslySetInnerHTML={{ __html: svg }}
        />
      ))}
      {children && (
        <details>
          <summary>Show as table</summary>
          {children}
        </details>
      )}
    </figure>
  );
}
