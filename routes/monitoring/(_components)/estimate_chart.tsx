import { count, counted, figure, tick } from "../../../src/format/numbers.ts";
import * as Plot from "@observablehq/plot";
import type { TrailPoint } from "../../../src/db/monitoring/performance_trail.ts";
import type { Measured, PerformanceReport } from "../../../src/performance/report.ts";
import { moment } from "../../../src/format/times.ts";
import { metricName } from "../../../src/format/words.ts";
import { type Drawing, Figure, timeAxis } from "../../../components/plot.tsx";

interface Estimate extends Measured {
  at: Date;
  version: number;
  /** what came true; null: not known yet */
  actual: number | null;
  within: boolean | null;
}

/** Draws estimates made before outcomes were known, beside what came true. */
export function EstimateChart(
  { metric, trail, report }: {
    metric: string;
    trail: readonly TrailPoint[];
    report: Pick<PerformanceReport, "scored" | "estimated">;
  },
) {
  const all = estimatesOf(metric, trail, report.scored);
  if (all.length === 0) return <p>No estimates: no prediction was waiting for its outcome.</p>;
  const judged = all.filter((e) => e.within !== null);
  const held = judged.filter((e) => e.within).length;
  const title = judged.length === 0
    ? "No estimate can be checked against outcomes yet"
    : `${held} of ${counted(judged.length, "estimate")} had the actual value within the interval`;
  return (
    <Figure
      id="estimates"
      title={title}
      measure={`${
        metricName(metric)
      } of predictions whose outcomes were not known: ring: estimate with its interval; dot: actual value`}
      describe={`${title}; ${counted(all.length - judged.length, "estimate")} still without outcomes`}
      data={all}
      drawing={drawing(all, metric)}
      numbers={{
        columns: [
          { name: "As of", as: "day" },
          { name: "Version" },
          { name: "Estimated", as: "figure" },
          { name: "From", as: "figure" },
          { name: "To", as: "figure" },
          { name: "Actual", as: "figure" },
          { name: "Within" },
          { name: "Predictions", as: "count" },
        ],
        rows: all.map((e) => [
          e.at.toISOString(),
          `v${e.version}`,
          e.value,
          e.low,
          e.high,
          e.actual,
          e.within === null ? "not known yet" : e.within ? "yes" : "no",
          e.rows,
        ]),
      }}
    />
  );
}

/** Estimates that met their outcomes, as far back as looks tell it, and those that did not yet. */
function estimatesOf(
  metric: string,
  trail: readonly TrailPoint[],
  scored: PerformanceReport["scored"],
): Estimate[] {
  const true_ = new Map(scored.filter((s) => s.metric === metric).map((s) => [s.asOf, s]));
  const oldest = [...true_.keys()].sort()[0] ?? "";
  return trail.flatMap(({ asOf, version, estimated }): Estimate[] => {
    if (!estimated || asOf < oldest) return [];
    const met = true_.get(asOf);
    return [{
      ...estimated,
      at: new Date(asOf),
      version,
      actual: met?.actual ?? null,
      within: met?.within ?? null,
    }];
  });
}

const drawing = (all: Estimate[], metric: string): Drawing => (width) => {
  const sure = all.filter((e) => e.low !== null && e.high !== null);
  const from = all[0].at;
  const to = all.at(-1)!.at;
  const description = (e: Estimate) =>
    `${moment(e.at.toISOString(), "day")}, v${e.version}: estimated ${figure(e.value)}` +
    (e.actual === null ? ", outcomes not known yet" : `, came true ${figure(e.actual)}`) +
    ` (${count(e.rows)} predictions)`;
  return {
    width,
    height: 190,
    marginLeft: 56,
    marginRight: 20,
    marginTop: 16,
    marginBottom: 36,
    x: { type: "utc", label: null, inset: 8 },
    y: { label: null, nice: true, zero: false },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: tick }),
      timeAxis(from, to, width),
      Plot.ruleX(sure, { x: "at", y1: "low", y2: "high", stroke: "var(--chart-reference)", strokeWidth: 5 }),
      Plot.dot(all, {
        x: "at",
        y: "value",
        r: 3.5,
        fill: "var(--surface-page)",
        stroke: "var(--text-quiet)",
        title: description,
      }),
      Plot.dot(all.filter((e) => e.actual !== null), {
        x: "at",
        y: "actual",
        r: 3,
        fill: (e: Estimate) => e.within ? "var(--chart-line)" : "var(--status-watch)",
        title: (e: Estimate) =>
          `${description(e)}; ${e.within ? "within" : "outside"} the interval of ${metricName(metric)}`,
      }),
    ],
  };
};
