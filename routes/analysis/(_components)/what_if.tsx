import type { LabelledPolicy } from "../../../src/backtest/backtest.ts";
import type { ModelResult, PolicyResult } from "../../../src/backtest/report.ts";
import type { AnalysedCycle } from "../../../src/app/reports/analysis.ts";
import type { AnalysisView } from "../../../src/dashboard/reads/analysis.ts";
import type { BacktestDetail } from "../../../src/app/reports/backtest.ts";
import { Calendars, rowsOf } from "../../../components/backtest_tables.tsx";
import {
  DIFFERENCES,
  differenceText,
  policyName,
  subjectOf,
  subjectText,
} from "../../../components/backtest_labels.ts";
import { count, counted, metricFigure } from "../../../src/format/numbers.ts";
import { duration } from "../../../src/format/times.ts";
import { metricName } from "../../../src/format/words.ts";
import { StatusBadge, Time } from "../../../components/status_badge.tsx";

interface Props {
  view: AnalysisView;
  /** the newest that finished with this model in it; null: none did */
  backtest: BacktestDetail | null;
}

/** Shows other policies by the last finished backtest, beside what happened. */
export function WhatIf({ view, backtest }: Props) {
  const result = backtest?.results.find(({ model }) => model === view.model);
  if (!backtest || !result) {
    return (
      <p>
        No backtest of {view.model}{" "}
        has finished yet: it replays history under other policies, beside what serves.{" "}
        <a href="/backtests">Backtests</a>
      </p>
    );
  }
  const text = subjectText(backtest, result);
  const { metric: main } = result;
  const rows = rowsOf({ result, policies: backtest.policies });
  return (
    <>
      {text && <p>In the backtest, {policyName(subjectOf(backtest))}: {text}.</p>}
      <Calendars result={result} />
      <table class="records">
        <caption class="visually-hidden">Policies that were replayed, and what happened</caption>
        <thead>
          <tr>
            <th scope="col">Policy</th>
            <th scope="col" class="num">Trainings</th>
            <th scope="col" class="num">Deployed</th>
            <th scope="col" class="num">Cycle time</th>
            <th scope="col" class="num">{metricName(main)}</th>
            <th scope="col">Against never retrained</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => <Policy key={row.policy.label} {...row} metric={main} />)}
          <Happened cycles={within(view.cycles, result)} />
        </tbody>
      </table>
      <p>
        <small>
          From <Time iso={backtest.from} as="day" /> to <Time iso={backtest.to} as="day" />, means over{" "}
          {counted(Math.max(...rows.map(({ of }) => of.moments)), "cut-off")}; 95 % interval over the cut-offs
          that both have. What happened is told of the same time; what it served was not scored at those
          cut-offs, so it stands beside no mean. Of replayed policies the time is that of training alone.
        </small>
      </p>
      <p class="row">
        <a href={`/backtests/${backtest.id}`}>This backtest, moment by moment</a>
        <a href="/backtests">All backtests</a>
      </p>
    </>
  );
}

function Policy(
  { policy, of, metric }: { policy: LabelledPolicy; of: PolicyResult; metric: string },
) {
  const against = of.toNever?.[metric];
  return (
    <tr>
      <th scope="row">{policyName(policy)}</th>
      <td data-label="Trainings" class="num">{count(of.trainings)}</td>
      <td data-label="Deployed" class="num">{count(of.deployments)}</td>
      <td data-label="Cycle time" class="num">{duration(of.trainingSeconds * 1000)}</td>
      <td data-label={metricName(metric)} class="num">
        {of.moments === 0 ? "none yet" : metricFigure(of.means[metric])}
      </td>
      <td data-label="Against never">
        {policy.policy === "never" || !against ? <small>what all are compared with</small> : (
          <>
            <StatusBadge badge={DIFFERENCES[against.verdict]} />{" "}
            {against.verdict !== "the same" && <small>{differenceText(against)}</small>}
          </>
        )}
      </td>
    </tr>
  );
}

/** Shows what this installation did in the time that was replayed. */
function Happened({ cycles }: { cycles: readonly AnalysedCycle[] }) {
  const deployed = cycles.filter(({ outcome }) => outcome === "deployed" || outcome === "rolled back");
  const seconds = cycles.reduce((sum, { secondsTotal }) => sum + secondsTotal, 0);
  return (
    <tr>
      <th scope="row">
        What happened <small>the cycles of this installation</small>
      </th>
      <td data-label="Trainings" class="num">
        {count(cycles.filter(({ challenger }) => challenger !== null).length)}
      </td>
      <td data-label="Deployed" class="num">{count(deployed.length)}</td>
      <td data-label="Cycle time" class="num">{duration(seconds * 1000)}</td>
      <td data-label="Measured" class="num">
        <a href="/monitoring">as outcomes tell</a>
      </td>
      <td data-label="Against never">
        <small>not scored at those cut-offs</small>
      </td>
    </tr>
  );
}

/** Cycles as of moments that the policies were scored at. */
const within = (cycles: readonly AnalysedCycle[], { policies }: ModelResult): AnalysedCycle[] => {
  const moments = policies.flatMap(({ series }) => series.map(({ asOf }) => asOf)).sort();
  return cycles.filter(({ asOf }) => asOf >= (moments[0] ?? "") && asOf <= (moments.at(-1) ?? ""));
};
