import { hostname } from "node:os";
import { codeVersion } from "../core/code_version.ts";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { connect, type Database } from "../db/connect.ts";
import { workerSeen } from "../db/cycles/workers.ts";
import { keepNewestEvents } from "../db/events/newest_events.ts";
import { fillRecentDays } from "../app/features/recent_days.ts";
import { namesSession } from "../features/set.ts";
import { liveWorkflows, wakeMonitor } from "../temporal/control_client.ts";
import { ensureSchedules, reconcileAtStart, workflowControl } from "../temporal/workflow_control.ts";
import { watchActivities } from "../temporal/activity_interceptor.ts";
import { createWorkers } from "../temporal/worker.ts";
import { finishRotation, secretsOf } from "../app/security/pseudonym_secret.ts";
import { becomeCurrent, type Build } from "../temporal/versioning.ts";
import { createTrainer } from "../training/trainer.ts";
import { ownSources } from "./models.ts";
import type { Shared } from "./shared.ts";
import { signedControl } from "./control.ts";

/** A training that has not come to its next turn by then is given up; it goes on from its last checkpoint. */
const TRAINING_ENDS_WITHIN_MS = 1_500;

/** Runs the worker: activities and workflows, until it is told to end. */
export async function runWorker(shared: Shared): Promise<{ failed: Promise<Error> }> {
  const {
    config,
    cache,
    undo,
    sql,
    store,
    models,
    predictor,
    connection,
    client,
    channels,
    driftWorkers,
    signals,
    signing,
    log,
  } = shared;
  const { TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: taskQueue } = config;
  const trainer = createTrainer({ workers: Math.max(1, Math.min(2, navigator.hardwareConcurrency)) });
  undo.add("the trainer", () => trainer.close());
  const deps = {
    sql,
    clock: systemClock,
    store,
    trainer,
    models,
    modelSet: shared.modelSet,
    predictor,
    driftWorkers,
    channels,
    alertChannels: [...channels.keys()],
    signals,
    signing,
    federationSecret: shared.federationSecret,
    log,
    codeVersion: await codeVersion(await ownSources(shared)),
    openScope: scopesOf(shared),
    liveWorkflows: liveWorkflows(client),
    workflows: workflowControl(client, { taskQueue, control: signedControl(shared) }),
    active: shared.active ?? true,
    home: shared.embedded ? shared.home : null,
    policyRunsAtOnce: Math.max(1, navigator.hardwareConcurrency - 1), // a core is left to what serves
  };
  const queues = {
    kinds: config.PERENNIAL_QUEUES,
    atOnce: config.PERENNIAL_ACTIVITIES_AT_ONCE,
    perSecond: config.PERENNIAL_ACTIVITIES_PER_SECOND,
    pollers: config.PERENNIAL_ACTIVITY_POLLERS,
    cachedWorkflows: config.PERENNIAL_CACHED_WORKFLOWS,
  };
  const { PERENNIAL_BUILD_ID: buildId } = config;
  const build = buildId === undefined ? null : { deploymentName: taskQueue, buildId };
  const workers = await createWorkers({
    queues,
    build,
    connection,
    namespace,
    taskQueue,
    cache,
    keys: shared.payloadKeys,
    deps,
    watch: watchActivities(shared.instruments),
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  undo.begin(() => {
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
    const late = setTimeout(() => trainer.close(), TRAINING_ENDS_WITHIN_MS);
    void running.finally(() => clearTimeout(late)).catch(() => undefined); // told where it is waited for
  });
  undo.add("the worker", async () => void await running);
  log(`Serving ${queues.kinds.map((kind) => `${kind} work (${queues.atOnce[kind]} at once)`).join(", ")}`);
  if (build !== null) becomeCurrentInBackground(shared, build);
  await reconcileAtStart(deps);
  await keepSessions(shared);
  rotateInBackground(shared);
  await startHeartbeat(shared);
  return { failed: running.then(() => new Promise<Error>(() => undefined), (error) => error) };
}

/** Has Temporal hand workflows to this build, once each kind of work has a worker of it. */
function becomeCurrentInBackground({ connection, config, undo, log }: Shared, build: Build): void {
  const ending = new AbortController();
  const limits = { namespace: config.TEMPORAL_NAMESPACE, signal: ending.signal, log };
  const becoming = becomeCurrent(connection.workflowService, build, limits)
    .then((isNew) => isNew ? log(`Build "${build.buildId}" is the current one now`) : undefined);
  undo.add("the version of the worker", async () => {
    ending.abort();
    await becoming;
  });
}

/** Has the newest events of each day kept if a model asks for them, and gives them to the days that came in before. */
async function keepSessions({ sql, modelSet, undo, log }: Shared): Promise<void> {
  const models = [...modelSet.all.values()].filter(namesSession);
  await keepNewestEvents(sql, models.length > 0);
  if (models.length === 0) return;
  const ending = new AbortController();
  const filling = fillRecentDays({ sql, clock: systemClock, models }, ending.signal)
    .then((days) => days > 0 ? log(`Session features: ${days} days of shoppers were made ready`) : undefined)
    .catch((error) => log(`Session features of earlier days wait for the next start: ${messageOf(error)}`));
  undo.add("the days for session features", async () => {
    ending.abort();
    await filling;
  });
}

/** Goes on with a rotation of the secret, where one is under way. */
function rotateInBackground({ sql, home, config, undo, log }: Shared): void {
  const ending = new AbortController();
  const { PERENNIAL_SECRET: given, PERENNIAL_OLDER_SECRETS: older } = config;
  const rotating = secretsOf({ home, given, older })
    .then((secrets) => finishRotation(sql, secrets, { signal: ending.signal }))
    .then((people) =>
      people > 0 ? log(`The secret was rotated: ${people} shoppers were hashed again`) : undefined
    )
    .catch((error) => log(`The rotation of the secret goes on at the next start: ${messageOf(error)}`));
  undo.add("the rotation of the secret", async () => {
    ending.abort();
    await rotating;
  });
}

/** Opens connections into the schemas of backtests, and ends those that are left over. */
function scopesOf({ databaseUrl, undo }: Shared): (schema: string) => Database {
  const pools = new Set<Database>();
  undo.add("the connections of backtests", async () => {
    await Promise.all([...pools].map((pool) => pool.end({ timeout: 5 })));
  });
  return (schema) => {
    const pool = connect(databaseUrl, { max: 4, schema });
    pools.add(pool);
    return pool;
  };
}

const SEEN_MS = 20_000;
const SCHEDULED_MS = 60_000;

/**
 * Says that this worker is there, sees that the reconciler is scheduled, also after Temporal's store was lost, and wakes
 * the monitor when there is something to deliver.
 */
async function startHeartbeat({ sql, client, config, undo, log }: Shared): Promise<void> {
  const schedule = { taskQueue: config.TEMPORAL_TASK_QUEUE };
  const name = `${hostname()}/${Deno.pid}`;
  const failed = (error: unknown) => log(messageOf(error), { level: "error" });
  const seen = () => workerSeen(sql, { name, queues: config.PERENNIAL_QUEUES });
  await seen();
  const timer = setInterval(() => seen().catch(failed), SEEN_MS);
  undo.add("the heartbeat", () => clearInterval(timer));
  await ensureSchedules(client, schedule);
  const scheduling = setInterval(() => ensureSchedules(client, schedule).catch(failed), SCHEDULED_MS);
  undo.add("the schedule of the reconciler", () => clearInterval(scheduling));
  const { unlisten } = await sql.listen("perennial_deliveries", () => void wakeMonitor(client).catch(failed));
  undo.add("the delivery listener", unlisten);
}
