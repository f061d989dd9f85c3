import { figure, tick } from "../../../src/format/numbers.ts";
import * as Plot from "@observablehq/plot";
import type { ModelVersion } from "../../../src/registry/version.ts";
import { type Drawing, Figure } from "../../../components/plot.tsx";

interface Point {
  epoch: number;
  loss: number;
  validationLoss: number;
}

/** The epochs at which both losses were measured. */
const measured = (points: ModelVersion["manifest"]["curve"][number]["points"]): Point[] =>
  points.flatMap(({ epoch, loss, validationLoss }) =>
    loss === null || validationLoss === null ? [] : [{ epoch, loss, validationLoss }]
  );

/** Draws the learning curve of each network in the competition; a recipe solved exactly has none. */
export function TrainingChart({ made }: { made: ModelVersion | null }) {
  const curves = (made?.manifest.curve ?? []).map(({ candidate, points }) => ({
    candidate,
    points: measured(points),
  }))
    .filter(({ points }) => points.length > 1);
  if (curves.length === 0) return null;
  return (
    <section class="section" aria-labelledby="training">
      <h2 id="training">Training</h2>
      <div class="columns">
        {curves.map(({ candidate, points }) => (
          <Curve
            key={candidate}
            candidate={candidate}
            points={points}
          />
        ))}
      </div>
    </section>
  );
}

function Curve({ candidate, points }: { candidate: string; points: Point[] }) {
  const best = points.reduce((a, b) => b.validationLoss < a.validationLoss ? b : a);
  return (
    <Figure
      id={`curve-${candidate}`}
      title={`${candidate}: epoch ${best.epoch} of ${points.at(-1)!.epoch} did best`}
      measure="training loss by epoch, on the training rows and on a later held-back slice"
      describe={`Validation loss of ${candidate} from ${figure(points[0].validationLoss)} to ${
        figure(best.validationLoss)
      }`}
      data={points}
      drawing={drawing(points, best)}
      numbers={{
        columns: [{ name: "Epoch", as: "count" }, { name: "Training loss", as: "figure" }, {
          name: "Held-back loss",
          as: "figure",
        }],
        rows: points.map((p) => [p.epoch, p.loss, p.validationLoss]),
      }}
    />
  );
}

const drawing = (points: Point[], best: Point): Drawing => (width) => {
  const last = points.at(-1)!;
  const heldBackAbove = last.validationLoss >= last.loss;
  const label = (y: "loss" | "validationLoss", text: string, dy: number, className: string) =>
    Plot.text([last], { x: "epoch", y, text: () => text, dx: 8, dy, textAnchor: "start", className });
  return {
    width,
    height: 180,
    marginLeft: 44,
    marginRight: 82,
    marginTop: 20,
    x: { label: null },
    y: { label: null, nice: true },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: tick }),
      Plot.axisX({
        ticks: Math.min(5, points.length),
        tickSize: 4,
        color: "var(--chart-axis)",
        tickFormat: (epoch: number) => Number.isInteger(epoch) ? String(epoch) : "",
      }),
      Plot.ruleX([best], { x: "epoch", stroke: "var(--evergreen)" }),
      Plot.text(best.epoch < 0.8 * last.epoch ? [best] : [], { // else it would run into the labels at the end
        x: "epoch",
        frameAnchor: "top",
        dy: -14,
        text: (p: Point) => `best at ${p.epoch}`,
        className: "label green",
      }),
      Plot.line(points, { x: "epoch", y: "loss", stroke: "var(--chart-axis)", strokeWidth: 1.5 }),
      Plot.line(points, { x: "epoch", y: "validationLoss", stroke: "var(--evergreen)", strokeWidth: 2 }),
      Plot.dot(points, {
        x: "epoch",
        y: "validationLoss",
        r: 3,
        fill: "transparent",
        title: (p: Point) =>
          `epoch ${p.epoch}: held back ${figure(p.validationLoss)}, learnt ${figure(p.loss)}`,
      }),
      label(
        "validationLoss",
        `held back ${figure(last.validationLoss)}`,
        heldBackAbove ? -4 : 8,
        "label green",
      ),
      label("loss", `learnt ${figure(last.loss)}`, heldBackAbove ? 8 : -4, "label"),
    ],
  };
};
