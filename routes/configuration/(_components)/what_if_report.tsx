import type { WhatIfReport } from "../../../src/retraining/what_if.ts";
import { ChartTools } from "../../../components/chart_tools.tsx";
import type { Column } from "../../../src/dashboard/page_charts.ts";
import { count, counted } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { StatusBadge, Time } from "../../../components/status_badge.tsx";
import { answerBadge, type Badge, verdictBadge } from "../../../components/labels.ts";

const ROWS_SHOWN = 60;

/** A check or a verdict that was decided again. */
interface Row {
  id: string;
  asOf: string;
  model: string;
  of: string;
  href: string | null;
  was: Badge;
  would: Badge | null;
  same: boolean;
  text: string;
}

const NO_TRAINING: Badge = { glyph: "stopped", tone: "unknown", word: "No training" };

/** All that was decided again, newest first. */
function rowsOf({ checks, verdicts }: WhatIfReport): Row[] {
  const ofChecks = checks.map((c): Row => ({
    id: c.id,
    asOf: c.asOf,
    model: c.model,
    of: "check",
    href: null,
    text: c.text,
    was: answerBadge(c.was),
    would: c.would && answerBadge(c.would),
    same: c.would === c.was,
  }));
  const ofVerdicts = verdicts.map((v): Row => ({
    id: v.cycleId,
    asOf: v.asOf,
    model: v.model,
    of: `cycle ${v.number}`,
    href: `/cycles/${v.cycleId}`,
    was: verdictBadge(v.was),
    same: v.would === v.was,
    text: v.text,
    would: v.would && (v.would === "no training" ? NO_TRAINING : verdictBadge(v.would)),
  }));
  return [...ofChecks, ...ofVerdicts].sort((a, b) => a.asOf < b.asOf ? 1 : a.asOf > b.asOf ? -1 : 0);
}

/** "2 to 5 more, 1 fewer" */
function moreOrFewer(more: { atLeast: number; atMost: number }, fewer: number): string {
  const range = more.atLeast === more.atMost
    ? count(more.atMost)
    : `${count(more.atLeast)} to ${count(more.atMost)}`;
  const parts = [...more.atMost > 0 ? [`${range} more`] : [], ...fewer > 0 ? [`${count(fewer)} fewer`] : []];
  return parts.length > 0 ? parts.join(", ") : "as many";
}

/** Sums the simulation up in a sentence. */
function whatIfAnswer({ checks, verdicts, from, to }: WhatIfReport): string {
  const all = [...checks, ...verdicts];
  if (all.length === 0) return "There are no checks or verdicts in these days.";
  const otherwise = all.filter((d) => d.would !== null && d.would !== d.was).length;
  const cannot = all.filter((d) => d.would === null).length;
  const range = `${moment(from, "day")} to ${moment(to, "day")}`;
  const part = otherwise === 0
    ? "none comes out otherwise"
    : `${count(otherwise)} ${otherwise === 1 ? "comes" : "come"} out otherwise`;
  const subject = `${counted(checks.length, "check")} and ${counted(verdicts.length, "verdict")}`;
  return `Of ${subject}, ${range}, ${part}` +
    (cannot > 0 ? `; ${count(cannot)} cannot be recomputed.` : ".");
}

/** Shows the decisions of a configuration on history, beside those that were made. */
export function WhatIfView({ simulation, csv }: { simulation: WhatIfReport; csv: boolean }) {
  const rows = rowsOf(simulation);
  const differing = rows.filter((row) => row.would && !row.same);
  const unknown = rows.filter((row) => !row.would);
  return (
    <div class="trial">
      <p role="status">{whatIfAnswer(simulation)}</p>
      {rows.length > 0 && <Models simulation={simulation} />}
      {differing.length > 0 && <Decisions title="Different results" rows={differing} />}
      {unknown.length > 0 && (
        <details>
          <summary>{counted(unknown.length, "decision")} which cannot be recomputed, and why</summary>
          <Decisions title="Cannot be recomputed" rows={unknown} />
        </details>
      )}
      {csv && rows.length > 0 && (
        <ChartTools
          id="trial"
          describe="everything that was recomputed"
          numbers={{
            columns: COLUMNS,
            rows: rows.map((r) => [r.asOf, r.model, r.of, r.was.word, r.would?.word ?? null, r.text]),
          }}
          table={false}
        />
      )}
      <h3>Limitations</h3>
      <ul class="plain">
        {simulation.notes.map((note) => <li key={note}>{note}.</li>)}
        {simulation.truncated && (
          <li>There are more checks than can be recomputed: the oldest are left out.</li>
        )}
      </ul>
    </div>
  );
}

const COLUMNS: readonly Column[] = ["As of", "Model", "Of", "Was", "Would be", "Why"].map((name) => ({
  name,
}));

function Models({ simulation: { models } }: { simulation: WhatIfReport }) {
  return (
    <table class="records">
      <caption>
        <h3>Counts with and without the change</h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Checks</th>
          <th scope="col">Trainings called for</th>
          <th scope="col">Verdicts to promote</th>
        </tr>
      </thead>
      <tbody>
        {models.map(({ model, checks, trainings, deployments }) => (
          <tr key={model}>
            <th scope="row">{model}</th>
            <td data-label="Checks">
              {count(checks.same + checks.changed + checks.cannot)}, {count(checks.changed)} otherwise
              {checks.cannot > 0 && <small>{count(checks.cannot)} cannot be recomputed</small>}
            </td>
            <td data-label="Trainings">
              {count(trainings.was)}, <b>{moreOrFewer(trainings.more, trainings.fewer)}</b>
            </td>
            <td data-label="Promoted">
              {count(deployments.was)},{" "}
              <b>
                {moreOrFewer({ atLeast: deployments.more, atMost: deployments.more }, deployments.fewer)}
              </b>{" "}
              {deployments.cannot > 0 && <small>{count(deployments.cannot)} cannot be recomputed</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Decisions({ title, rows }: { title: string; rows: readonly Row[] }) {
  const shown = rows.slice(0, ROWS_SHOWN);
  return (
    <table class="records">
      <caption>
        <h3>
          {title}
          {rows.length > shown.length && (
            <small>The newest {count(shown.length)} of {count(rows.length)}; the CSV has all.</small>
          )}
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">As of</th>
          <th scope="col">Of</th>
          <th scope="col">Was</th>
          <th scope="col">Would be</th>
          <th scope="col">Because</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Time iso={row.asOf} as="day" />
            </th>
            <td data-label="Of">
              {row.model}, {row.href ? <a href={row.href}>{row.of}</a> : row.of}
            </td>
            <td data-label="Was">
              <StatusBadge badge={row.was} />
            </td>
            <td data-label="Would be">{row.would ? <StatusBadge badge={row.would} /> : "unknown"}</td>
            <td data-label="Because">
              <small>{row.text}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
