import { page } from "fresh";
import { ActButton, roleFor } from "../../components/act.tsx";
import { BacktestForm } from "./(_components)/backtest_form.tsx";
import { NO_FIELDS } from "./(_components)/backtest_request.ts";
import { BACKTEST_STATES, backtestHeadline, policyName } from "../../components/backtest_labels.ts";
import type { BacktestReads } from "../../src/dashboard/reads/backtests.ts";
import { define } from "../../src/dashboard/define.ts";
import { follow } from "../../src/dashboard/view.ts";
import { count, counted } from "../../src/format/numbers.ts";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import { allows } from "../../src/security/roles.ts";
import type { BacktestSummary } from "../../src/app/reports/backtest.ts";
import { PageHeader } from "../../components/page_header.tsx";

/** Sums up the running backtest, else the newest finished one, in a sentence. */
async function answerOf(dashboard: BacktestReads, backtests: readonly BacktestSummary[]): Promise<string> {
  const shown = backtests.find((b) => b.state === "running") ??
    backtests.find((b) => b.state === "finished") ?? backtests.at(0);
  const detail = shown && await dashboard.backtest(shown.id);
  return detail ? backtestHeadline(detail) : "No backtests yet.";
}

export const handler = define.handlers({
  async GET({ state }) {
    const { dashboard } = state;
    await follow(state, "backtests");
    const backtests = await dashboard.backtests();
    const [answer, { models, own }] = await Promise.all([
      answerOf(dashboard, backtests),
      dashboard.configuration(),
    ]);
    state.title = "Backtests";
    return page({ backtests, answer, models, own: own.policies, once: crypto.randomUUID() });
  },
});

export default define.page<typeof handler>(function Backtests({ data, state }) {
  const { backtests, answer, models, own, once } = data;
  const running = backtests.find((b) => b.state === "running");
  return (
    <>
      <div id="backtests" data-redraw>
        <PageHeader>
          <h1>{answer}</h1>
          <p>
            A backtest replays history under several policies, each in a separate registry, with the
            production cycle. Serving is not affected.
          </p>
        </PageHeader>
        <section class="section" aria-labelledby="all">
          {backtests.length === 0
            ? (
              <>
                <h2 id="all">No backtests yet</h2>
                <p>
                  Start one below, or run{"  "}
                  <code>deno task perennial backtest --policy every --policy perennial</code>
                </p>
              </>
            )
            : <BacktestTable backtests={backtests} />}
        </section>
      </div>
      <section class="section" aria-labelledby="begin">
        <h2 id="begin">New backtest</h2>
        {running
          ? (
            <p>
              <a href={`/backtests/${running.id}`}>Backtest {running.id}</a>{" "}
              is running; the next one can start when it has ended.
            </p>
          )
          : state.person && !allows(state.person.role, roleFor("backtest"))
          ? (
            <p>
              <ActButton person={state.person} href="/act/backtest">Start backtest</ActButton>
            </p>
          )
          : state.person
          ? (
            <BacktestForm
              own={own}
              {...{ fields: NO_FIELDS, models, once, why: "", problem: null }}
              person={state.person}
            />
          )
          : (
            <p>
              <a href="/sign-in?to=%2Fbacktests">Sign in to start one</a>
            </p>
          )}
      </section>
    </>
  );
});

function BacktestTable({ backtests }: { backtests: readonly BacktestSummary[] }) {
  return (
    <table class="records">
      <caption>
        <h2 id="all">{counted(backtests.length, "backtest")}</h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Backtest</th>
          <th scope="col">Status</th>
          <th scope="col">Policies</th>
          <th scope="col">History</th>
          <th scope="col">Requested</th>
        </tr>
      </thead>
      <tbody>
        {backtests.map((b) => (
          <tr key={b.id}>
            <th scope="row">
              <a href={`/backtests/${b.id}`}>{b.id}</a> <small>{b.models.join(", ")}</small>
            </th>
            <td data-label="Status">
              <StatusBadge badge={BACKTEST_STATES[b.state]} />
              {b.done < b.steps && <small>, {count(b.done)} of {counted(b.steps, "step")}</small>}
            </td>
            <td data-label="Policies">{b.policies.map(policyName).join("; ")}</td>
            <td data-label="History">
              <Time iso={b.from} as="day" /> to <Time iso={b.to} as="day" />
            </td>
            <td data-label="Requested">
              <Time iso={b.createdAt} as="moment" /> by {b.by}
              {b.why && <small>: {b.why}</small>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
