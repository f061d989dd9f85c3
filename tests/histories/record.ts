/**
 * Records workflow histories anew, from real runs on a part of the real shop: `deno run -A tests/histories/record.ts
 * VERSION` writes `tests/histories/VERSION/*.json`. Once per release; what is recorded is kept, so that workflows that
 * an older release started go on under a newer one.
 */
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { DAY_MS } from "../../src/core/time.ts";
import { momentsOf } from "../../src/backtest/plan.ts";
import { labelOf, readPolicy } from "../../src/backtest/policy_spec.ts";
import { saveBacktest } from "../../src/db/backtests/backtests.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { decideApproval, listApprovals } from "../../src/db/rollouts/approvals.ts";
import { askedRolloutId } from "../../src/rollout/rollout.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { listChecks } from "../../src/db/cycles/checks.ts";
import { listCycles } from "../../src/db/cycles/cycles.ts";
import { listObservations } from "../../src/db/monitoring/observations.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { addPrivacyRequest } from "../../src/db/people/privacy_requests.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import type { Service } from "../../src/service.ts";
import {
  checkAsOf,
  ensureBacktest,
  ensureMonitor,
  ensurePrivacyRequest,
  ensureRetrainer,
  privacyRequestId,
  retrainerId,
  temporalControl,
} from "../../src/temporal/control_client.ts";
import type { CycleResult, RetrainerStatus } from "../../workflows/messages.ts";
import { withSmallShop } from "../e2e/small_shop.ts";

const EARLY = "2011-03-29T00:00:00.000Z";
const FIRST = "2011-04-26T00:00:00.000Z";
const NEXT = "2011-05-24T00:00:00.000Z";
const LATER = "2011-06-21T00:00:00.000Z";
const LATEST = "2011-07-26T00:00:00.000Z";
const version = Deno.args[0];

async function record(): Promise<void> {
  if (!/^\d+\.\d+\.\d+$/.test(version ?? "")) throw new Error("Say which version this is, as in 0.1.0");
  await withSmallShop(async ({ service }) => {
    await save(service, "cycle-cannot-tell-yet", await check(service, "churn", EARLY, "cannot tell yet"));
    await save(service, "cycle-deployed", await check(service, "churn", FIRST, "deployed"));
    await waited(service);
    await pinMoment(service.sql, Date.parse(FIRST));
    await save(service, "cycle-inconclusive", await forced(service, "churn", "inconclusive"));
    await save(service, "cycle-cancelled", await forced(service, "spending", "cancelled"));
    await save(service, "cycle-approved", await approved(service, "spending"));
    await save(service, "rollout", await drilled(service, "churn"));
    await ensureRetrainer(service.client, { model: "lost", taskQueue: service.taskQueue, active: false });
    await save(service, "cycle-failed", await check(service, "lost", FIRST, "failed"));
    await monitored(service);
    await backtested(service);
    await recalibrated(service, "spending");
    await overShards(service, "churn");
    for (const workflow of ["reconcile", "sweep"]) {
      await save(service, workflow, await scheduled(service, workflow));
    }
    await save(service, "cleanup", await scheduled(service, "cleanup", "day"));
    for (const model of ["churn", "spending", "lost"]) {
      await save(service, `retrainer-${model}`, retrainerId(model));
    }
    for (const kind of ["objection", "erasure"] as const) {
      await save(service, `privacy-${kind}`, await privacyAsked(service, kind));
    }
  }, { every: 1, settings: { PERENNIAL_UNSIGNED_SIGNALS: "obey" } });
}

async function check({ client }: Service, model: string, asOf: string, want: string): Promise<string> {
  return expected(await checkAsOf(client, model, asOf), want);
}

function expected({ cycleId, outcome, text }: CycleResult, want: string): string {
  if (outcome !== want) {
    throw new Error(`Cannot record a cycle that ends "${want}": it ended "${outcome}" (${text})`);
  }
  return cycleId;
}

/** A check that finds too few new data points. */
async function waited(service: Service): Promise<void> {
  const { sql } = service;
  const { version: after, config } = await currentConfig(sql);
  const by = "record.ts";
  await saveConfig(sql, { config: { ...config, min_new_samples: 1e9 }, after, by, why: "to record a wait" });
  await save(service, "cycle-wait", await check(service, "churn", NEXT, "wait"));
  await saveConfig(sql, { config, after: after + 1, by, why: "as before" });
}

