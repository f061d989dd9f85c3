import * as Plot from "@observablehq/plot";
import type { ServingMove } from "../../../src/registry/version.ts";
import type { Rollout } from "../../../src/rollout/rollout.ts";
import { moment } from "../../../src/format/times.ts";
import { type Drawing, Figure, timeAxis } from "../../../components/plot.tsx";
import { sharesText } from "../../../components/rollout_labels.ts";
import { shareText } from "../../../src/format/numbers.ts";

interface Step {
  at: Date;
  version: number;
  share: number;
  by: string;
}

interface Props {
  rollout: Rollout;
  looks: readonly { asOf: string }[];
  moves: readonly ServingMove[];
}

/** Each change of a challenger's share; a challenger that came to serve everyone has all of it, the others none. */
function stepsOf({ challengers }: Rollout, moves: readonly ServingMove[]): Step[] {
  return moves.flatMap(({ kind, version, share, asOf, by }) => {
    const at = new Date(asOf);
    if (kind === "share") return [{ at, version, share, by }];
    return challengers.map((v) => ({ at, version: v, share: v === version ? 1 : 0, by }));
  });
}

/** Draws the shares of shoppers who were shown the challengers over time. */
export function ShareChart({ rollout, looks, moves }: Props) {
  const { challengers, plan } = rollout;
  const steps = stepsOf(rollout, moves);
  if (plan.strategy === "shadow" && steps.every((step) => step.share === 0)) {
    return (
      <>
        <h3>Shown to nobody</h3>
        <p>A shadow predicts for every shopper beside the champion; its predictions are shown to nobody.</p>
      </>
    );
  }
  if (steps.length === 0) return <h3>No traffic yet</h3>;
  const end = [...moves.map((m) => m.asOf), ...looks.map((l) => l.asOf)].sort().at(-1)!;
  const title = finding(rollout, steps);
  return (
    <Figure
      id="share"
      title={title}
      measure="share of shoppers who get the challenger's predictions, by data time"
      describe={`${title}, after ${steps.length} changes of share`}
      data={[steps, end]}
      drawing={drawing(steps, challengers, new Date(end))}
      numbers={{
        columns: [{ name: "From", as: "moment" }, { name: "Version" }, { name: "Share", as: "percent" }, {
          name: "By",
        }],
        rows: steps.map(({ at, version, share, by }) => [at.toISOString(), `v${version}`, share, by]),
      }}
    />
  );
}

function finding({ state, challengers, shares }: Rollout, steps: readonly Step[]): string {
  const name = `v${challengers.join(", v")}`;
  if (state === "running") {
    return `Shown to: ${sharesText(shares)}`;
  }
  if (state === "promoted") return `${name}: step by step to everyone`;
  return `${name}: shown to ${shareText(Math.max(...steps.map((s) => s.share)))} at most, then to nobody`;
}

const drawing = (steps: Step[], challengers: readonly number[], end: Date): Drawing => (width) => {
  const lines = challengers.map((version) => {
    const own = steps.filter((s) => s.version === version);
    return own.length === 0 ? [] : [...own, { ...own.at(-1)!, at: end }];
  });
  return {
    width,
    height: 196,
    marginLeft: 52,
    marginRight: 62,
    marginTop: 16,
    marginBottom: 30,
    x: { type: "utc", label: null },
    y: { label: null, domain: [0, 1] },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: shareText }),
      timeAxis(steps[0].at, end, width),
      ...lines.flatMap((line, i) => [
        Plot.line(line, {
          x: "at",
          y: "share",
          curve: "step-after",
          strokeWidth: 2,
          stroke: i === 0 ? "var(--evergreen)" : "var(--chart-axis)",
        }),
        Plot.dot(line.slice(0, -1), {
          x: "at",
          y: "share",
          r: 2.5,
          fill: i === 0 ? "var(--evergreen)" : "var(--chart-axis)",
          title: (s: Step) =>
            `v${s.version}: ${shareText(s.share)} from ${moment(s.at.toISOString(), "moment")}, by ${s.by}`,
        }),
        Plot.text(line.slice(-1), {
          x: "at",
          y: "share",
          dx: 8,
          textAnchor: "start",
          text: (s: Step) => `v${s.version} ${shareText(s.share)}`,
          className: i === 0 ? "label green" : "label",
        }),
      ]),
    ],
  };
};
