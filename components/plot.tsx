import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { LRUCache } from "lru-cache";
import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";
import { ChartTools } from "./chart_tools.tsx";
import { Charts } from "./charts.ts";
import { type Numbers } from "../src/dashboard/page_charts.ts";
import { type Range, zoomOf } from "./zoom.ts";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
/** Each chart is drawn for three widths, and the stylesheet shows the one that fits, so that text never scales. */
const WIDTHS_PX = { narrow: 330, middle: 450, wide: 620 };
const KEPT = 64;

/** Draws a chart at any width. */
export type Drawing = (width: number) => Plot.PlotOptions;

/** A chart at one width, with where its x axis begins and ends: values of the data, and pixels. */
interface Drawn {
  svg: string;
  x: { domain: Range; pixels: Range } | null;
}

/** SVG by Observable Plot. Its own style element is left out: the content policy forbids it, the stylesheet replaces it. */
function draw(options: Plot.PlotOptions, zoom: Range | null): Drawn {
  const common = { className: "drawn", document: document as unknown as Document };
  const svg = Plot.plot({ ...options, ...zoom ? zoomed(options, zoom) : {}, ...common });
  svg.querySelector("style")?.remove();
  const x = axisOf(svg);
  if (zoom && x) dropOutside(svg, x.pixels);
  // Plot names each group by its kind of mark ("dot"): no words for those who listen, who are told by `describe`.
  for (const group of svg.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  return { svg: svg.outerHTML, x };
}

/** An axis that goes on without steps between two values can be zoomed. */
function axisOf(svg: ReturnType<typeof Plot.plot>): Drawn["x"] {
  const scale = svg.scale("x");
  if (!scale?.domain || !scale.range || !["utc", "time", "linear"].includes(scale.type ?? "")) return null;
  const range = (ends: Iterable<unknown>) => [...ends].map(Number) as unknown as Range;
  return { domain: range(scale.domain), pixels: range(scale.range as Iterable<unknown>) };
}

/** The same chart, of which a part of the x axis is shown: nothing is drawn beyond the frame. */
function zoomed({ x, marks }: Plot.PlotOptions, zoom: Range): Plot.PlotOptions {
  const isTime = x?.type === "utc" || (x?.domain && [...x.domain].some((end) => end instanceof Date));
  for (const mark of (marks ?? []).flat(Infinity as 1)) {
    if (mark instanceof Plot.Mark && !(mark instanceof Plot.Text)) Object.assign(mark, { clip: "frame" });
  }
  return { x: { ...x, nice: false, domain: isTime ? zoom.map((end) => new Date(end)) : zoom } };
}

const LABEL_PX = 2;

/** Labels of what lies beyond the frame: they are not clipped with it, as most labels hang over its edge. */
function dropOutside(svg: Element, [left, right]: Range): void {
  for (const text of svg.querySelectorAll("text")) {
    const x = Number(/translate\((-?[\d.]+)/.exec(text.getAttribute("transform") ?? "")?.[1] ?? left);
    const isOfY = text.closest('[aria-label^="y-axis"]') !== null;
    if (!isOfY && (x < left - LABEL_PX || x > right + LABEL_PX)) text.remove();
  }
}

const drawn = new LRUCache<string, [string, Drawn][]>({ max: KEPT }); // by what the charts show

function drawings(key: string, drawing: Drawing, zoom: Range | null = null): [string, Drawn][] {
  const whole = zoom ? `${key} ${zoom}` : key;
  const known = drawn.get(whole);
  if (known) return known;
  const svgs = Object.entries(WIDTHS_PX).map(([name, width]): [string, Drawn] => [
    name,
    draw(drawing(width), zoom),
  ]);
  drawn.set(whole, svgs);
  return svgs;
}

const SHORT_MS = 4 * 86_400_000;

/** The axis of time between two moments; hours are named where it is short. */
export function timeAxis(from: Date, to: Date, width: number): Plot.Markish {
  const short = to.getTime() - from.getTime() < SHORT_MS;
  const written = (time: Date, options: Intl.DateTimeFormatOptions) =>
    time.toLocaleString("en-GB", { ...options, timeZone: "UTC" });
  const tickFormat = (time: Date) =>
    `${written(time, { hour: "2-digit", minute: "2-digit" })}\n${
      written(time, { day: "numeric", month: "short" })
    }`;
  return Plot.axisX({
    ticks: width < 400 ? 3 : 5,
    tickSize: 4,
    color: "var(--chart-axis)",
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
  /** what it shows, for the table below it and for its CSV */
  numbers?: Numbers;
  /** a table that says more than the numbers do */
  children?: ComponentChildren;
}

/**
 * A chart under its finding; below it its numbers as a table and as CSV, and what to zoom with. A mark with a `title`
 * tells it on hover and by keyboard (`islands/ChartTips.tsx`).
 */
export function Figure({ id, title, measure, describe, data, drawing, numbers, children }: FigureProps) {
  const charts = useContext(Charts);
  const key = `${id} ${JSON.stringify(data)}`;
  const zoom = charts && zoomOf(charts.url, id);
  const whole = drawings(key, drawing);
  const [[, { x }]] = whole;
  const shown = zoom && x ? drawings(key, drawing, zoom) : whole;
  return (
    <figure id={id}>
      <figcaption>
        <h3>
          {title} <small>{measure}</small>
        </h3>
      </figcaption>
      {shown.map(([width, { svg, x }]) => (
        <div
          key={width}
          class={`chart ${width}`}
          role="img"
          aria-label={describe}
          data-x={x ? JSON.stringify(x) : undefined}
          dangerouslySetInnerHTML={{ __html: svg }}
        />
      ))}
      <ChartTools
        id={id}
        describe={describe}
        numbers={numbers}
        zoom={x ? { whole: x.domain, now: zoom } : undefined}
      >
        {children}
      </ChartTools>
    </figure>
  );
}
