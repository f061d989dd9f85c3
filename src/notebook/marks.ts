import * as Plot from "@observablehq/plot";
import { colour } from "./look.ts";

/** A value on a chart, with as much of its interval as is known. */
export interface RangedPoint {
  x: Date | number | string;
  y: number;
  low: number | null;
  high: number | null;
  /** left out: the plain one */
  fill?: string;
  /** drawn as a ring: an estimate */
  hollow?: boolean;
  /** column of small multiples */
  fx?: string;
}

/** Points on their intervals; those without one stand alone. */
export function ranged(points: readonly RangedPoint[], { r = 4 } = {}): Plot.Markish[] {
  const bars = points.filter(({ low, high }) => low !== null && high !== null);
  const places = { x: "x", ...points.some(({ fx }) => fx !== undefined) ? { fx: "fx" } : {} };
  const fill = ({ fill = colour.line }: RangedPoint) => fill;
  return [
    Plot.ruleX(bars, { ...places, y1: "low", y2: "high", stroke: colour.faint, strokeWidth: 2.5 }),
    Plot.dot(points, {
      ...places,
      y: "y",
      r,
      stroke: fill,
      strokeWidth: 1.5,
      fill: (point: RangedPoint) => point.hollow ? colour.card : fill(point),
    }),
  ];
}

/** Moments at which something changed, each with its name above the frame. */
export function moments(changes: readonly { at: Date; name: string }[]): Plot.Markish[] {
  return [
    Plot.ruleX(changes, { x: "at", stroke: colour.axis, strokeDasharray: "2 3" }),
    Plot.text(changes, { x: "at", text: "name", frameAnchor: "top", dy: -11, fill: colour.muted }),
  ];
}

/** Green where a change for the better is beyond chance, red where one for the worse is, else amber: cannot tell. */
export function toldBy(
  low: number | null,
  high: number | null,
  better: "higher" | "lower" = "higher",
): string {
  const above = low !== null && low > 0;
  const below = high !== null && high < 0;
  if (!above && !below) return colour.amber;
  return above === (better === "higher") ? colour.good : colour.bad;
}
