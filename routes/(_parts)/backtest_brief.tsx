import type { BacktestDetail } from "../../src/reporting/read_backtest.ts";
import { backtestHeadline, subjectText } from "./backtest_words.ts";
import type { Dashboard } from "./dashboard.ts";
import { Time } from "./signs.tsx";

/** The newest backtest that finished; null: there is none. */
export async function lastBacktest(dashboard: Dashboard): Promise<BacktestDetail | null> {
  const found = (await dashboard.backtests()).find(({ state }) => state === "finished");
  return found ? await dashboard.backtest(found.id) : null;
}

/** What the newest backtest found about a model, and the way to all of them. */
export function BacktestBrief({ backtest, model }: { backtest: BacktestDetail | null; model: string }) {
  const result = backtest?.results.find((r) => r.model === model);
  const text = backtest && result ? subjectText(backtest, result) : null;
  return (
    <section class="section" aria-labelledby="policies">
      <h2 id="policies">What another policy would have done</h2>
      {backtest && (
        <p>
          {backtestHeadline(backtest)} {text && `Of ${model}: ${text}.`}
        </p>
      )}
      <p>
        {backtest
          ? (
            <>
              From <a href={`/backtests/${backtest.id}`}>backtest {backtest.id}</a>, begun{" "}
              <Time iso={backtest.createdAt} as="moment" />.{" "}
              <a href="/backtests">All backtests, and what to try next</a>
            </>
          )
          : (
            <>
              Not tried yet: a <a href="/backtests">backtest</a>{" "}
              replays history under other policies and settings, beside what serves.
            </>
          )}
      </p>
    </section>
  );
}
