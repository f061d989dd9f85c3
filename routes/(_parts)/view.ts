import type { Cycle } from "../../src/reporting/cycle.ts";
import type { BacktestSummary } from "../../src/reporting/read_backtest.ts";
import type { Status } from "../../src/reporting/status.ts";
import type { Dashboard } from "./dashboard.ts";

/** What the live parts of the overview show; `/live` answers it as JSON. */
export interface OverviewView {
  status: Status;
  /** the stages of the running cycle so far, by model */
  stages: Record<string, Cycle["stages"]>;
  /** changes when something happened that charts and lists must show */
  revision: string;
  readAt: string;
}

/** Reads what the live parts show. */
export async function overviewView(dashboard: Dashboard): Promise<OverviewView> {
  const status = await dashboard.status();
  const running = status.models.flatMap(({ model, running }) => running ? [{ model, id: running.id }] : []);
  const cycles = await Promise.all(running.map(({ id }) => dashboard.cycle(id)));
  const stages = Object.fromEntries(running.map(({ model }, i) => [model, cycles[i]?.stages ?? []]));
  const backtests = backtestsRevision(await dashboard.backtests(1));
  return { status, stages, revision: `${revision(status)};${backtests}`, readAt: dashboard.now() };
}

const PARTS = 50; // a page that shows a backtest is drawn anew so often while it runs

const backtestsRevision = ([newest]: readonly BacktestSummary[]): string =>
  newest ? `${newest.id} ${newest.state} ${Math.floor(PARTS * newest.done / newest.steps)}` : "";

const revision = ({ openAlerts, models }: Status): string =>
  [
    openAlerts,
    ...models.map((m) =>
      [
        m.model,
        m.active,
        m.running?.id,
        m.serving?.version,
        m.lastCycle?.id,
        m.lastCycle?.outcome,
        m.openAlerts,
        m.health.state,
        m.lastCheck?.checkedAt,
        m.rollout?.id,
        m.rollout?.share,
        m.rollout?.text,
        m.approval?.version,
      ].join()
    ),
  ].join(";");
