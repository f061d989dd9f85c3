import * as Plot from "@observablehq/plot";
import type { AnalysedCycle, Bar, Frequency } from "../../../src/app/reports/analysis.ts";
import { daysText } from "../../../components/analysis_labels.ts";
import { counted } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { type Drawing, Figure, timeAxis } from "../../../components/plot.tsx";
import { outcomeBadge, triggerName } from "../../../components/labels.ts";

/**
 * Outcomes of cycles, from below, with their tones: what came to serve is green, what a person should know of is not.
 */
const TONES: Readonly<Record<Bar["outcome"], string>> = {
  "deployed": "var(--evergreen)",
  "rolling out": "var(--evergreen-wash)",
  "rejected": "var(--chart-axis)",
  "inconclusive": "var(--chart-reference)",
  "rolled back": "var(--status-bad)",
  "failed": "var(--text-strong)",
  "lost": "var(--status-watch)",
  "cancelled": "var(--chart-band)",
};
const OUTCOMES = Object.keys(TONES) as Bar["outcome"][];

const word = (outcome: Bar["outcome"]) => outcomeBadge(outcome).word.toLowerCase();
const unique = <T,>(values: readonly T[]) => [...new Set(values)];

interface Props {
  model: string;
  frequency: Frequency;
  cycles: readonly AnalysedCycle[];
}

/** Cycles in each day, week or month: by trigger one below the other, by how they ended one upon the other. */
export function FrequencyChart({ model, frequency, cycles }: Props) {
  const { bars, unit, days } = frequency;
  const ended = OUTCOMES.filter((o) => bars.some(({ outcome }) => outcome === o));
  const triggers = unique(bars.map(({ trigger }) => trigger));
  const title = days
    ? `A median of ${daysText(days)} between trainings`
    : `${counted(cycles.length, "training")}: not enough data`;
  return (
    <>
      <Figure
        id="frequency"
        title={title}
        measure={
          <>
            cycles in a {unit}, by the time of the data{triggers.length > 1 && ", by trigger"}
          </>
        }
        describe={`${title}: cycles of ${model} in each ${unit}, by trigger and by how they ended`}
        data={frequency}
        drawing={drawing(frequency, triggers)}
        numbers={{
          columns: [
            { name: "From", as: "day" },
            { name: "Until", as: "day" },
            { name: "Trigger" },
            { name: "Ended" },
            { name: "Cycles", as: "count" },
          ],
          rows: bars.map((b) => [b.from, b.until, triggerName(b.trigger), word(b.outcome), b.cycles]),
        }}
      />
      <p class="legend">
        {ended.map((outcome) => (
          <span key={outcome}>
            <svg aria-hidden="true">
              <rect width="20" height="10" fill={TONES[outcome]} class="edged" />
            </svg>
            {word(outcome)}
          </span>
        ))}
      </p>
    </>
  );
}

const drawing = ({ bars }: Frequency, triggers: readonly string[]): Drawing => (width) => {
  const froms = bars.map((b) => new Date(b.from));
  const untils = bars.map((b) => new Date(b.until));
  const ms = (dates: Date[]) => dates.map((d) => d.getTime());
  const [from, to] = [new Date(Math.min(...ms(froms))), new Date(Math.max(...ms(untils)))];
  const many = triggers.length > 1;
  return {
    width,
    height: 60 + (many ? 82 : 130) * triggers.length,
    marginLeft: 34,
    marginRight: many ? 96 : 12,
    marginTop: 12,
    marginBottom: 36,
    x: { type: "utc", label: null, domain: [from, to] },
    y: { label: null, nice: true },
    fy: { domain: triggers, label: null, axis: null, padding: 0.18 },
    color: { domain: OUTCOMES, range: OUTCOMES.map((o) => TONES[o]) },
    marks: [
      Plot.gridY({ ticks: many ? 2 : 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: many ? 2 : 4, tickSize: 0, tickFormat: (n: number) => whole(n) }),
      timeAxis(from, to, width),
      Plot.rectY(bars, {
        x1: (b: Bar) => new Date(b.from),
        x2: (b: Bar) => new Date(b.until),
        y: "cycles",
        fill: "outcome",
        order: OUTCOMES,
        fy: "trigger",
        insetLeft: 1,
        insetRight: 1,
        title: (b: Bar) =>
          `From ${moment(b.from, "day")}, ${triggerName(b.trigger)}: ${counted(b.cycles, "cycle")} ${
            word(b.outcome)
          }`,
      }),
      ...many
        ? [Plot.text(triggers, {
          fy: (t: string) => t,
          frameAnchor: "right",
          dx: 10,
          textAnchor: "start",
          className: "label",
          text: (t: string) => triggerName(t as Bar["trigger"]),
        })]
        : [],
      Plot.ruleY([0], { stroke: "var(--chart-axis)" }),
    ],
  };
};

const whole = (n: number) => Number.isInteger(n) ? String(n) : "";

/** Counts the cycles' outcomes by trigger and reason. */
export function ReasonsTable({ cycles }: { cycles: readonly AnalysedCycle[] }) {
  const ended = OUTCOMES.filter((o) => cycles.some(({ outcome }) => outcome === o));
  const groups = [...Map.groupBy(cycles, ({ trigger, because }) => `${trigger}\n${because}`)]
    .map(([key, of]) => ({ key, of, trigger: of[0].trigger, because: of[0].because }))
    .sort((a, b) => b.of.length - a.of.length);
  return (
    <table class="records">
      <caption>
        <h3>
          Triggers <small>The criteria in favour, beside new samples and labels.</small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Criterion</th>
          <th scope="col">Trigger</th>
          <th scope="col" class="num">Cycles</th>
          {ended.map((outcome) => <th key={outcome} scope="col" class="num">{word(outcome)}</th>)}
        </tr>
      </thead>
      <tbody>
        {groups.map(({ key, of, trigger, because }) => (
          <tr key={key}>
            <th scope="row">{because}</th>
            <td data-label="Trigger">{triggerName(trigger)}</td>
            <td data-label="Cycles" class="num">{of.length}</td>
            {ended.map((outcome) => (
              <td key={outcome} data-label={word(outcome)} class="num">
                {of.filter((c) => c.outcome === outcome).length}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
