import type { Alert } from "../../alerts/alert.ts";
import type { Clock } from "../../core/clock.ts";
import { listAlerts } from "../../db/alerts/alerts.ts";
import { type Approval, listApprovals } from "../../db/rollouts/approvals.ts";
import { listLooks, runningRollout } from "../../db/rollouts/rollouts.ts";
import { runningReplay } from "../../db/backtests/running_replay.ts";
import { acceptedOf, newestMeasured, newestQuality } from "../../db/monitoring/newest_findings.ts";
import { openFindings } from "../../retraining/open_findings.ts";
import { headlineOf } from "../../retraining/headline.ts";
import { listChecks } from "../../db/cycles/checks.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import { countOutcomes, findCycle, listCycles } from "../../db/cycles/cycles.ts";
import { countWaiting } from "../../db/events/quarantine.ts";
import { countEvents } from "../../db/events/events.ts";
import { listRetrainers } from "../../db/cycles/retrainers.ts";
import { lastMove } from "../../db/models/serving.ts";
import { lastSnapshot } from "../../db/cycles/snapshots.ts";
import { getVersion } from "../../db/models/versions.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { type SpendingUnit, unitIn } from "../../models/unit.ts";
import { spendingUnit } from "../features/spending_unit.ts";
import type { ServingMove } from "../../registry/version.ts";
import { isDrill, type Rollout, type RolloutPause } from "../../rollout/rollout.ts";
import { configOf } from "../../config/retraining.ts";
import { currentMoment } from "../as_of.ts";
import type { Cycle } from "../../retraining/cycle.ts";
import { cycleText } from "../../retraining/cycle_text.ts";
import { healthOf } from "../../retraining/health.ts";
import type { ModelStatus, Status } from "../../retraining/status.ts";

/** The dependencies of the status: Postgres only, so that it answers while workers and Temporal are down. */
interface StatusDeps {
  sql: Sql;
  clock: Clock;
  models: ReadonlyMap<string, ModelDefinition>;
  temporalUi: string | null;
}

/** The facts that the status of all models shares. */
interface Shared {
  sql: Sql;
  events: number;
  config: Awaited<ReturnType<typeof currentConfig>>["config"];
  retrainers: Awaited<ReturnType<typeof listRetrainers>>;
  alerts: Awaited<ReturnType<typeof listAlerts>>;
  spending: SpendingUnit;
}

/** Reads what the system is doing, model by model. */
export async function readStatus({ sql, clock, models, temporalUi }: StatusDeps): Promise<Status> {
  const moment = await currentMoment(sql, clock);
  const [events, { config }, retrainers, alerts, spending] = await Promise.all([
    countEvents(sql, { beforeMs: moment.asOfMs }),
    currentConfig(sql),
    listRetrainers(sql),
    listAlerts(sql, { open: true, limit: 1000 }),
    spendingUnit(sql, { asOfMs: moment.asOfMs }),
  ]);
  const shared = { sql, events, config, retrainers, alerts, spending };
  const facts = {
    models: await Promise.all([...models.values()].map((model) => modelStatus(model, shared))),
    data: await dataState(sql),
    quarantine: await quarantineState(sql, events),
    replay: await runningReplay(sql),
    installation: installationState(alerts),
  };
  return {
    asOf: new Date(moment.asOfMs).toISOString(),
    clock: moment.clock,
    temporalUi,
    openAlerts: alerts.length,
    headline: headlineOf(facts),
    ...facts,
  };
}

/** Sums up the open alerts about no one model; those about the events are told with the data. */
function installationState(alerts: readonly Alert[]): Status["installation"] {
  const about = alerts.filter(({ model, kind, severity }) =>
    model === null && kind !== "quality" && severity !== "info"
  );
  if (about.length === 0) return null;
  const gravest = about.find(({ severity }) => severity === "critical") ?? about[0];
  return { openAlerts: about.length, text: gravest.title };
}

/** A shop with more events than this has a usual share of refused ones, which the evaluations compare with. */
const YOUNG_MAX = 100_000;

/** Counts what waits in quarantine where that is more than a young shop's accepted events. */
async function quarantineState(sql: Sql, accepted: number): Promise<Status["quarantine"]> {
  if (accepted > YOUNG_MAX) return null;
  const waiting = await countWaiting(sql, { after: 0 });
  return waiting > accepted ? { waiting, accepted } : null;
}

