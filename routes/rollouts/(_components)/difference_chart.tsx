import { count, counted, figure, signed, signedTick } from "../../../src/format/numbers.ts";
import * as Plot from "@observablehq/plot";
import type { ReadLook } from "../../../src/app/reports/rollout_looks.ts";
import type { Rollout } from "../../../src/rollout/rollout.ts";
import { moment } from "../../../src/format/times.ts";
import { type Drawing, Figure, timeAxis } from "../../../components/plot.tsx";
import { reading } from "../../../components/labels.ts";

interface Point {
  at: Date;
  number: number;
  n: number;
  mean: number;
  low: number | null;
  high: number | null;
}
type Bounded = Point & { low: number; high: number };

/** "[−0.011, +0.003]", or that there is nothing to bound yet. */
export const bounds = ({ low, high }: Pick<Point, "low" | "high">): string =>
  low === null || high === null ? "not bounded yet" : `[${signed(low)}, ${signed(high)}]`;

const isBounded = (p: Point): p is Bounded => p.low !== null && p.high !== null;

/** The paired difference of loss over time, with bounds that hold whenever one looks. */
export function DifferenceChart({ rollout, looks, version }: {
  rollout: Rollout;
  looks: readonly ReadLook[];
  version: number;
}) {
  const { champion, asOf, plan: { margin, errorRate } } = rollout;
  const points = looks.flatMap(({ asOf, number, differences }) =>
    differences.filter((d) => d.version === version && d.n > 0)
      .map((d): Point => ({ at: new Date(asOf), number, ...d }))
  );
  const last = points.at(-1);
  if (!last) {
    return (
      <>
        <h3>v{version} against v{champion}: not enough data</h3>
        <p>No outcomes yet for shoppers predicted by both. They arrive after the horizon of the model.</p>
      </>
    );
  }
  const bounded = points.filter(isBounded);
  const word = isBounded(last) ? reading(last, margin).word.toLowerCase() : "inconclusive";
  const title = `v${version} against v${champion}: ${word}, ${signed(last.mean)} ${bounds(last)} on ${
    counted(last.n, "shopper")
  }`;
  return (
    <Figure
      id={`difference-${version}`}
      title={title}
      measure={`loss minus v${champion}'s on the same shoppers, by decision; below zero is better, dotted: the margin ${
        figure(margin)
      }; the bounds fail in at most ${
        Number((100 * errorRate).toPrecision(2))
      } % of rollouts, however often one looks`}
      describe={title}
      data={[points, margin]}
      drawing={drawing(points, bounded, { margin, began: new Date(asOf) })}
      numbers={{
        columns: [{ name: "No." }, { name: "As of" }, { name: "Shoppers" }, { name: "Difference" }, {
          name: "Low",
        }, { name: "High" }],
        rows: points.map((p) => [p.number, p.at.toISOString(), p.n, p.mean, p.low, p.high]),
      }}
    >
      <DifferenceTable points={points} />
    </Figure>
  );
}

/** Returns the extent of the chart: the first bounds are many times as wide as what is to be seen. */
function edges(points: readonly Point[], bounded: readonly Bounded[], margin: number): [number, number] {
  const last = bounded.at(-1);
  const means = points.map((p) => Math.abs(p.mean));
  const reach = last ? 2.5 * Math.max(Math.abs(last.low), Math.abs(last.high)) : 0;
  const edge = Math.max(2 * Math.abs(margin), reach, 1.2 * means.at(-1)!) || 1;
  return [-edge, edge];
}

const drawing = (
  points: readonly Point[],
  bounded: readonly Bounded[],
  { margin, began }: { margin: number; began: Date },
): Drawing =>
(width) => ({
  width,
  height: 196,
  marginLeft: 52,
  marginRight: 62,
  marginTop: 16,
  marginBottom: 30,
  x: { type: "utc", label: null, domain: [began, points.at(-1)!.at] },
  y: { label: null, domain: edges(points, bounded, margin), clamp: true },
  marks: [
    Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
    Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: signedTick }),
    timeAxis(began, points.at(-1)!.at, width),
    Plot.areaY(bounded, { x: "at", y1: "low", y2: "high", fill: "var(--evergreen-wash)" }),
    ...(bounded.length === 1
      ? [
        Plot.ruleX(bounded, { x: "at", y1: "low", y2: "high", stroke: "var(--evergreen)", strokeWidth: 2 }),
      ]
      : []),
    Plot.ruleY([0], { stroke: "var(--chart-line)" }),
    Plot.ruleY([margin], { stroke: "var(--status-watch)", strokeDasharray: "2 3" }),
    Plot.line(points, { x: "at", y: "mean", stroke: "var(--evergreen)", strokeWidth: 2 }),
    Plot.dot(points, {
      x: "at",
      y: "mean",
      r: 2.5,
      fill: "var(--evergreen)",
      title: (p: Point) => `look ${p.number}: ${signed(p.mean)} ${bounds(p)} on ${count(p.n)}`,
    }),
    Plot.text([margin], {
      y: (m: number) => m,
      frameAnchor: "right",
      dx: 8,
      textAnchor: "start",
      text: () => "margin",
      className: "label watch",
    }),
  ],
});

function DifferenceTable({ points }: { points: readonly Point[] }) {
  return (
    <div class="scroll-x" role="group" aria-label="Difference by decision" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">No.</th>
            <th scope="col">As of</th>
            <th scope="col" class="num">Shoppers</th>
            <th scope="col" class="num">Difference</th>
            <th scope="col" class="num">Bounds</th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((p) => (
            <tr key={p.number}>
              <th scope="row">{p.number}</th>
              <td>{moment(p.at.toISOString(), "moment")}</td>
              <td class="num">{count(p.n)}</td>
              <td class="num">{signed(p.mean)}</td>
              <td class="num">{bounds(p)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
