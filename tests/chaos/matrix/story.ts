/** What happens to a shop in a life in which workers die: each workflow there is, as people and schedules begin them. */
import { labelOf, readPolicy } from "../../../src/backtest/policy_spec.ts";
import { momentsOf } from "../../../src/backtest/plan.ts";
import { pinMoment } from "../../../src/app/as_of.ts";
import { saveBacktest } from "../../../src/db/backtests/backtests.ts";
import { currentConfig, saveConfig } from "../../../src/db/config/config_versions.ts";
import { listCycles } from "../../../src/db/cycles/cycles.ts";
import { eventSpan } from "../../../src/db/events/day_counts.ts";
import { listObservations } from "../../../src/db/monitoring/observations.ts";
import { decideApproval, listApprovals } from "../../../src/db/rollouts/approvals.ts";
import { rollBack } from "../../../src/app/registry/moves.ts";
import { waitUntil } from "../../../src/embedded/waiting.ts";
import { sleep } from "../../../src/core/deadline.ts";
import { askedRolloutId } from "../../../src/rollout/rollout.ts";
import type { Service } from "../../../src/service.ts";
import {
  checkAsOf,
  ensureBacktest,
  ensureMonitor,
  lookAsOf,
  temporalControl,
  wakeMonitor,
} from "../../../src/temporal/control_client.ts";

const FIRST = "2011-04-26T00:00:00.000Z";
const NEXT = "2011-05-24T00:00:00.000Z";
const LATER = "2011-06-21T00:00:00.000Z";
const WITHIN_MS = 15 * 60_000;
const PASSES_MAX = 20;
/** Activities that every turn of the monitor begins with. */
const MONITORS = ["planLooks", "dueDeliveries"];

/** Workflows of the schedules, and the activity that each is about. */
const SCHEDULED = [
  { workflow: "reconcile", activity: "reconcile", args: [] },
  { workflow: "sweep", activity: "sweepArtefacts", args: [] },
  { workflow: "cleanup", activity: "cleanUp", args: ["day"] },
];

interface Life {
  /** also replays history under policies, which has activities of its own */
  backtests: boolean;
  /** activities that are to be killed yet */
  owed(): Promise<ReadonlySet<string>>;
}

/** Lives it, until every activity had its turn. */
export async function live(service: Service, life: Life): Promise<void> {
  await again(() => ensureMonitor(service.client, service));
  await Promise.all([cycles(service, life), scheduled(service, life)]);
  await monitored(service, life);
}

/** A first model of each: one as a replay makes it, one that a person lets through; then a drill that is taken back. */
async function cycles(service: Service, { backtests }: Life): Promise<void> {
  await pinMoment(service.sql, Date.parse(FIRST));
  const first = again(() => checkAsOf(service.client, "churn", FIRST));
  await Promise.all([first.then(() => drilled(service)), approved(service)]);
  if (backtests) await backtested(service);
}

/** A drill that a look takes back, and one so small that it goes on until a person does. */
async function drilled(service: Service): Promise<void> {
  const { client } = service;
  const id = await drill(service, "chaos", 2);
  for (const asOf of [FIRST, NEXT, LATER]) {
    if ((await again(() => lookAsOf(client, id, { asOf, traffic: true }))).ended) break;
  }
  await again(() => client.workflow.getHandle(id).result());
  await takenBack(service, await drill(service, "chaos again", 0.1));
}

async function drill(
  { client, taskQueue }: Service,
  requestId: string,
  strength: number,
): Promise<string> {
  const id = askedRolloutId("churn", "drill", requestId);
  const about = { id, model: "churn", requestId, by: "a test", why: "drill", asOf: FIRST, replayed: true };
  const control = temporalControl(client, { taskQueue });
  await again(() => control.beginRollout({ ...about, version: { drill: { strength } } }));
  return id;
}

