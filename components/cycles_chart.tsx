import * as Plot from "@observablehq/plot";
import type { Cycle } from "../src/retraining/cycle.ts";
import type { Evidence } from "../src/validation/verdict.ts";
import type { Cell } from "../src/core/csv.ts";
import type { Column } from "../src/dashboard/page_charts.ts";
import { counted, percent } from "../src/format/numbers.ts";
import { metricName } from "../src/format/words.ts";
import { type Drawing, Figure } from "./plot.tsx";

/** An interval that reaches so many times further than the middle one is cut at the edge, with an arrowhead. */
const FAR = 3;

interface Point {
  number: number;
  mean: number;
  low: number;
  high: number;
  margin: number;
  outcome: Cycle["outcome"];
}

/** The difference of the losses as a share of the loss it was compared with. */
export function relative({ difference, championLoss, margin }: Evidence) {
  const share = (x: number) => championLoss > 0 ? x / championLoss : 0;
  return {
    mean: share(difference.mean),
    low: share(difference.low),
    high: share(difference.high),
    margin: share(margin),
  };
}

/** Every cycle's challenger against the champion of its day (the first model had none): a bar for the interval, green if it was deployed. */
export function CyclesChart({ model, cycles }: { model: string; cycles: readonly Cycle[] }) {
  const judged = cycles.filter((c) => c.evidence?.against === "champion").toReversed();
  if (judged.length === 0) return null;
  const points = judged.map((c): Point => ({
    number: c.number,
    outcome: c.outcome,
    ...relative(c.evidence!),
  }));
  const deployed = points.filter((p) => p.outcome === "deployed").length;
  const { loss, difference } = judged.at(-1)!.evidence!;
  return (
    <Figure
      id={`cycles-${model}`}
      title={`${counted(judged.length, "challenger")} compared with the champion, ${deployed} deployed`}
      measure={`change of ${metricName(loss)} by cycle, on rows neither model had seen, ${
        Math.round(difference.confidence * 100)
      } % interval; below zero is better`}
      describe={`Difference between challenger and champion for cycles ${points[0].number} to ${
        points.at(-1)!.number
      } of ${model}`}
      data={points}
      drawing={drawing(points)}
      numbers={{
        columns: COLUMNS,
        rows: judged.map((cycle, i) => rowOf(cycle, points[i])),
      }}
    />
  );
}

const COLUMNS: readonly Column[] = [
  { name: "Cycle" },
  { name: "As of", as: "day" },
  { name: "Outcome" },
  { name: "Change of the loss", as: "percent" },
  { name: "From", as: "percent" },
  { name: "To", as: "percent" },
  { name: "Margin", as: "percent" },
  { name: "Rows", as: "count" },
];

const rowOf = ({ number, asOf, outcome, evidence }: Cycle, { mean, low, high, margin }: Point): Cell[] => [
  number,
  asOf,
  outcome,
  mean,
  ...[low, high].map((end) => Number.isFinite(end) ? end : null),
  margin,
  evidence!.difference.n,
];

const stroke = ({ outcome }: Point) =>
  outcome === "deployed"
    ? "var(--evergreen)"
    : outcome === "rolled back"
    ? "var(--status-bad)"
    : "var(--chart-axis)";

const reach = (p: Point) => Math.max(-p.low, p.high);

/** Returns the extent of the axis to either side of zero. */
function edgeOf(points: Point[]): number {
  const reaches = points.map(reach).sort((a, b) => a - b);
  const far = Math.min(reaches.at(-1)!, FAR * reaches[Math.floor(reaches.length / 2)]);
  return Math.max(far, ...points.map((p) => p.margin)) * 1.08;
}

const drawing = (points: Point[]): Drawing => (width) => {
  const edge = edgeOf(points);
  const within = (x: number) => Math.max(-edge, Math.min(edge, x));
  const [first, last] = [points[0].number, points.at(-1)!.number];
  const title = (p: Point) =>
    `Cycle ${p.number}: ${percent(p.mean, { sign: true })}, ${percent(p.low)} to ${percent(p.high)}`;
  return {
    width,
    height: 150,
    marginLeft: 44,
    marginRight: 66,
    marginTop: 12,
    x: { domain: [first - 0.6, last + 0.6], label: null },
    y: { domain: [-edge, edge], label: null },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({
        ticks: 4,
        tickSize: 0,
        tickFormat: (x: number) => `${Math.round(x * 100)} %`.replace("-", "−"),
      }),
      Plot.axisX({
        ticks: Math.min(points.length, width < 400 ? 4 : 8),
        tickSize: 4,
        color: "var(--chart-axis)",
        tickFormat: (n: number) => Number.isInteger(n) ? String(n) : "",
      }),
      Plot.ruleY([0], { stroke: "var(--chart-axis)" }),
      Plot.line(points, { x: "number", y: "margin", stroke: "var(--status-watch)", strokeDasharray: "2 3" }),
      Plot.link(points, {
        x: "number",
        y1: (p: Point) => within(p.low),
        y2: (p: Point) => within(p.high),
        stroke,
        strokeWidth: 2,
      }),
      Plot.dot(points.filter((p) => p.high > edge), {
        x: "number",
        y: edge,
        symbol: "triangle",
        r: 4,
        fill: stroke,
        title,
      }),
      Plot.dot(points.filter((p) => p.low < -edge), {
        x: "number",
        y: -edge,
        symbol: "triangle",
        rotate: 180,
        r: 4,
        fill: stroke,
        title,
      }),
      Plot.dot(points.filter((p) => Math.abs(p.mean) <= edge), {
        x: "number",
        y: "mean",
        r: 3,
        stroke,
        fill: (p: Point) => p.outcome === "deployed" ? "var(--evergreen)" : "var(--surface-page)",
        title,
      }),
      Plot.text([points.at(-1)!], {
        x: last + 0.6,
        y: "margin",
        text: () => "margin",
        dx: 8,
        textAnchor: "start",
        className: "label watch",
      }),
      Plot.text(points.at(-1)!.margin > edge / 5 ? [0] : [], { // else it would run into the margin's label
        x: last + 0.6,
        y: 0,
        text: () => "no change",
        dx: 8,
        dy: 7,
        textAnchor: "start",
        className: "label",
      }),
    ],
  };
};