/** The first check that finds a recalibration worth its price: cut-offs every two weeks, for it to be weighed in time. */
async function recalibrated(service: Service, model: string): Promise<void> {
  const { sql } = service;
  const { version: after, config } = await currentConfig(sql);
  const by = "record.ts";
  const wanted = { ...config, retrain_policy: "worth" as const, training_price: 0.3, step_days: 14 };
  await saveConfig(sql, { config: wanted, after, by, why: "to record a recalibration" });
  for (let day = Date.parse(NEXT); day <= Date.parse(LATEST); day += 7 * DAY_MS) {
    const { cycleId } = await checkAsOf(service.client, model, new Date(day).toISOString());
    const [{ answer }] = await listChecks(sql, { model, limit: 1 });
    if (answer === "recalibrate") {
      await save(service, "cycle-recalibrated", cycleId);
      await saveConfig(sql, { config, after: after + 1, by, why: "as before" });
      return;
    }
  }
  throw new Error("No check had the serving version recalibrated");
}

/** A forced cycle that trains over shards, and the workflow of its rounds. */
async function overShards(service: Service, model: string): Promise<void> {
  const { sql } = service;
  const { version: after, config } = await currentConfig(sql);
  const by = "record.ts";
  const wanted = {
    ...config,
    training_shards: 2,
    training_min_rows_per_shard: 100,
    gate: "no-harm" as const,
  };
  await saveConfig(sql, { config: wanted, after, by, why: "to record shards" });
  await pinMoment(sql, Date.parse(LATEST));
  const before = (await status(service, model)).last?.text;
  await temporalControl(service.client, { taskQueue: service.taskQueue })
    .force(model, { requestId: "to record shards", by, why: "" });
  let now: RetrainerStatus;
  await until(async () => {
    now = await status(service, model);
    return now.runningCycle === null && now.last !== null && now.last.text !== before;
  });
  await save(service, "cycle-over-shards", now!.last!.cycleId);
  await save(service, "distributed-training", `${now!.last!.cycleId}/shards`);
  await saveConfig(sql, { config, after: after + 1, by, why: "as before" });
}

/** A forced cycle; one that is to end cancelled is stopped while it trains. */
async function forced(service: Service, model: string, want: string): Promise<string> {
  const { sql, client, taskQueue } = service;
  const control = temporalControl(client, { taskQueue });
  const before = (await status(service, model)).last?.text;
  const asked = { requestId: `to record ${want}`, by: "record.ts", why: "" };
  await control.force(model, asked);
  if (want === "cancelled") {
    await until(async () => (await listCycles(sql, { model, limit: 1 }))[0]?.stage === "train");
    await control.stop(model, { ...asked, requestId: "stop", running: "cancel" });
  }
  let now: RetrainerStatus;
  await until(async () => {
    now = await status(service, model);
    return now.runningCycle === null && now.last !== null && now.last.text !== before;
  });
  return expected(now!.last!, want);
}

/** A forced cycle whose version a person lets go on. */
async function approved(service: Service, model: string): Promise<string> {
  const { sql, client, taskQueue } = service;
  const { version: after, config } = await currentConfig(sql);
  const wanted = { ...config, approval: "required" as const };
  await saveConfig(sql, { config: wanted, after, by: "record.ts", why: "to record an approval" });
  const cycle = forced(service, model, "deployed");
  let waiting: string | undefined;
  await until(async () => (waiting = (await listApprovals(sql, { model }))[0]?.cycleId) !== undefined);
  await decideApproval(sql, { cycleId: waiting!, decision: "approved", by: "record.ts", why: "" });
  await temporalControl(client, { taskQueue }).decided(waiting!);
  const cycleId = await cycle;
  await saveConfig(sql, { config, after: after + 1, by: "record.ts", why: "as before" });
  return cycleId;
}