async function takenBack({ sql, files, client, taskQueue }: Service, id: string): Promise<void> {
  await again(() => lookAsOf(client, id, { asOf: FIRST, traffic: true }));
  const request = { model: "churn", requestId: "enough", by: "a test", why: "it was seen", asOf: FIRST };
  await rollBack({ sql, files }, request);
  await again(() => temporalControl(client, { taskQueue }).wakeRollout(id));
  await again(() => client.workflow.getHandle(id).result());
}

async function approved({ sql, client, taskQueue }: Service): Promise<void> {
  const { version: after, config } = await currentConfig(sql);
  const wanted = { ...config, approval: "required" as const };
  await saveConfig(sql, { config: wanted, after, by: "a test", why: "to be asked" });
  const control = temporalControl(client, { taskQueue });
  const forced = { requestId: "to be asked", by: "a test", why: "" };
  await again(() => control.force("spending", forced));
  let cycleId: string | undefined;
  await until(async () =>
    (cycleId = (await listApprovals(sql, { model: "spending" }))[0]?.cycleId) !== undefined
  );
  await decideApproval(sql, { cycleId: cycleId!, decision: "approved", by: "a test", why: "" });
  await again(() => control.decided(cycleId!));
  await until(async () => (await listCycles(sql, { model: "spending", limit: 1 }))[0].outcome !== null);
}

/** Runs as schedules begin them, again where an execution died with another one's worker. */
async function scheduled({ client, taskQueue }: Service, { owed }: Life): Promise<void> {
  for (const { workflow, activity, args } of SCHEDULED) {
    for (let pass = 0; pass === 0 || (pass < PASSES_MAX && (await owed()).has(activity)); pass++) {
      const workflowId = `${workflow}-by-hand-${pass}`;
      const run = { workflowId, taskQueue, workflowIdConflictPolicy: "USE_EXISTING" as const, args };
      await again(() => client.workflow.execute(workflow, run));
    }
  }
}

/** The monitor looks, and tells of what it found. */
async function monitored({ sql, client }: Service, { owed }: Life): Promise<void> {
  const isTold = async () => {
    const [{ waiting }] =
      await sql`select count(*)::int as waiting from deliveries where delivered_at is null`;
    return waiting === 0 && (await listObservations(sql, { kind: "quality", model: null })).length > 0;
  };
  await until(isTold);
  const isOwed = async () => {
    const left = await owed();
    return MONITORS.some((activity) => left.has(activity));
  };
  for (let pass = 0; pass < PASSES_MAX && await isOwed(); pass++) {
    await again(() => wakeMonitor(client));
    await sleep(2_000);
  }
}

async function backtested({ sql, client, taskQueue }: Service): Promise<void> {
  const { config } = await currentConfig(sql);
  const span = await eventSpan(sql);
  const policies = ["never", "every", "perennial"].map(readPolicy).map((spec) => ({
    ...spec,
    label: labelOf(spec),
  }));
  const moments = momentsOf(config, { models: ["churn"], span, to: LATER.slice(0, 10), stepDays: 28 });
  const id = "chaos";
  await saveBacktest(sql, { id, models: ["churn"], policies, config, by: "a test", why: "", ...moments });
  const live = { ...policies[2], live: true };
  const asked = { models: ["churn"], config, by: "a test", why: "" };
  const known = { moments: [FIRST], scoredFrom: {} }; // checked before: the replay is told what was found then
  await saveBacktest(sql, { ...asked, id: "live", policies: [live], ...known });
  for (const backtest of [id, "live"]) {
    await again(() => ensureBacktest(client, { id: backtest, taskQueue }));
    await again(() => client.workflow.getHandle(`backtest/${backtest}`).result());
  }
}

async function until(check: () => Promise<boolean>): Promise<void> {
  if (!await waitUntil(check, { withinMs: WITHIN_MS, everyMs: 50 })) throw new Error("Waited in vain");
}

/** A caller whose call was cut off asks the same again: it counts once. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  const begunMs = performance.now();
  while (true) {
    try {
      return await call();
    } catch (error) {
      const isOver = performance.now() - begunMs > WITHIN_MS;
      if (isOver || (error instanceof Error && error.name === "WorkflowFailedError")) throw error;
      await sleep(500);
    }
  }
}
