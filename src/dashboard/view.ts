import { Follows } from "./dashboard.ts";
import type { Alert } from "../alerts/alert.ts";
import type { Cycle } from "../retraining/cycle.ts";
import type { Status } from "../retraining/status.ts";
import type { Dashboard } from "./dashboard.ts";
import type { State } from "./define.ts";

/** The data of the live parts of the pages; `/live` answers it as JSON. */
export interface OverviewView {
  status: Status;
  /** the stages of the running cycle so far, by model */
  stages: Record<string, Cycle["stages"]>;
  /** each changes when something happened that charts and lists of the pages which follow it must show */
  revisions: Record<Follows, string>;
  /** of those that are open; null: none is */
  newestAlert: Pick<Alert, "id" | "severity" | "title"> | null;
  readAt: string;
}

/** Reads what the live parts show. */
export async function overviewView(dashboard: Dashboard): Promise<OverviewView> {
  const [status, stored] = await Promise.all([dashboard.status(), dashboard.revisions()]);
  const alerts = status.openAlerts > 0 ? await dashboard.alerts() : [];
  const running = status.models.flatMap(({ model, running }) => running ? [{ model, id: running.id }] : []);
  const cycles = await Promise.all(running.map(({ id }) => dashboard.cycle(id)));
  const stages = Object.fromEntries(running.map(({ model }, i) => [model, cycles[i]?.stages ?? []]));
  const overview = revision(status);
  const steps = Object.entries(stages).map((
    [model, met],
  ) => [model, ...met.map((s) => [s.stage, s.endedAt])]);
  const revisions = {
    overview,
    alerts: `${overview};${stored.looks}`, // acknowledging one is in the audit
    cycles: `${overview};${steps.join()}`,
    ...stored,
  };
  const newest = alerts.reduce<Alert | null>((a, b) => a !== null && a.id > b.id ? a : b, null);
  const newestAlert = newest && { id: newest.id, severity: newest.severity, title: newest.title };
  return { status, stages, revisions, newestAlert, readAt: dashboard.now() };
}

/** Has a page keep itself current. Called before its own reads, so that it shows that revision or a later one. */
export async function follow(
  state: Pick<State, "dashboard" | "live">,
  follows: Follows,
): Promise<OverviewView> {
  const view = await overviewView(state.dashboard);
  state.live = { readAt: view.readAt, follows, revision: view.revisions[follows] };
  return view;
}

const revision = ({ openAlerts, headline, models }: Status): string =>
  [
    openAlerts,
    headline,
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
        m.rollout?.paused?.until,
        m.approval?.version,
      ].join()
    ),
  ].join(";");