/** The serving version made worse, rolled out and taken back. */
async function drilled({ client, taskQueue }: Service, model: string): Promise<string> {
  const control = temporalControl(client, { taskQueue });
  const id = askedRolloutId(model, "drill", "recorded");
  const wanted = {
    id,
    model,
    requestId: "recorded",
    by: "record.ts",
    why: "drill",
    asOf: FIRST,
    replayed: true,
  };
  await control.beginRollout({ ...wanted, version: { drill: { strength: 2 } } });
  for (const asOf of [FIRST, NEXT, LATER]) {
    if ((await control.lookAtRollout(id, { asOf, traffic: true })).ended) break;
  }
  const state = await client.workflow.getHandle(id).result();
  if (state !== "rolled back") {
    throw new Error(`Cannot record a rollout that ends "rolled back": it ended "${state}"`);
  }
  return id;
}

/** The monitor looks, and tells of the cycle that failed. */
async function monitored(service: Service): Promise<void> {
  const { sql, client, taskQueue } = service;
  await ensureMonitor(client, { taskQueue });
  let delivered: string | undefined;
  await until(async () => {
    const [row] =
      await sql`select id from deliveries where delivered_at is not null order by created_at limit 1`;
    delivered = row?.id;
    return delivered !== undefined &&
      (await listObservations(sql, { kind: "quality", model: null })).length > 0;
  });
  await client.workflow.getHandle(`delivery/${delivered}`).result();
  await save(service, "delivery", `delivery/${delivered}`);
  await save(service, "monitor", "monitor");
}

/** History replayed under a policy of each kind: one that trains, one that looks, one that runs cycles. */
async function backtested(service: Service): Promise<void> {
  const { sql, client, taskQueue } = service;
  const id = "recorded";
  const models = ["churn"];
  const { config } = await currentConfig(sql);
  const span = await eventSpan(sql);
  const policies = ["never", "every", "drift", "perennial"].map(readPolicy)
    .map((spec) => ({ ...spec, label: labelOf(spec) }));
  const moments = momentsOf(config, { models, span, to: LATER.slice(0, 10), stepDays: 28 });
  await saveBacktest(sql, { id, models, policies, config, by: "record.ts", why: "", ...moments });
  await ensureBacktest(client, { id, taskQueue });
  const state = await client.workflow.getHandle(`backtest/${id}`).result();
  if (state !== "finished") throw new Error(`Cannot record a backtest that ends "${state}"`);
  await save(service, "backtest", `backtest/${id}`);
  for (const [at, { label }] of policies.entries()) {
    await save(service, `backtest-lane-${label}`, `backtest/${id}/${at}`);
  }
  const cycle = `backtest/${id}/${policies.length - 1}/churn/${moments.scoredFrom.churn.slice(0, 10)}`;
  await save(service, "backtest-cycle", cycle);
}

/** A run as a schedule begins it. */
async function scheduled(
  { client, taskQueue }: Service,
  workflow: string,
  ...args: string[]
): Promise<string> {
  const workflowId = `${workflow}-recorded`;
  await client.workflow.execute(workflow, { workflowId, taskQueue, args });
  return workflowId;
}

/** What the first shopper asks for by their rights. An erasure takes ten minutes: others may remember the person so long. */
async function privacyAsked(
  { sql, client, taskQueue }: Service,
  kind: "erasure" | "objection",
): Promise<string> {
  const [{ key }] = await sql<{ key: string }[]>`select key from people order by key limit 1`;
  const request = await addPrivacyRequest(sql, { id: randomUUID(), kind, key, who: "record.ts", why: "" });
  await ensurePrivacyRequest(client, { request, kind, taskQueue });
  await client.workflow.getHandle(privacyRequestId(request)).result();
  return privacyRequestId(request);
}

const status = ({ client }: Service, model: string) =>
  client.workflow.getHandle(retrainerId(model)).query<RetrainerStatus>("status");

async function until(check: () => Promise<boolean>): Promise<void> {
  if (!await waitUntil(check, { withinMs: 300_000, everyMs: 5 })) throw new Error("Waited in vain");
}

async function save({ client }: Service, name: string, workflowId: string): Promise<void> {
  const folder = new URL(`./${version}/`, import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  const json = historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
  const path = fileURLToPath(new URL(`${name}.json`, folder));
  await Deno.writeTextFile(path, JSON.stringify(JSON.parse(json, impersonal)) + "\n");
  console.log(`${name}: ${json.length} bytes`);
}

/** Leaves out what tells of the machine that recorded. */
const impersonal = (key: string, value: unknown) =>
  key === "stackTrace" ? "" : key === "identity" ? "recorder" : value;

if (import.meta.main) await record();
