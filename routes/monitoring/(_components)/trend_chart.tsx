import { count, counted, figure, tick } from "../../../src/format/numbers.ts";
import * as Plot from "@observablehq/plot";
import type { ComponentChildren } from "preact";
import type { TrailPoint } from "../../../src/db/monitoring/performance_trail.ts";
import type { Measured } from "../../../src/performance/report.ts";
import type { ServingMove } from "../../../src/registry/version.ts";
import { moment } from "../../../src/format/times.ts";
import { metricName } from "../../../src/format/words.ts";
import { betterWord, ownUnit } from "../../../components/metric_words.ts";
import { withRange } from "./monitoring_labels.ts";
import { type Drawing, Figure, timeAxis } from "../../../components/plot.tsx";

interface Point extends Measured {
  at: Date;
  version: number;
}

interface Mark {
  at: Date;
  version: number;
  back: boolean;
}

interface Props {
  model: string;
  metric: string;
  unit: string;
  trail: readonly TrailPoint[];
  moves: readonly ServingMove[];
  title: ComponentChildren;
}

/** A model's metric over time, as outcomes tell it: each version by itself, from its first outcomes on. */
export function TrendChart({ model, metric, unit, trail, moves, title }: Props) {
  const points = trail.flatMap(({ asOf, version, measured }): Point[] =>
    measured ? [{ ...measured, at: new Date(asOf), version }] : []
  );
  const blind = trail.filter(({ measured }) => measured === null);
  const marks = marksOf(moves, trail);
  const sure = trail.at(-1)?.confidence ?? 0.95;
  return (
    <Figure
      id="trend"
      title={title}
      measure={`${measureOf(metric, unit)}, on all outcomes of a version known at each evaluation; band: ${
        Math.round(sure * 100)
      } % interval; dotted: its value at validation; ring: no outcomes yet`}
      describe={describe(metricName(metric), model, points, blind.length)}
      data={[points, blind.map((b) => b.asOf), marks, trail.at(-1)!.version]}
      drawing={drawing({
        points,
        blind,
        marks,
        metric,
        ends: [trail[0].asOf, trail.at(-1)!.asOf],
        serving: trail.at(-1)!.version,
      })}
      numbers={{
        columns: [
          { name: "As of", as: "day" },
          { name: "Version" },
          { name: metricName(metric), as: "figure" },
          { name: "From", as: "figure" },
          { name: "To", as: "figure" },
          { name: "Outcomes", as: "count" },
          { name: "At validation", as: "figure" },
          { name: "Waiting", as: "count" },
          { name: "Answer" },
        ],
        rows: trail.map(({ asOf, version, measured: m, waiting, answer }) => [
          asOf,
          `v${version}`,
          m?.value ?? null,
          m?.low ?? null,
          m?.high ?? null,
          m?.rows ?? null,
          m?.atDeployment ?? null,
          waiting,
          answer,
        ]),
      }}
    />
  );
}

const measureOf = (metric: string, unit: string): string =>
  metric === "accuracy"
    ? "share of shoppers predicted correctly, higher is better"
    : `${metricName(metric)}${metric === "mse" ? ` in ${unit} squared` : ownUnit(metric)}, ${
      betterWord(metric)
    } is better`;

function describe(name: string, model: string, points: readonly Point[], blind: number): string {
  const last = points.at(-1);
  const now = last ? `the last one v${last.version}, ${withRange(last)}` : "none with known outcomes";
  return `${name} of ${model} at ${counted(points.length + blind, "evaluation")}: ${now}; ${
    counted(blind, "evaluation")
  } without outcomes`;
}

/** Returns the moves of what serves within the time of the looks. */
function marksOf(moves: readonly ServingMove[], trail: readonly TrailPoint[]): Mark[] {
  const from = trail[0].asOf;
  return moves.filter(({ kind, asOf }) => kind !== "share" && asOf >= from)
    .map(({ asOf, version, kind }) => ({ at: new Date(asOf), version, back: kind === "roll back" }));
}

const MARGIN = { left: 56, right: 66 };
const LABEL_PX = 30;

/** Of labels that would lie on each other only the later one is written. */
function legible(marks: readonly Mark[], pxOf: (at: Date) => number): Mark[] {
  return marks.filter((mark, i) =>
    i === marks.length - 1 || pxOf(marks[i + 1].at) - pxOf(mark.at) >= LABEL_PX
  );
}

const when = (at: Date) => moment(at.toISOString(), "day");

