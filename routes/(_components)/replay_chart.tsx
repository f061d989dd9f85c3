import { count, figure, metricFigure, tick } from "../../src/format/numbers.ts";
import * as Plot from "@observablehq/plot";
import type { ModelStatus } from "../../src/retraining/status.ts";
import type { Numbers } from "../../src/dashboard/page_charts.ts";
import type { ReplayScore } from "../../src/backtest/replay.ts";
import { moment } from "../../src/format/times.ts";
import { metricName } from "../../src/format/words.ts";
import { betterWord } from "../../components/metric_words.ts";
import { mean } from "../../src/stats/mean.ts";
import { wilson } from "../../src/stats/wilson.ts";
import { type Drawing, Figure } from "../../components/plot.tsx";

const CONFIDENCE = 0.95;
const OTHERS = ["always", "threshold"];
const NAMES: Readonly<Record<string, string>> = {
  frozen: "without retraining",
  perennial: "Perennial",
  always: "retrained at every cut-off",
  threshold: "plain 5 % rule",
};

interface Point {
  at: Date;
  value: number;
  low: number;
  high: number;
  version: number | null;
}

/** The metric that the chart shows: capped, where a few extreme rows would rule it. */
const shown = ({ primaryMetric }: ModelStatus, scores: ReplayScore[]) =>
  primaryMetric === "mse" && scores[0]?.metrics.cappedMse !== undefined ? "cappedMse" : primaryMetric;

function points(scores: ReplayScore[], policy: string, metric: string): Point[] {
  return scores.filter((s) => s.policy === policy).flatMap((s) => {
    const value = s.metrics[metric] ?? null;
    if (value === null) return [];
    const { low, high } = metric === "accuracy"
      ? wilson(value, s.rows, CONFIDENCE)
      : { low: value, high: value };
    return [{ at: new Date(s.cutoff), value, low, high, version: s.version }];
  });
}

const average = (list: Point[]) => mean(list.map(({ value }) => value));

/** Draws a replay of history for one model: the first version frozen for ever, against Perennial's. */
export function ReplayChart({ model, scores }: { model: ModelStatus; scores: ReplayScore[] }) {
  const metric = shown(model, scores);
  const frozen = points(scores, "frozen", metric);
  const ours = points(scores, "perennial", metric);
  if (frozen.length === 0 || ours.length === 0) return null;
  const better = `${betterWord(metric)} is better`;
  const band = metric === "accuracy" ? "; band: 95 % interval" : "";
  const range = `${moment(ours[0].at.toISOString(), "day")} to ${
    moment(ours.at(-1)!.at.toISOString(), "day")
  }`;
  return (
    <Figure
      id={`replay-${model.model}`}
      title={`On average ${figure(average(ours))} with retraining, ${figure(average(frozen))} without`}
      measure={`${metricName(metric)} at ${ours.length} cut-offs of the replay, ${
        rowsText(scores)
      } shoppers each; ${better}${band}; vertical lines: deployments`}
      describe={`${metricName(metric)} of ${model.model}, ${range}: Perennial ${
        figure(average(ours))
      } on average, without retraining ${figure(average(frozen))}`}
      data={[frozen, ours]}
      drawing={drawing(frozen, ours, metric)}
      numbers={replayNumbers(scores, metric)}
    >
      <ReplayTable scores={scores} metric={metric} />
    </Figure>
  );
}

/** Every score of every policy, a row each: the table beside it has a row for each cut-off. */
const replayNumbers = (scores: ReplayScore[], metric: string): Numbers => ({
  columns: ["Cut-off", "Policy", metricName(metric), "Version", "Shoppers"].map((name) => ({ name })),
  rows: scores.map((
    s,
  ) => [s.cutoff, NAMES[s.policy] ?? s.policy, s.metrics[metric] ?? null, s.version, s.rows]),
});