/** Returns what the newest evaluation of the events found, and how much of it is still open. */
async function dataState(sql: Sql): Promise<Status["data"]> {
  const newest = await newestQuality(sql);
  if (!newest) return null;
  const open = openFindings(newest);
  const accepted = await acceptedOf(sql, open);
  return { answer: newest.answer, openFindings: open.length - accepted.length, text: newest.text };
}

async function modelStatus(definition: ModelDefinition, shared: Shared): Promise<ModelStatus> {
  const { name: model, kind, question, primaryMetric } = definition;
  const { sql, events, config } = shared;
  const [cycles, checks, move, snapshot, outcomes, rollout, [approval], measured] = await Promise.all([
    listCycles(sql, { model, limit: 2 }), // a model runs one cycle at a time: the other one has ended
    listChecks(sql, { model, limit: 1 }),
    lastMove(sql, model),
    lastSnapshot(sql, model),
    countOutcomes(sql, model),
    runningRollout(sql, model),
    listApprovals(sql, { model, limit: 1 }),
    newestMeasured(sql, model),
  ]);
  const serving = move && await servingStatus(sql, move);
  const retrainer = shared.retrainers.find((r) => r.model === model);
  const alerts = shared.alerts.filter((a) => a.model === model);
  const last = cycles.find((c) => c.endedAt !== null) ?? null;
  const { min_new_samples: needed } = configOf(config, model);
  return {
    model,
    kind,
    question,
    unit: serving?.unit ?? unitIn(definition, shared.spending),
    primaryMetric,
    active: retrainer?.active ?? false,
    health: healthOf({ move, lastCycle: last, lastCheck: checks[0] ?? null, alerts }),
    samples: {
      collected: Math.max(0, events - (snapshot?.eventsSeen ?? 0)),
      needed,
      since: snapshot?.asOf ?? null,
    },
    serving,
    measured,
    rollout: rollout && await rolloutStatus(sql, rollout),
    approval: approval ? pickApproval(approval) : null,
    running: runningStatus(cycles.find((c) => c.endedAt === null)),
    lastCycle: last && { ...pick(last), text: cycleText(last) },
    lastCheck: checks[0] ? { ...checks[0] } : null,
    nextCheckAt: retrainer?.nextCheckAt ?? null,
    outcomes,
    openAlerts: alerts.length,
  };
}

const pickApproval = ({ version, text, expiresAt }: Approval) => ({ version, text, expiresAt });

/** Returns the position of the running rollout, by its last look. */
async function rolloutStatus(
  sql: Sql,
  { id, plan, challengers: [version], shares, startedAt, why, paused }: Rollout,
): Promise<ModelStatus["rollout"]> {
  const [look] = await listLooks(sql, id, 1);
  const share = plan.strategy === "shadow" ? 0 : shares.find((arm) => arm.version === version)?.share ?? 0;
  const text = look?.decision.text ?? why;
  return {
    id,
    strategy: plan.strategy,
    version,
    share,
    startedAt,
    drill: isDrill(id),
    text,
    paused: paused && pickPause(paused),
  };
}

const pickPause = ({ until, by, why }: RolloutPause) => ({ until, by, why });

const pick = ({ id, number, outcome, asOf, endedAt }: Cycle) => ({ id, number, outcome, asOf, endedAt });

function runningStatus(cycle: Cycle | undefined): ModelStatus["running"] {
  if (!cycle) return null;
  const { id, stage, progress, startedAt } = cycle;
  return { id, stage, progress, startedAt };
}

/** Returns what serves, with the evidence of its own cycle; a version promoted by hand may have none. */
async function servingStatus(sql: Sql, move: ServingMove): Promise<ModelStatus["serving"]> {
  const { manifest } = await getVersion(sql, move.model, move.version);
  const evidence = (await findCycle(sql, manifest.cycleId))?.evidence ?? null;
  return {
    version: move.version,
    since: move.at,
    asOf: manifest.asOf,
    candidate: manifest.candidate,
    unit: manifest.unit,
    metrics: manifest.metrics,
    validationRows: evidence?.difference.n ?? 0,
    difference: evidence?.against === "champion" ? evidence.difference : null,
  };
}
