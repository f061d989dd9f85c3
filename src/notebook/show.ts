import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { sleep } from "../core/deadline.ts";
import { colour, STYLE } from "./look.ts";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
const DISPLAY = Symbol.for("Jupyter.display");

/** The output of a cell: the same content for those who see pictures and for those who read text. */
export interface Shown {
  readonly [DISPLAY]: () => Record<string, string>;
}

const shown = (bundle: Record<string, string>): Shown => ({ [DISPLAY]: () => bundle });

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const WIDTH_PX = 760;
const PAD_PX = 20;

/** A chart under its finding. */
export interface ChartOptions extends Omit<Plot.PlotOptions, "title" | "document" | "className" | "width"> {
  /** what it shows, in words made from the numbers */
  title: string;
  /** the measure, its unit, and how uncertainty is drawn */
  measure: string;
  /** names of what is drawn, with their colours */
  legend?: Readonly<Record<string, string>>;
}

/** Draws a chart as SVG, which a code host shows as a picture; its words are the text for who does not see it. */
export function chart({ title, measure, legend = {}, ...options }: ChartOptions): Shown {
  const plot = Plot.plot({
    marginLeft: 72,
    marginBottom: 40,
    ...options,
    width: WIDTH_PX - 2 * PAD_PX,
    className: "nb-plot",
    document: document as unknown as Document,
  });
  plot.querySelector("style")?.remove(); // it would speak of the page's colours, and there is no page
  const head = [
    ...lines(title, { chars: 78, px: 15, weight: 600, fill: colour.ink }),
    ...lines(measure, { chars: 112, px: 12, weight: 400, fill: colour.muted }),
  ];
  const at = head.map((_, i) => head.slice(0, i + 1).reduce((y, line) => y + line.px * 1.35, 0) + PAD_PX - 4);
  const named = Object.keys(legend).length > 0;
  const below = at[at.length - 1] + (named ? 34 : 14);
  const height = Math.ceil(below + Number(plot.getAttribute("height")) + PAD_PX / 2);
  const words = head.map((line, i) => written(line, at[i])).join("") +
    (named ? legendLine(legend, at[at.length - 1] + 22) : "");
  return shown({
    "image/svg+xml": framed(words + placed(plot, below), { height, title: `${title}. ${measure}` }),
    "text/plain": `${title}\n${measure}`,
  });
}

const written = ({ text, px, weight, fill }: ReturnType<typeof lines>[number], y: number) =>
  `<text x="${PAD_PX}" y="${y}" font-size="${px}" font-weight="${weight}" fill="${fill}">${
    escaped(text)
  }</text>`;

const legendLine = (legend: Readonly<Record<string, string>>, y: number) =>
  `<text x="${PAD_PX}" y="${y}" font-size="12">${
    Object.entries(legend).map(([name, fill]) =>
      `<tspan fill="${fill}">●</tspan><tspan fill="${colour.muted}"> ${escaped(name)}    </tspan>`
    ).join("")
  }</text>`;

function placed(plot: Element, y: number): string {
  plot.setAttribute("x", String(PAD_PX));
  plot.setAttribute("y", String(y));
  plot.setAttribute("font-size", "12");
  plot.setAttribute("font-family", "inherit");
  return plot.outerHTML;
}

const framed = (inner: string, { height, title }: { height: number; title: string }) =>
  `<svg xmlns="http://www.w3.org/2000/svg" class="nb-chart" width="${WIDTH_PX}" height="${height}" ` +
  `viewBox="0 0 ${WIDTH_PX} ${height}" role="img" fill="currentColor"><title>${
    escaped(title)
  }</title><style>${STYLE}</style>` +
  `<rect x="0.5" y="0.5" width="${WIDTH_PX - 1}" height="${
    height - 1
  }" rx="8" fill="${colour.card}" stroke="${colour.edge}"/>` +
  `${inner}</svg>`;

interface LineStyle {
  chars: number;
  px: number;
  weight: number;
  fill: string;
}

/** SVG breaks no lines. */
function lines(text: string, style: LineStyle): (LineStyle & { text: string })[] {
  const wrapped: string[] = [];
  for (const word of text.split(" ")) {
    const last = wrapped.at(-1);
    if (last !== undefined && last.length + word.length < style.chars) {
      wrapped[wrapped.length - 1] = `${last} ${word}`;
    } else wrapped.push(word);
  }
  return wrapped.map((text) => ({ ...style, text }));
}

/** The value of a table's cell: text as it is, numbers as they are to be read; null: none. */
export type TableCell = string | number | null;

/** Longer tables are folded. */
const ROWS_OPEN = 12;

/** A table of numbers. @param columns names with their unit */
export function table(
  columns: readonly string[],
  rows: readonly (readonly TableCell[])[],
  { caption }: { caption?: string } = {},
): Shown {
  const row = (cells: readonly TableCell[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}${aligned(cell)}>${escaped(text(cell))}</${tag}>`).join("")}</tr>`;
  const body = `<table><thead>${row(columns, "th")}</thead><tbody>${
    rows.map((cells) => row(cells, "td")).join("")
  }</tbody></table>`;
  const captionHtml = caption ? `<p>${escaped(caption)}</p>` : "";
  const folded = rows.length > ROWS_OPEN
    ? `<details><summary>${escaped(caption ?? "The numbers")}: ${rows.length} rows</summary>${body}</details>`
    : captionHtml + body;
  const plain = [
    ...caption ? [caption] : [],
    ...[columns, ...rows].map((cells) => cells.map(text).join(" | ")),
  ];
  return shown({ "text/html": folded, "text/plain": plain.join("\n") });
}

const text = (cell: TableCell) => cell === null ? "–" : String(cell);
const aligned = (cell: TableCell) => typeof cell === "number" ? ' align="right"' : ' align="left"';

/** Shows the notebook's findings: sentences made from the numbers, so that they cannot go stale beside them. */
export function answer(...sentences: (string | null | false)[]): Shown {
  const given = sentences.filter((sentence): sentence is string => typeof sentence === "string");
  return shown({
    "text/markdown": `**Answer.** ${given.map(markdown).join("\n\n")}`,
    "text/plain": `Answer. ${given.join("\n\n")}`,
  });
}

/** A sentence of numbers between two charts. */
export const note = (sentence: string): Shown =>
  shown({ "text/markdown": markdown(sentence), "text/plain": sentence });

const markdown = (sentence: string) => sentence.replace(/[\\`*_[\]<>|~$]/g, "\\$&");

/** Under this type each thing says which of how many it is: where the kernel lost one, that is seen. */
export const PLACE_TYPE = "application/vnd.perennial.place+json";
/** Deno's kernel says that a cell is done without waiting for what it showed: what comes after that word is not kept. */
const SETTLE_MS = 60;

/** Shows things below a cell, in order. Also a single one: the value that a cell ends with may come too late to be kept. */
export async function show(...things: readonly Shown[]): Promise<void> {
  for (const [i, thing] of things.entries()) {
    await Deno.jupyter.display({ ...thing[DISPLAY](), [PLACE_TYPE]: `${i + 1}/${things.length}` }, {
      raw: true,
    });
    await sleep(SETTLE_MS);
  }
}
