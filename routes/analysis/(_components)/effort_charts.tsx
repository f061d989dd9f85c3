import * as Plot from "@observablehq/plot";
import type { AnalysedCycle } from "../../../src/app/reports/analysis.ts";
import type { AnalysisView } from "../../../src/dashboard/reads/analysis.ts";
import { secondsText } from "../../../components/analysis_labels.ts";
import { counted, money } from "../../../src/format/numbers.ts";
import { duration } from "../../../src/format/times.ts";
import { type Drawing, Figure } from "../../../components/plot.tsx";

/** Stages that belong together, from below. */
const PARTS = [
  { name: "training", stages: ["train", "refit"], fill: "var(--chart-line)" },
  { name: "validation", stages: ["validate", "smoke test"], fill: "var(--chart-axis)" },
  { name: "data", stages: ["check", "snapshot"], fill: "var(--chart-reference)" },
  { name: "deployment and report", stages: ["deploy", "report"], fill: "var(--chart-band)" },
] as const;

interface Piece {
  number: number;
  part: string;
  seconds: number;
  title: string;
}

/** Draws the machine time of each cycle, part by part; in money where an hour's cost is stated. */
export function EffortChart({ model, cycles, seconds, impact }: AnalysisView) {
  const { currency, total } = impact;
  const pieces = cycles.flatMap(piecesOf);
  const title = `A cycle takes a median of ${secondsText(seconds!, "cycle")}`;
  const all = total.cost === null
    ? "what an hour costs is not stated (machine_hour_cost)"
    : `all ${counted(total.cycles, "cycle")} together cost ${money(total.cost, currency)}`;
  return (
    <Figure
      id="effort"
      title={title}
      measure={`seconds by cycle, waiting for workers included: ${
        PARTS.map((p) => p.name).join(", ")
      }, from below; ${all}`}
      describe={`${title}: seconds of each cycle of ${model}, by part`}
      data={pieces}
      drawing={effortDrawing(pieces)}
      numbers={{
        columns: [
          { name: "Cycle" },
          { name: "As of", as: "day" as const },
          { name: "Ended" },
          ...PARTS.map(({ name }) => ({ name: `${name}, s`, as: "figure" as const })),
          { name: "Together, s", as: "figure" as const },
          {
            name: `Cost${currency && `, ${currency}`}`,
            as: "figure" as const,
          },
          { name: "Labelled rows", as: "count" as const },
        ],
        rows: cycles.map((cycle) => [
          cycle.number,
          cycle.asOf,
          cycle.outcome,
          ...PARTS.map(({ stages }) => secondsOf(cycle, stages)),
          cycle.secondsTotal,
          cycle.cost,
          cycle.rows,
        ]),
      }}
    />
  );
}

const secondsOf = ({ seconds }: AnalysedCycle, stages: readonly string[]): number =>
  stages.reduce((all, stage) => all + (seconds[stage] ?? 0), 0);

const piecesOf = (cycle: AnalysedCycle): Piece[] =>
  PARTS.map(({ name, stages }) => {
    const seconds = secondsOf(cycle, stages);
    return {
      number: cycle.number,
      part: name,
      seconds,
      title: `Cycle ${cycle.number}: ${name} ${duration(seconds * 1000)} of ${
        duration(cycle.secondsTotal * 1000)
      }`,
    };
  });

/** From the check that called for a version to its serving everyone. */
export function WaitChart({ model, cycles, toDeployment }: AnalysisView) {
  const waits = cycles.flatMap(({ number, challenger, outcome, calledAt, deployedAt, asOf, because }) =>
    deployedAt === null || (outcome !== "deployed" && outcome !== "rolled back") ? [] : [{
      number,
      version: `v${challenger}`,
      asOf,
      because,
      part: "wait",
      seconds: (Date.parse(deployedAt) - Date.parse(calledAt)) / 1000,
      title: `v${challenger}: ${duration(Date.parse(deployedAt) - Date.parse(calledAt))} after ${because}`,
    }]
  );
  if (toDeployment === null) {
    return (
      <>
        <h3>From trigger to deployment</h3>
        <p>No version came to serve yet.</p>
      </>
    );
  }
  const title = `From trigger to deployment a median of ${secondsText(toDeployment, "deployment")}`;
  return (
    <Figure
      id="wait"
      title={title}
      measure="seconds by cycle, from the check that called for it to the version's serving everyone, approval and rollout included; by the clock, also in a replay of history"
      describe={`${title}, of ${model}`}
      data={waits}
      drawing={effortDrawing(waits)}
      numbers={{
        columns: [
          { name: "Cycle" },
          { name: "Version" },
          { name: "As of", as: "day" as const },
          { name: "Trigger" },
          { name: "Seconds", as: "figure" as const },
        ],
        rows: waits.map(({ number, version, asOf, because, seconds }) => [
          number,
          version,
          asOf,
          because,
          seconds,
        ]),
      }}
    />
  );
}

const effortDrawing = (pieces: readonly Piece[]): Drawing => (width) => {
  const numbers = pieces.map((p) => p.number);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const fills = new Map<string, string>(PARTS.map(({ name, fill }) => [name, fill]));
  return {
    width,
    height: 190,
    marginLeft: 56,
    marginRight: 12,
    marginTop: 12,
    marginBottom: 26,
    x: { domain: [first - 0.6, last + 0.6], label: null },
    y: { label: null, nice: true },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: (s: number) => s === 0 ? "0" : duration(s * 1000) }),
      Plot.axisX({
        ticks: width < 400 ? 4 : 8,
        tickSize: 4,
        color: "var(--chart-axis)",
        tickFormat: (n: number) => Number.isInteger(n) ? String(n) : "",
      }),
      Plot.rectY(pieces, {
        x1: (p: Piece) => p.number - 0.35,
        x2: (p: Piece) => p.number + 0.35,
        y: "seconds",
        fill: (p: Piece) => fills.get(p.part) ?? "var(--chart-axis)",
        title: "title",
        z: "part",
      }),
      Plot.ruleY([0], { stroke: "var(--chart-axis)" }),
    ],
  };
};
