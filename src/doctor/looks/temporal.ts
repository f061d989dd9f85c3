import type { Client } from "@temporalio/client";
import { checkTemporalIs } from "../../app/installation_identity.ts";
import { messageOf } from "../../core/errors.ts";
import { MINUTE_MS } from "../../core/time.ts";
import type { Database } from "../../db/connect.ts";
import { openCycles } from "../../db/cycles/cycles.ts";
import { disobeyed, findDesired, listRetrainers } from "../../db/cycles/retrainers.ts";
import { runningBacktests } from "../../db/backtests/backtests.ts";
import { listRollouts } from "../../db/rollouts/rollouts.ts";
import { missingAttributes, namespaceId } from "../../embedded/temporal_namespace.ts";
import type { QueueState } from "../../temporal/control.ts";
import { readQueues } from "../../temporal/control_client.ts";
import { hasSchedule, SCHEDULE_IDS, workflowState } from "../../temporal/workflow_control.ts";
import { type Finding, finding } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** An open connection to Temporal. */
export interface OpenTemporal {
  client: Client;
  connection: Parameters<typeof namespaceId>[0] & Parameters<typeof missingAttributes>[0];
  address: string;
}

/** A retrainer takes a moment to do as it was told. */
const OBEYS_WITHIN_MS = 2 * MINUTE_MS;

/** Namespace and search attributes. @returns whether the namespace is there, beside what was found */
export async function lookAtNamespace(
  { connection, address }: OpenTemporal,
  { config }: Patient,
): Promise<{ found: Finding[]; id: string | null; isThere: boolean }> {
  const place = { address, namespace: config.TEMPORAL_NAMESPACE };
  try {
    const id = await namespaceId(connection, place);
    const missing = await missingAttributes(connection, place);
    const attributes = missing.map((name) => `--name ${name} --type Keyword`).join(" ");
    const detail = `the namespace "${place.namespace}" lacks ${missing.join(", ")}: temporal operator ` +
      `search-attribute create ${attributes} --namespace ${place.namespace} --address ${address}`;
    const found = missing.length === 0
      ? []
      : [finding("temporal-setup", "problem", { subject: address, detail })];
    return { found, id, isThere: true };
  } catch (error) {
    const detail = messageOf(error);
    return {
      found: [finding("temporal-setup", "problem", { subject: address, detail })],
      id: null,
      isThere: false,
    };
  }
}

/** Whether it is the Temporal that this database belongs to. */
export async function lookAtIdentity(
  sql: Database,
  { address, id }: { address: string; id: string | null },
): Promise<Finding[]> {
  const places = await checkTemporalIs(sql, id);
  if (places === null) return [];
  const detail = `${address} is not the Temporal of this database, whose workflows live at ${
    places.join(" and ")
  }`;
  return [finding("temporal-other", "problem", { subject: address, detail })];
}

/** Whether anybody polls each of the task queues. */
export async function lookAtWorkers(
  { client }: OpenTemporal,
  { config, runBy }: Patient,
): Promise<Finding[]> {
  const { TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: name } = config;
  const states = await readQueues(client, name);
  const silent = states.filter(({ pollers }) => pollers === 0);
  if (silent.length === 0) return [];
  const runner = runBy ? `, though process ${runBy.pid} has the installation` : "";
  if (silent.length === states.length) {
    const detail =
      `nobody polls the task queue "${name}" of "${namespace}" for workflows and activities${runner}`;
    return [finding("no-worker", "problem", { subject: name, detail })];
  }
  return silent.map(({ name: subject, queue, tasks, waiting }) => {
    const detail = `nobody takes ${queue} work (${plural(tasks)} of "${subject}"); ${waiting} wait`;
    return finding("queue-unserved", "problem", { subject, detail });
  });
}

const plural = (tasks: QueueState["tasks"]): string => tasks === "workflow" ? "workflows" : "activities";

/** Whether what runs by the clock is scheduled. */
export async function lookAtSchedules({ client }: OpenTemporal): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const id of SCHEDULE_IDS) {
    if (await hasSchedule(client, id)) continue;
    found.push(
      finding("schedule-missing", "problem", { subject: id, detail: `there is no schedule "${id}"` }),
    );
  }
  return found;
}

/** What should run against what does. */
export async function lookAtWorkflows(
  sql: Database,
  { client }: OpenTemporal,
  { models, clock }: Patient,
): Promise<Finding[]> {
  const wanted = [...await wantedWorkflows(sql, [...models.keys()])];
  const found: Finding[] = [];
  for (const { id, what } of wanted) {
    const state = await workflowState(client, id);
    if (state === "running") continue;
    if (state === "paused") {
      const detail = `${what} should run: its workflow is paused in Temporal`;
      found.push(finding("workflow-paused", "problem", { subject: id, detail }));
      continue;
    }
    const how = state === "unknown" ? "Temporal does not know it" : `its workflow is ${state}`;
    found.push(finding("workflow-lost", "problem", { subject: id, detail: `${what} should run: ${how}` }));
  }
  for (const { model, active } of await disobeyed(sql, clock() - OBEYS_WITHIN_MS)) {
    const detail = `${model} was asked to ${active ? "check by itself" : "stop"}, and does not`;
    found.push(finding("wish-not-followed", "problem", { subject: model, detail }));
  }
  return found;
}

async function wantedWorkflows(
  sql: Database,
  models: readonly string[],
): Promise<{ id: string; what: string }[]> {
  const wanted: { id: string; what: string }[] = [];
  const known = new Set((await listRetrainers(sql)).map(({ model }) => model));
  for (const model of models.filter((name) => known.has(name))) {
    const isActive = await findDesired(sql, model);
    wanted.push({
      id: `retrainer/${model}`,
      what: `the retrainer of ${model}, ${isActive ? "active" : "stopped"},`,
    });
  }
  for (const { id } of await openCycles(sql)) wanted.push({ id, what: "a cycle that has not ended" });
  for (const { id } of await listRollouts(sql, { state: "running" })) {
    wanted.push({ id, what: "a rollout that has not ended" });
  }
  for (const id of await runningBacktests(sql)) {
    wanted.push({ id: `backtest/${id}`, what: "a backtest that has not ended" });
  }
  return wanted;
}
