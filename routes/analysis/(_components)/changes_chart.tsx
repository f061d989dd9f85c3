import * as Plot from "@observablehq/plot";
import type { Drawing } from "../../../components/plot.tsx";

/** One bar of an interval over the number of its cycle. */
export interface Change {
  number: number;
  /** written above it; null: nothing is */
  label: string | null;
  mean: number;
  low: number | null;
  high: number | null;
  tone: "new" | "back" | "past";
  /** told on hover and by keyboard */
  title: string;
}

const STROKES = { new: "var(--evergreen)", back: "var(--status-bad)", past: "var(--chart-axis)" } as const;
/** An interval that reaches so many times further than the middle one is cut at the edge, with an arrowhead. */
const FAR = 3;
const LABEL_PX = 26;

/** Returns the extent of the axis to either side of zero. */
function edgeOf(changes: readonly Change[]): number {
  const reaches = changes.map(({ mean, low, high }) =>
    Math.max(Math.abs(low ?? mean), Math.abs(high ?? mean))
  ).sort((a, b) => a - b);
  const far = Math.min(reaches.at(-1)!, FAR * reaches[Math.floor(reaches.length / 2)]);
  return (far || 1) * 1.08;
}

/** Of labels that would lie on each other only the later one is written. */
function legible(changes: readonly Change[], pxPerCycle: number): Change[] {
  const named = changes.filter((c) => c.label !== null);
  return named.filter((c, i) =>
    i === named.length - 1 || (named[i + 1].number - c.number) * pxPerCycle >= LABEL_PX
  );
}

/**
 * Intervals around zero, one a cycle. @param options.tick how a value of the y axis is written
 * @param options.zero what zero means, beside its line
 */
export const changesDrawing = (
  changes: readonly Change[],
  { tick, zero, left = 50 }: { tick: (value: number) => string; zero: string; left?: number },
): Drawing =>
(width) => {
  const edge = edgeOf(changes);
  const [first, last] = [changes[0].number, changes.at(-1)!.number];
  const within = (value: number) => Math.max(-edge, Math.min(edge, value));
  const stroke = (c: Change) => STROKES[c.tone];
  const right = 66;
  const top = 22;
  const beyond = (up: boolean) =>
    changes.filter(({ low, high }) => up ? high === null || high > edge : low === null || low < -edge);
  const arrow = { symbol: "triangle", r: 4, fill: stroke, x: "number" } as const;
  return {
    width,
    height: 190,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: 26,
    x: { domain: [first - 0.6, last + 0.6], label: null },
    y: { domain: [-edge, edge], label: null },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: tick }),
      Plot.axisX({
        ticks: Math.min(changes.length, width < 400 ? 4 : 8),
        tickSize: 4,
        color: "var(--chart-axis)",
        tickFormat: (n: number) => Number.isInteger(n) ? String(n) : "",
      }),
      Plot.ruleY([0], { stroke: "var(--chart-axis)" }),
      Plot.link(changes, {
        x: "number",
        stroke,
        strokeWidth: 2,
        y1: (c: Change) => within(c.low ?? -edge),
        y2: (c: Change) => within(c.high ?? edge),
      }),
      Plot.dot(beyond(true), { ...arrow, y: edge }),
      Plot.dot(beyond(false), { ...arrow, y: -edge, rotate: 180 }),
      Plot.dot(changes, {
        x: "number",
        y: (c: Change) => within(c.mean),
        r: 3,
        stroke,
        title: "title",
        fill: (c: Change) => c.tone === "new" ? "var(--evergreen)" : "var(--surface-page)",
      }),
      Plot.text(legible(changes, (width - left - right) / (last - first + 1.2)), {
        x: "number",
        frameAnchor: "top",
        dy: -14,
        text: "label",
        className: "label",
      }),
      Plot.text([0], {
        x: last + 0.6,
        y: 0,
        text: () => zero,
        dx: 8,
        textAnchor: "start",
        className: "label",
      }),
    ],
  };
};
