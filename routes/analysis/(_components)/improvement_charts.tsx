import type { CycleImpact } from "../../../src/impact/impact.ts";
import type { AnalysedCycle } from "../../../src/app/reports/analysis.ts";
import type { AnalysisView } from "../../../src/dashboard/reads/analysis.ts";
import { ends, togetherBadge } from "../../../components/analysis_labels.ts";
import { type Change, changesDrawing } from "./changes_chart.tsx";
import { count, counted, percent } from "../../../src/format/numbers.ts";
import { metricName } from "../../../src/format/words.ts";
import { Figure } from "../../../components/plot.tsx";
import { StatusBadge } from "../../../components/status_badge.tsx";
import { outcomeBadge } from "../../../components/labels.ts";

const tick = (x: number) => `${(x * 100).toFixed(Math.abs(x) < 0.01 && x !== 0 ? 1 : 0)} %`.replace("-", "−");
const sure = (confidence: number) => `${Math.round(confidence * 100)} % interval`;

const toneOf = (outcome: string): Change["tone"] =>
  outcome === "deployed" ? "new" : outcome === "rolled back" ? "back" : "past";

/** Each challenger against the champion of its day, at the gate. */
export function GateChart({ model, loss, cycles }: AnalysisView) {
  const judged = cycles.filter((c): c is AnalysedCycle & { change: object } => c.change !== null);
  if (judged.length === 0) return <NoChange text="No challenger was compared with a champion yet." />;
  const changes = judged.map(({ number, challenger, outcome, change }): Change => ({
    number,
    mean: change!.mean,
    low: change!.low,
    high: change!.high,
    tone: toneOf(outcome),
    label: toneOf(outcome) === "past" ? null : `v${challenger}`,
    title: `Cycle ${number}, v${challenger}, ${outcomeBadge(outcome).word.toLowerCase()}: ${
      percent(change!.mean, { sign: true })
    }, ${ends(change!)}, on ${counted(change!.n, "row")}`,
  }));
  const brought = judged.filter(({ outcome }) => toneOf(outcome) !== "past").length;
  const title = `${counted(judged.length, "challenger")} at validation, ${brought} deployed`;
  return (
    <Figure
      id="gate"
      title={title}
      measure={`change of ${
        metricName(loss)
      } by cycle, challenger against champion on the same unseen rows, ${
        sure(judged[0].change!.confidence)
      }; below zero is better; green and named: deployed`}
      describe={`${title}: change of ${metricName(loss)} of ${model} for cycles ${judged[0].number} to ${
        judged.at(-1)!.number
      }`}
      data={changes}
      drawing={changesDrawing(changes, { tick, zero: "no change" })}
      numbers={{
        columns: COLUMNS,
        rows: judged.map(({ number, challenger, asOf, outcome, change }) => [
          number,
          `v${challenger}`,
          asOf,
          outcome,
          change!.mean,
          change!.low,
          change!.high,
          change!.n,
        ]),
      }}
    />
  );
}

const COLUMNS = [
  { name: "Cycle" },
  { name: "Version" },
  { name: "As of", as: "day" },
  { name: "Ended" },
  { name: "Change of the loss", as: "percent" },
  { name: "From", as: "percent" },
  { name: "To", as: "percent" },
  { name: "Rows", as: "count" },
] as const;

/** Each deployment against what it replaced, on the first horizon of outcomes that came true since. */
export function SinceChart({ model, loss, impact }: AnalysisView) {
  const known = impact.cycles.filter((c) => c.against !== null && c.outcomes.report !== null).toReversed();
  if (known.length === 0) {
    return <NoChange text="No deployment has outcomes since: the first are complete one horizon after it." />;
  }
  const changes = known.map(sinceOf);
  const lower = changes.filter(({ high }) => high !== null && high < 0).length;
  const higher = changes.filter(({ low }) => low !== null && low > 0).length;
  const title = `On outcomes since: ${lower} lower, ${higher} higher, ${
    known.length - lower - higher
  } inconclusive`;
  return (
    <Figure
      id="since"
      title={title}
      measure={`change of ${
        metricName(loss)
      } by cycle, what was deployed against what it replaced, on the first horizon of outcomes after the deployment, ${
        sure(known[0].outcomes.report!.difference.confidence)
      }`}
      describe={`${title}, of ${counted(known.length, "deployment")} of ${model}`}
      data={changes}
      drawing={changesDrawing(changes, { tick, zero: "no change" })}
      numbers={{
        columns: COLUMNS,
        rows: known.map((cycle, i) => [
          cycle.number,
          `v${cycle.version}`,
          cycle.asOf,
          cycle.outcome,
          changes[i].mean,
          changes[i].low,
          changes[i].high,
          cycle.outcomes.report!.difference.n,
        ]),
      }}
    />
  );
}

function sinceOf({ number, version, against, outcome, outcomes }: CycleImpact): Change {
  const { difference: { mean, low, high, n }, before } = outcomes.report!;
  const share = (x: number) => Number.isFinite(x) ? x / before : null;
  const shown = { mean: mean / before, low: share(low), high: share(high) };
  return {
    ...shown,
    number,
    label: `v${version}`,
    tone: toneOf(outcome),
    title: `v${version} against v${against}: ${percent(shown.mean, { sign: true })}, ${ends(shown)}, on ${
      counted(n, "row")
    }`,
  };
}

/** Sums up the changes, without adding up what was measured on different rows. */
export function TogetherNote({ view: { loss, gate, brief, model } }: { view: AnalysisView }) {
  const { since } = brief.find((modelBrief) => modelBrief.model === model)!;
  const rows = [
    ["At validation, every challenger", gate.all],
    ["At validation, those deployed", gate.deployed],
    ["On outcomes since, those deployed", since],
  ] as const;
  return (
    <table class="records">
      <caption>
        <h3>
          All together, on average{" "}
          <small>
            Mean change of{" "}
            {metricName(loss)}. Each was measured on rows of its own, so they are not added up; the interval
            holds whatever the cycles have in common. Deployed versions were selected for a good validation
            result, so that mean is optimistic; outcomes since deployment are not.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col" class="num">Mean change</th>
          <th scope="col" class="num">Interval</th>
          <th scope="col" class="num">Cycles</th>
          <th scope="col" class="num">Rows</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, change]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td data-label="Mean change" class="num">
              {change ? percent(change.mean, { sign: true }) : "none yet"}
            </td>
            <td data-label="Interval" class="num">{change ? ends(change) : "none yet"}</td>
            <td data-label="Cycles" class="num">{count(change?.changes ?? 0)}</td>
            <td data-label="Rows" class="num">{count(change?.n ?? 0)}</td>
            <td data-label="Result">
              {change ? <StatusBadge badge={togetherBadge(change)} /> : "nothing yet"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const NoChange = ({ text }: { text: string }) => (
  <>
    <h3>Nothing compared yet</h3>
    <p>{text}</p>
  </>
);
