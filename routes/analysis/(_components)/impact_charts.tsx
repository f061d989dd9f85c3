import * as Plot from "@observablehq/plot";
import type { CycleImpact, Impact } from "../../../src/impact/impact.ts";
import { moneyBadge, moneyText } from "../../../components/analysis_labels.ts";
import { count, counted, figure, money, percent } from "../../../src/format/numbers.ts";
import { type Change, changesDrawing } from "./changes_chart.tsx";
import { type Drawing, Figure } from "../../../components/plot.tsx";

/** The stage that says most of a deployment: real outcomes where they are known. */
const stageOf = ({ outcomes, validation }: CycleImpact) => outcomes.uplift ? outcomes : validation;

/** A round value of an axis. */
const plain = (x: number): string => Number.isInteger(x) ? count(x).replace("-", "−") : figure(x);

const RULES = { "new": "Gains", "past": "Inconclusive", "back": "Loses" } as const;

/** Draws the worth of each deployment, old against new. */
export function UpliftChart({ impact: { cycles, currency, economics, model } }: { impact: Impact }) {
  const known = cycles.filter((c) => c.against !== null && stageOf(c).uplift !== null).toReversed();
  if (known.length === 0) return <p>No deployment that replaced another version was measured yet.</p>;
  const changes = known.map((cycle): Change => {
    const stage = stageOf(cycle);
    const uplift = stage.uplift!;
    const { word } = moneyBadge(uplift.verdict);
    return {
      number: cycle.number,
      label: `v${cycle.version}`,
      mean: uplift.amount,
      low: uplift.low,
      high: uplift.high,
      tone: word === RULES.new ? "new" : word === RULES.back ? "back" : "past",
      title: `v${cycle.version} against v${cycle.against}: ${moneyText(uplift, currency)}, ${
        counted(uplift.shoppers, "shopper")
      }`,
    };
  });
  const sure = changes.filter((c) => c.tone === "new").length;
  const title = `${sure} of ${counted(known.length, "deployment")} gained beyond chance`;
  return (
    <Figure
      id="uplift"
      title={title}
      measure={`${economics.basis} of one horizon over the whole population at the best threshold, new against old, ${
        Math.round(stageOf(known[0]).uplift!.confidence * 100)
      } % interval${currency && `, ${currency}`}; on outcomes since where known, else at validation`}
      describe={`${title}: uplift by cycle of ${model}`}
      data={[changes, currency]}
      drawing={changesDrawing(changes, { tick: plain, zero: "no change", left: 62 })}
      numbers={{
        columns: [
          { name: "Cycle" },
          { name: "Version" },
          { name: "Against" },
          { name: "Measured on" },
          ...["Old", "New", "Uplift", "From", "To"].map((name) => ({ name, as: "figure" as const })),
          { name: "Shoppers", as: "count" as const },
          { name: "Result" },
        ],
        rows: known.map((cycle) => {
          const stage = stageOf(cycle);
          const uplift = stage.uplift!;
          return [
            cycle.number,
            `v${cycle.version}`,
            `v${cycle.against}`,
            stage === cycle.outcomes ? "outcomes since" : "validation rows",
            stage.before,
            stage.after,
            uplift.amount,
            uplift.low,
            uplift.high,
            uplift.shoppers,
            uplift.verdict,
          ];
        }),
      }}
    />
  );
}

/** Profit by how many are contacted, for the newest deployment that was measured. */
export function CurveChart({ impact: { curve, currency, economics, cycles } }: { impact: Impact }) {
  if (curve === null) return <p>No profit curve: no deployment was measured yet.</p>;
  const impact = cycles.find(({ cycle }) => cycle === curve.cycle)!;
  const { points } = curve;
  const proven = points.filter(({ uplift }) => uplift.verdict === "gains").length;
  const [older, newer] = [impact.against === null ? "a guess" : `v${impact.against}`, `v${impact.version}`];
  const title = `${newer} earns more than ${older} at ${proven} of ${
    count(points.length - 1)
  } shares, beyond chance`;
  return (
    <Figure
      id="curve"
      title={title}
      measure={`${economics.basis} of one horizon by share of shoppers contacted, likeliest first${
        currency && `, ${currency}`
      }; each point is unbiased by itself, the highest one is optimistic`}
      describe={`${title}; on ${
        curve.stage === "outcomes" ? "outcomes since" : "validation rows"
      } of cycle ${impact.number}`}
      data={[points, older, newer, currency]}
      drawing={curveDrawing(points, { older, newer, currency })}
      numbers={{
        columns: [
          { name: "Contacted", as: "percent" as const },
          { name: "Contacts", as: "count" as const },
          ...["From prediction", "Old", "New", "Uplift", "From", "To"].map((name) => ({
            name,
            as: "figure" as const,
          })),
          { name: "Result" },
          { name: "Within the budget" },
        ],
        rows: points.map((p) => [
          p.share,
          p.contacts,
          p.threshold,
          p.before,
          p.after,
          p.uplift.amount,
          p.uplift.low,
          p.uplift.high,
          p.uplift.verdict,
          p.affordable ? "yes" : "no",
        ]),
      }}
    />
  );
}

type Point = NonNullable<Impact["curve"]>["points"][number];

const curveDrawing = (
  points: readonly Point[],
  { older, newer, currency }: { older: string; newer: string; currency: string },
): Drawing =>
(width) => {
  const last = points.at(-1)!;
  const gap = Math.abs(last.after - last.before);
  const all = points.flatMap((p) => [p.before, p.after]);
  const span = Math.max(...all) - Math.min(...all) || 1;
  const dy = gap / span < 0.09 ? 7 : 0; // else both labels would lie on each other
  const up = last.after >= last.before ? -1 : 1;
  return {
    width,
    height: 190,
    marginLeft: 62,
    marginRight: 56,
    marginTop: 22,
    marginBottom: 26,
    x: { domain: [0, 1], label: null },
    y: { label: null, nice: true },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: plain }),
      Plot.axisX({
        ticks: 4,
        tickSize: 4,
        color: "var(--chart-axis)",
        tickFormat: (x: number) => `${Math.round(x * 100)} %`,
      }),
      Plot.ruleY([0], { stroke: "var(--chart-axis)" }),
      Plot.line(points, { x: "share", y: "before", stroke: "var(--chart-axis)", strokeWidth: 1.5 }),
      Plot.line(points, { x: "share", y: "after", stroke: "var(--evergreen)", strokeWidth: 2 }),
      Plot.dot(points, {
        x: "share",
        y: "after",
        r: 3,
        fill: "transparent",
        title: (p: Point) =>
          `${percent(p.share)} contacted: ${newer} ${money(p.after, currency)}, ${older} ${
            money(p.before, currency)
          }, uplift ${moneyText(p.uplift, currency)}`,
      }),
      ...([["after", newer, "label green", up], ["before", older, "label", -up]] as const).map(
        ([y, text, className, side]) =>
          Plot.text([last], {
            x: "share",
            y,
            text: () => text,
            dx: 8,
            dy: dy * side,
            textAnchor: "start",
            className,
          }),
      ),
    ],
  };
};
