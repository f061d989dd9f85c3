import { counted, figure, tick } from "../../../src/format/numbers.ts";
import * as Plot from "@observablehq/plot";
import type { BacktestStep, LabelledPolicy } from "../../../src/backtest/backtest.ts";
import type { ModelResult } from "../../../src/backtest/report.ts";
import { policyName, subjectOf } from "../../../components/backtest_labels.ts";
import { capital, metricName } from "../../../src/format/words.ts";
import { moment } from "../../../src/format/times.ts";
import { type Drawing, Figure, timeAxis } from "../../../components/plot.tsx";

interface Point {
  policy: string;
  at: Date;
  value: number;
  version: number | null;
  /** whether another version came to serve */
  changed: boolean;
  why: string;
}

interface PolicyRow {
  label: string;
  name: string;
  mean: number | null | undefined;
  points: Point[];
}

const isScored = (s: BacktestStep, metric: string) => s.rows > 0 && (s.metrics?.[metric] ?? null) !== null;

function policyRow({ label, ...policy }: LabelledPolicy, result: ModelResult, metric: string): PolicyRow {
  const own = result.policies.find((p) => p.policy === label);
  const scored = (own?.series ?? []).filter((s) => isScored(s, metric));
  return {
    label,
    name: policyName({ label, ...policy }),
    mean: own?.means[metric],
    points: scored.map((s, i) => ({
      policy: label,
      at: new Date(s.asOf),
      value: s.metrics![metric]!,
      version: s.version,
      why: s.why,
      changed: s.version !== null && (i === 0 || s.version !== scored[i - 1].version),
    })),
  };
}

/** The served loss at each cut-off, a row for each policy, each beside the first model kept for ever. */
export function BacktestChart({ result, policies }: { result: ModelResult; policies: LabelledPolicy[] }) {
  const metric = result.loss;
  const name = metricName(metric);
  const policyRows = policies.map((policy) => policyRow(policy, result, metric)).filter((l) =>
    l.points.length > 0
  );
  if (policyRows.length === 0) return null;
  const never = policyRows.find(({ label }) => label === "never");
  const subject = subjectOf({ policies });
  const own = policyRows.find(({ label }) => label === subject.label);
  const title = own?.mean == null || never?.mean == null || own === never
    ? `${capital(name)} of ${result.model}, policy by policy`
    : `${capital(name)} ${figure(own.mean)} on average under ${own.name}, ${
      figure(never.mean)
    } never retrained`;
  return (
    <Figure
      id={`backtest-${result.model}`}
      title={title}
      measure={`of what each policy served at ${
        counted(most(policyRows), "cut-off")
      }; lower is better; grey: never retrained; large dot: another version came to serve`}
      describe={`${title}. Means: ${policyRows.map((l) => `${l.name} ${figure(l.mean!)}`).join("; ")}`}
      data={policyRows}
      drawing={drawing(policyRows, never?.points ?? [])}
      numbers={{
        columns: [
          { name: "As of", as: "day" as const },
          { name: "Policy" },
          { name, as: "figure" as const },
          { name: "Shoppers", as: "count" as const },
          { name: "Version" },
          { name: "Did" },
          {
            name: "Why",
          },
        ],
        rows: policies.flatMap(({ label }) => result.policies.find((p) => p.policy === label)?.series ?? [])
          .map(
            (s) => [
              s.asOf,
              s.policy,
              s.metrics?.[metric] ?? null,
              s.rows,
              s.version === null ? "" : `v${s.version}`,
              s.trained ? `trained, ${s.outcome ?? "no outcome"}` : s.outcome ?? s.run,
              s.why,
            ],
          ),
      }}
    />
  );
}

const most = (policyRows: readonly PolicyRow[]) => Math.max(...policyRows.map(({ points }) => points.length));
const ROW_PX = 74;
const HEAD_PX = 6;
const FOOT_PX = 34;

const drawing = (policyRows: readonly PolicyRow[], never: readonly Point[]): Drawing => (width) => {
  const all = policyRows.flatMap(({ points }) => points);
  const values = all.map((p) => p.value);
  const from = new Date(Math.min(...all.map((p) => p.at.getTime())));
  const to = new Date(Math.max(...all.map((p) => p.at.getTime())) || 1);
  const others = policyRows.filter(({ label }) => label !== "never");
  const beside = others.flatMap(({ label }) => never.map((p) => ({ ...p, policy: label })));
  const own = others.flatMap(({ points }) => points);
  const first = policyRows.filter(({ label }) => label === "never").flatMap(({ points }) => points);
  const pad = (Math.max(...values) - Math.min(...values)) * 0.32 || 1;
  return {
    width,
    height: policyRows.length * ROW_PX + HEAD_PX + FOOT_PX,
    marginTop: HEAD_PX,
    marginBottom: FOOT_PX,
    marginLeft: 56,
    marginRight: 50,
    fy: { domain: policyRows.map(({ label }) => label), axis: null, padding: 0.06 },
    x: {
      type: "utc",
      label: null,
      domain: [from, to.getTime() > from.getTime() ? to : new Date(from.getTime() + 1)],
    },
    y: { label: null, domain: [Math.min(...values), Math.max(...values) + pad] }, // room for the name above the line
    marks: [
      Plot.gridY({ ticks: 2, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 2, tickSize: 0, tickFormat: tick }),
      timeAxis(from, to, width),
      Plot.line([...beside, ...first], {
        x: "at",
        y: "value",
        z: "policy",
        fy: "policy",
        stroke: "var(--chart-axis)",
        strokeWidth: 1.5,
      }),
      Plot.line(own, {
        x: "at",
        y: "value",
        z: "policy",
        fy: "policy",
        stroke: "var(--evergreen)",
        strokeWidth: 2,
      }),
      Plot.dot([...first, ...own], {
        x: "at",
        y: "value",
        fy: "policy",
        r: (p: Point) => p.changed ? 3 : 1.5,
        fill: (p: Point) => p.policy === "never" ? "var(--chart-axis)" : "var(--evergreen)",
        title: (p: Point) =>
          `${moment(p.at.toISOString(), "day")}, ${
            p.version === null ? "the naive guess" : `v${p.version}`
          }: ${figure(p.value)}; ${p.why}`,
      }),
      Plot.text(policyRows, {
        fy: "label",
        frameAnchor: "top-left",
        text: "name",
        dx: 2,
        dy: 2,
        className: "label",
      }),
      Plot.text(policyRows.map((l) => l.points.at(-1)!), {
        x: "at",
        y: "value",
        fy: "policy",
        dx: 8,
        textAnchor: "start",
        text: (p: Point) => figure(p.value),
        className: "label",
      }),
    ],
  };
};
