import { HttpError, page } from "fresh";
import { ActButton } from "../../components/act.tsx";
import { BacktestChart } from "./(_components)/backtest_chart.tsx";
import { Calendars, CostTable, ServedTable } from "../../components/backtest_tables.tsx";
import {
  BACKTEST_STATES,
  backtestHeadline,
  policyName,
  subjectOf,
  subjectText,
} from "../../components/backtest_labels.ts";
import { define } from "../../src/dashboard/define.ts";
import { signInPath } from "../../src/dashboard/form.ts";
import { follow } from "../../src/dashboard/view.ts";
import { count, counted } from "../../src/format/numbers.ts";
import { metricName } from "../../src/format/words.ts";
import { ProgressBar, StatusBadge, Time } from "../../components/status_badge.tsx";
import type { ModelResult } from "../../src/backtest/report.ts";
import type { BacktestDetail } from "../../src/app/reports/backtest.ts";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";

export const handler = define.handlers({
  async GET({ params, state }) {
    await follow(state, "backtests");
    const backtest = await state.dashboard.backtest(params.id);
    if (!backtest) throw new HttpError(404, `There is no backtest "${params.id}"`);
    state.title = `Backtest ${backtest.id}`;
    if (backtest.state !== "running") state.live = undefined; // it stays as it is
    return page(backtest);
  },
});

export default define.page<typeof handler>(function OneBacktest({ data, state }) {
  const { id, results, notes } = data;
  const sentences = results.flatMap((result) => {
    const text = subjectText(data, result);
    return text === null ? [] : [{ model: result.model, text }];
  });
  return (
    <div id="backtest" data-redraw>
      <PageHeader>
        <Crumbs above={["/backtests"]} here={`Backtest ${id.slice(0, 8)}`} />
        <h1>{backtestHeadline(data)}</h1>
        {sentences.length > 0 && (
          <ul class="plain">
            {sentences.map(({ model, text }) => (
              <li key={model}>{model}, {policyName(subjectOf(data))}: {text}.</li>
            ))}
          </ul>
        )}
        <Answers {...data} />
        {data.state === "running" && (
          <p>
            {state.person
              ? (
                <ActButton person={state.person} href={`/act/cancel-backtest?id=${id}`}>
                  Cancel backtest
                </ActButton>
              )
              : <a href={signInPath(`/backtests/${id}`)}>Sign in to act</a>}
          </p>
        )}
      </PageHeader>
      {data.state === "running" && <Progress {...data} />}
      <Failures {...data} />
      {results.map((result) => <Model key={result.model} result={result} backtest={data} />)}
      <section class="section" aria-labelledby="notes">
        <h2 id="notes">Limitations</h2>
        <ul class="plain">{notes.map((note) => <li key={note}>{note}</li>)}</ul>
      </section>
    </div>
  );
});

function Answers({ state, text, from, to, stepDays, moments, by, why, createdAt, endedAt }: BacktestDetail) {
  return (
    <dl class="answers">
      <div>
        <dt>Status</dt>
        <dd>
          <StatusBadge badge={BACKTEST_STATES[state]} />
          {text && <small>: {text}</small>}
        </dd>
      </div>
      <div>
        <dt>History</dt>
        <dd>
          <Time iso={from} as="day" /> to <Time iso={to} as="day" />{" "}
          <small>{counted(moments, "cut-off")}, every {counted(stepDays, "day")}</small>
        </dd>
      </div>
      <div>
        <dt>Requested</dt>
        <dd>
          <Time iso={createdAt} as="moment" /> by {by}
          {why && <small>: {why}</small>}
        </dd>
      </div>
      {endedAt && (
        <div>
          <dt>Ended</dt>
          <dd>
            <Time iso={endedAt} as="moment" />
          </dd>
        </div>
      )}
    </dl>
  );
}

const stepsOf = ({ policies }: ModelResult, label: string): number =>
  policies.find(({ policy }) => policy === label)?.series.length ?? 0;

/** Shows the progress of each policy. */
function Progress({ policies, models, moments, results, ends }: BacktestDetail) {
  const total = moments * models.length;
  return (
    <section class="section" aria-labelledby="progress">
      <h2 id="progress">Progress by policy</h2>
      <table class="records">
        <thead>
          <tr>
            <th scope="col">Policy</th>
            <th scope="col">Done</th>
            <th scope="col" class="num">Steps</th>
          </tr>
        </thead>
        <tbody>
          {policies.map((policy) => {
            const end = ends.find((e) => e.policy === policy.label);
            const done = results.reduce((sum, result) => sum + stepsOf(result, policy.label), 0);
            return (
              <tr key={policy.label}>
                <th scope="row">{policyName(policy)}</th>
                <td data-label="Done" class="grows">
                  {end
                    ? <StatusBadge badge={BACKTEST_STATES[end.state]} />
                    : <ProgressBar grown={done / total} meter />}
                </td>
                <td data-label="Steps" class="num">{count(done)} of {count(total)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Failures({ ends, policies }: BacktestDetail) {
  const failed = ends.filter((end) => end.state === "failed");
  if (failed.length === 0) return null;
  return (
    <section class="section" aria-labelledby="failures">
      <h2 id="failures">{counted(failed.length, "policy").replace("policys", "policies")} did not finish</h2>
      <ul class="plain">
        {failed.map(({ policy, text }) => (
          <li key={policy}>
            <StatusBadge badge={BACKTEST_STATES.failed}>
              {policyName(policies.find(({ label }) => label === policy)!)}
            </StatusBadge>: {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Model({ result, backtest: { policies, state } }: { result: ModelResult; backtest: BacktestDetail }) {
  const { model, first, last, missing } = result;
  const loss = metricName(result.loss);
  const uneven = new Set(result.policies.map(({ moments }) => moments)).size > 1;
  return (
    <section class="section model" aria-labelledby={`model-${model}`}>
      <h2 id={`model-${model}`}>
        {model} {first && last && (
          <small>
            Scored at cut-offs from <Time iso={first} as="day" /> to{" "}
            <Time iso={last} as="day" />, on the outcomes after each.
          </small>
        )}
      </h2>
      {first === null
        ? (
          <p>
            No scores yet: {state === "running"
              ? "the first cut-offs train the first model."
              : "it ended before the first cut-off that can be scored."}
          </p>
        )
        : (
          <>
            <ServedTable result={result} policies={policies} />
            {uneven && (
              <p>
                Means are comparable once all policies have the same number of cut-offs; differences already
                are.
              </p>
            )}
            <CostTable result={result} policies={policies} />
            <Calendars result={result} />
            {missing.length > 0 && (
              <p>
                The gain in money is unknown: <a href="/configuration">state</a> {missing.map((name, i) => (
                  <>
                    {i > 0 && ", "}
                    <code key={name}>{name}</code>
                  </>
                ))}.
              </p>
            )}
            <section aria-label={`${loss} of ${model} over time`}>
              <BacktestChart result={result} policies={policies} />
            </section>
          </>
        )}
    </section>
  );
}