function rowsText(scores: ReplayScore[]): string {
  const rows = scores.map((s) => s.rows);
  const low = Math.min(...rows);
  const high = Math.max(...rows);
  return low === high ? count(low) : `${count(low)} to ${count(high)}`;
}

const drawing = (frozen: Point[], ours: Point[], metric: string): Drawing => (width) => {
  const changes = ours.filter((p, i) => i > 0 && p.version !== ours[i - 1].version);
  const ends = endLabels([["Perennial", "green", ours.at(-1)!], ["no retraining", "", frozen.at(-1)!]]);
  return {
    width,
    height: 196,
    marginBottom: 36,
    marginLeft: 52,
    marginRight: 66,
    marginTop: 20,
    x: { type: "utc", label: null },
    y: { label: null, nice: true },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: tick }),
      Plot.axisX({ ticks: width < 400 ? 3 : 6, tickSize: 4, color: "var(--chart-axis)" }),
      ...(metric === "accuracy"
        ? [Plot.areaY(ours, { x: "at", y1: "low", y2: "high", fill: "var(--evergreen-wash)" })]
        : []),
      Plot.ruleX(changes, {
        x: "at",
        stroke: "var(--evergreen)",
        strokeOpacity: 0.35,
        title: (p: Point) => `v${p.version} deployed`,
      }),
      Plot.line(frozen, { x: "at", y: "value", stroke: "var(--chart-axis)", strokeWidth: 1.5 }),
      Plot.line(ours, { x: "at", y: "value", stroke: "var(--evergreen)", strokeWidth: 2 }),
      Plot.dot(ours, {
        x: "at",
        y: "value",
        r: 2.5,
        fill: "var(--evergreen)",
        title: (p: Point) => `${moment(p.at.toISOString(), "day")}: ${figure(p.value)}, v${p.version}`,
      }),
      ...ends.map(([text, tone, p, dy]) =>
        Plot.text([p], {
          x: "at",
          y: "value",
          text: () => text,
          dx: 8,
          dy,
          textAnchor: "start",
          className: `label ${tone}`,
        })
      ),
    ],
  };
};

/** Labels at the ends of two lines, pushed apart so that they never overlap. */
function endLabels(list: [string, string, Point][]): [string, string, Point, number][] {
  const [first, second] = list;
  const above = first[2].value >= second[2].value;
  return [[...first, above ? -5 : 7], [...second, above ? 7 : -5]];
}

/** Every policy's mean, then every cut-off. */
function ReplayTable({ scores, metric }: { scores: ReplayScore[]; metric: string }) {
  const policies = ["frozen", ...OTHERS, "perennial"].filter((p) => scores.some((s) => s.policy === p));
  const cutoffs = [...new Set(scores.map((s) => s.cutoff))].sort();
  const scoreAt = new Map(scores.map((s) => [`${s.cutoff} ${s.policy}`, s]));
  const cell = (score?: ReplayScore) => score ? metricFigure(score.metrics[metric]) : "";
  return (
    <div class="scroll-x" role="group" aria-label={`${metricName(metric)} by policy`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Cut-off</th>
            {policies.map((p) => <th key={p} scope="col" class="num">{NAMES[p] ?? p}</th>)}
            <th scope="col" class="num">Version</th>
            <th scope="col" class="num">Shoppers</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Mean</th>
            {policies.map((p) => (
              <td key={p} class="num">
                <b>{figure(average(points(scores, p, metric)))}</b>
              </td>
            ))}
            <td></td>
            <td></td>
          </tr>
          {cutoffs.map((cutoff) => {
            const ours = scoreAt.get(`${cutoff} perennial`);
            return (
              <tr key={cutoff}>
                <th scope="row">{moment(cutoff, "day")}</th>
                {policies.map((p) => <td key={p} class="num">{cell(scoreAt.get(`${cutoff} ${p}`))}</td>)}
                <td class="num">{ours?.version ? `v${ours.version}` : ""}</td>
                <td class="num">{ours ? count(ours.rows) : ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