const drawing = (
  { points, blind, marks, metric, ends, serving }: {
    points: Point[];
    blind: TrailPoint[];
    marks: Mark[];
    metric: string;
    ends: [string, string];
    /** the version that was looked at last */
    serving: number;
  },
): Drawing =>
(width) => {
  const [from, looked] = ends.map((end) => new Date(end));
  const to = new Date(Math.max(looked.getTime(), ...marks.map((m) => m.at.getTime()))); // what was put in service since
  const span = to.getTime() - from.getTime() || 1;
  const pxOf = (at: Date) => (at.getTime() - from.getTime()) / span * (width - MARGIN.left - MARGIN.right);
  const now = points.filter((p) => p.version === serving);
  const before = points.filter((p) => p.version !== serving);
  return {
    width,
    height: 220,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: 24,
    marginBottom: 36,
    x: {
      type: "utc",
      label: null,
      domain: [from, to.getTime() > from.getTime() ? to : new Date(from.getTime() + 1)],
    },
    y: { label: null, nice: true, zero: false, domain: extent(points) },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: tick }),
      timeAxis(from, to, width),
      ...versionMarks(before, { band: "var(--chart-band)", line: "var(--chart-line)", width: 1.5 }),
      ...versionMarks(now, { band: "var(--evergreen-wash)", line: "var(--evergreen)", width: 2 }),
      ...moveMarks(marks, pxOf),
      Plot.dot(blind, {
        x: (b: TrailPoint) => new Date(b.asOf),
        r: 4,
        frameAnchor: "bottom",
        dy: -5,
        fill: "var(--surface-page)",
        stroke: "var(--text-quiet)",
        strokeDasharray: "2.6 1.6",
        title: (b: TrailPoint) =>
          `${moment(b.asOf, "day")}, v${b.version}: no outcomes yet, ${count(b.waiting)} predictions pending`,
      }),
      Plot.text(points.slice(-1), {
        x: "at",
        y: "value",
        dx: 8,
        textAnchor: "start",
        className: now.length > 0 ? "label green" : "label",
        text: (p: Point) => `v${p.version} ${figure(p.value)}`,
      }),
      Plot.dot(points, {
        x: "at",
        y: "value",
        r: 2.5,
        fill: (p: Point) => p.version === serving ? "var(--evergreen)" : "var(--chart-line)",
        title: (p: Point) =>
          `${when(p.at)}, v${p.version}: ${metricName(metric)} ${withRange(p)}, on ${
            counted(p.rows, "outcome")
          }`,
      }),
    ],
  };
};

/** Without outcomes the axis stays, from 0 to 1. */
function extent(points: readonly Point[]): [number, number] {
  const all = points.flatMap((p) => [p.value, p.low, p.high, p.atDeployment].filter((x) => x !== null));
  return all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
}

function versionMarks(
  points: readonly Point[],
  { band, line, width }: { band: string; line: string; width: number },
): Plot.Markish[] {
  const versions = [...Map.groupBy(points, (p) => p.version).values()];
  const sure = points.filter((p) => p.low !== null && p.high !== null);
  const alone = versions.flatMap((own) => own.length === 1 ? own : []);
  return [
    Plot.areaY(sure, { x: "at", y1: "low", y2: "high", z: "version", fill: band }),
    Plot.ruleX(alone.filter((p) => sure.includes(p)), {
      x: "at",
      y1: "low",
      y2: "high",
      stroke: line,
      strokeWidth: width,
    }),
    Plot.link(versions.filter((own) => own[0].atDeployment !== null), {
      x1: (own: Point[]) => own[0].at,
      x2: (own: Point[]) => own.at(-1)!.at,
      y1: (own: Point[]) => own[0].atDeployment,
      y2: (own: Point[]) => own[0].atDeployment,
      stroke: "var(--chart-axis)",
      strokeDasharray: "2 3",
    }),
    Plot.line(points, { x: "at", y: "value", z: "version", stroke: line, strokeWidth: width }),
  ];
}

function moveMarks(marks: readonly Mark[], pxOf: (at: Date) => number): Plot.Markish[] {
  const groups = [
    {
      those: marks.filter((m) => !m.back),
      stroke: "var(--evergreen)",
      dash: undefined,
      tone: "green",
      word: "deployed",
    },
    {
      those: marks.filter((m) => m.back),
      stroke: "var(--status-bad)",
      dash: "3 2",
      tone: "bad",
      word: "restored",
    },
  ];
  const written = new Set(legible(marks, pxOf));
  return groups.flatMap(({ those, stroke, dash, tone, word }) => [
    Plot.ruleX(those, {
      x: "at",
      stroke,
      strokeDasharray: dash,
      title: (m: Mark) => `v${m.version} ${word} on ${when(m.at)}`,
    }),
    Plot.text(those.filter((m) => written.has(m)), {
      x: "at",
      frameAnchor: "top",
      dy: -12,
      className: `label ${tone}`,
      text: (m: Mark) => `v${m.version}`,
    }),
  ]);
}
