import { hostname } from "node:os";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import { type Channels, createChannels } from "./app/alerts/channels/mod.ts";
import { createVersionFiles, type VersionFiles } from "./app/registry/version_files.ts";
import { createWatchdog } from "./app/alerts/watchdog.ts";
import type { Config } from "./config/environment.ts";
import { DriftEvidence } from "./monitoring/drift.ts";
import { judgePerformance } from "./performance/judge_performance.ts";
import type { PerformanceEvidence } from "./performance/performance_evidence.ts";
import { QualityEvidence } from "./quality/quality_evidence.ts";
import { judgeQuality } from "./quality/judge_quality.ts";
import type { ExplainDeps } from "./retraining/explain.ts";
import { recomputeDrift } from "./monitoring/recompute_drift.ts";
import { openValue } from "./registry/sealed.ts";
import { codeVersion } from "./core/code_version.ts";
import { dashboardPages } from "./dashboard/mount.ts";
import { isLoopback } from "./api/access.ts";
import { senderOf } from "./api/control_messages.ts";
import type { SignalPolicy } from "./app/control/admit.ts";
import { sendAllWaiting } from "./app/control/outbox.ts";
import { createApp } from "./api/app.ts";
import { localUrl, serveApi } from "./api/serve.ts";
import { systemClock } from "./core/clock.ts";
import { InvalidInputError, messageOf } from "./core/errors.ts";
import { checkDatabase, connect, type Database } from "./db/connect.ts";
import { lastCheckMs } from "./db/cycles/checks.ts";
import { findDesired } from "./db/cycles/retrainers.ts";
import { addServingMinutes } from "./db/models/serving_minutes.ts";
import { workerSeen } from "./db/cycles/workers.ts";
import { mayRewriteAudit } from "./db/roles.ts";
import { prepareDatabase } from "./app/security/open_database.ts";
import { readKept, verifyAudit } from "./app/security/audit_chain.ts";
import { createCheckpoints } from "./app/security/checkpoints.ts";
import { areOldVersionsSigned, markOldVersionsSigned, openSigning } from "./app/security/signing_key.ts";
import { signOldVersions } from "./app/registry/signatures.ts";
import type { SigningKeys } from "./security/signing.ts";
import { startInstallation, TEMPORAL_UI_PATH } from "./embedded/installation.ts";
import { applyDeclaredSettings } from "./app/declared_settings.ts";
import { createDatabaseWatch } from "./app/database_watch.ts";
import { checkStore, checkTemporal } from "./app/installation_identity.ts";
import { namespaceId, prepareNamespace } from "./embedded/temporal_namespace.ts";
import type { Installation, Log } from "./embedded/types.ts";
import { loadModels } from "./models/mod.ts";
import type { ModelDefinition } from "./models/model.ts";
import { installationSecret, openPseudonyms } from "./app/security/pseudonym_secret.ts";
import { besidePublic, type Pseudonym } from "./privacy/pseudonym.ts";
import { type ArtefactStore, fileArtefacts } from "./registry/artefacts.ts";
import { ensureApiKey, type InstallationKey } from "./app/security/keys.ts";
import type { Predictor } from "./serving/prediction.ts";
import { openServing } from "./serving/open.ts";
import { createPredictor } from "./serving/predictor.ts";
import { createMetricsRecorder, type MetricsRecorder } from "./serving/metrics_recorder.ts";
import { connectTemporal, WITHOUT_ATTRIBUTES } from "./temporal/connect.ts";
import { liveWorkflows, temporalControl, wakeMonitor } from "./temporal/control_client.ts";
import { ensureReconciler, reconcileAtStart, workflowControl } from "./temporal/workflow_control.ts";
import { installRuntime } from "./temporal/runtime.ts";
import { createWorker } from "./temporal/worker.ts";
import type { Control } from "./temporal/control.ts";
import { createSign, signalKey } from "./security/signals.ts";
import { createDriftWorkerPool, type DriftWorkerPool } from "./threads/drift_worker_pool.ts";
import { createTrainer } from "./training/trainer.ts";

/** The parts of Perennial that one process can run. */
export type ServicePart = "api" | "worker";

export interface ServiceOptions {
  config: Config;
  /** the environment as it is: children inherit what they need of it */
  env: Readonly<Record<string, string | undefined>>;
  /** folder of the installation's state */
  home: string;
  /** folder of what can be fetched or built again */
  cache: string;
  parts: readonly ServicePart[];
  log: Log;
  /** whether Postgres and Temporal are started here where no address is given; `api` and `worker` alone never do */
  embedded: boolean;
  /** whether another Temporal or artefact folder than before takes their place */
  adopt?: boolean;
  /** whether retrainers that start for the first time check by themselves, and the monitor looks by itself */
  active?: boolean;
  /** data that everybody has, with pseudonyms that everybody can make: only they are read with these */
  publicData?: { pseudonym: Pseudonym; isKnown: (key: string) => boolean };
  /** folder whose files define the models; left out: src/models */
  modelsFolder?: URL;
}

/** A running Perennial. */
export interface Service {
  /** where the API answers; null: this process runs only the worker */
  url: string | null;
  key: InstallationKey;
  temporalUi: string | null;
  sql: Database;
  client: Client;
  models: ReadonlyMap<string, ModelDefinition>;
  pseudonym: Pseudonym;
  predictor: Predictor;
  /** reads the files of versions before they serve */
  files: VersionFiles;
  taskQueue: string;
  /** settles with the reason when a part failed for good; never rejects */
  failed: Promise<Error>;
  /** ends everything started here, in order and within bounds; safe to call twice */
  stop(): Promise<void>;
}

/** Things to undo, newest first. */
class Undo {
  #steps: { name: string; run: () => unknown }[] = [];
  #done?: Promise<void>;
  constructor(readonly log: Log) {}
  add(name: string, run: () => unknown): void {
    this.#steps.push({ name, run });
  }
  run(): Promise<void> {
    return this.#done ??= this.#all();
  }
  async #all(): Promise<void> {
    for (const { name, run } of this.#steps.reverse()) {
      try {
        await run();
      } catch (error) {
        this.log(`Stopping ${name}: ${messageOf(error)}`);
      }
    }
  }
}

/** Starts Perennial, or the parts of it that are asked for. What was started before a failure is stopped again. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const undo = new Undo(options.log);
  try {
    return await start(options, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function start(options: ServiceOptions, undo: Undo): Promise<Service> {
  const { config, home, parts, log } = options;
  const servers = await findServers(options);
  undo.add("the servers", () => servers.stop());
  const databaseUrl = await prepareDatabase(databaseUrls(options, servers));
  const sql = connect(databaseUrl);
  undo.add("the database connections", () => sql.end({ timeout: 5 }));
  await checkDatabase(sql, databaseUrl);
  if (await mayRewriteAudit(sql)) log(MAY_REWRITE);
  installRuntime(log);
  const [connection, models, key, pseudonym, secret] = await Promise.all([
    connectTemporal(servers.temporalAddress, config),
    loadModels(options.modelsFolder),
    ensureApiKey(sql, { home, given: config.PERENNIAL_API_KEY, isApi: parts.includes("api") }),
    openPseudonyms(sql, {
      home,
      given: config.PERENNIAL_SECRET,
      replaces: options.publicData?.pseudonym,
    }),
    installationSecret({ home, given: config.PERENNIAL_SECRET }),
  ]);
  undo.add("the connection to Temporal", () => connection.close());
  await applyDeclaredSettings(sql, models);
  const client = await openClient(options, { sql, connection, servers });
  const store = await openStore(options, sql);
  const channels = createChannels(config, log);
  const alertChannels = [...channels.keys()];
  const metrics = createMetricsRecorder({
    clock: systemClock,
    process: `${hostname()}/${Deno.pid}`,
    write: (minutes) => addServingMinutes(sql, minutes),
    log,
  });
  undo.add("the counts of serving", () => metrics.close());
  const signing = await openSigning({
    home,
    given: config.PERENNIAL_SIGNING_KEY,
    trusted: config.PERENNIAL_TRUSTED_SIGNING_KEYS,
  });
  await signOnce(sql, { signing, home, log });
  const files = createVersionFiles({ sql, store, clock: systemClock, alertChannels, signing });
  const predictor = createPredictor({
    sql,
    store,
    models,
    clock: systemClock,
    alertChannels,
    metrics,
    signing,
  });
  const driftWorkers = createDriftWorkerPool();
  undo.add("the drift workers", () => driftWorkers.close());
  const signals = { key: signalKey(secret), obeyUnsigned: obeysUnsigned(options) };
  const temporalUi = temporalPagesUrl(options, servers);
  const shared = {
    ...options,
    servers,
    sql,
    connection,
    client,
    models,
    store,
    pseudonym,
    predictor,
    files,
    metrics,
    channels,
    driftWorkers,
    temporalUi,
    databaseUrl,
    signals,
    signing,
    undo,
  };
  startOutbox(shared);
  startCheckpoints(shared);
  const worker = parts.includes("worker") ? await runWorker(shared) : null;
  const url = parts.includes("api") ? await runApi(shared) : null;
  log(`Ready: ${[worker && "worker", url && `API at ${url}`].filter(Boolean).join(", ")}`);
  return {
    url,
    key,
    temporalUi,
    sql,
    client,
    models,
    pseudonym,
    predictor,
    files,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    failed: Promise.race([servers.failed, ...worker ? [worker.failed] : []]),
    stop: () => undo.run(),
  };
}

/** Opens Temporal, if it is the one that this database belongs to and has what Perennial needs. */
async function openClient(
  { config, home, log, embedded, adopt }: ServiceOptions,
  { sql, connection, servers }: { sql: Database; connection: NativeConnection; servers: Installation },
): Promise<Client> {
  const isEmbedded = embedded && !config.TEMPORAL_ADDRESS;
  const namespace = config.TEMPORAL_NAMESPACE;
  const at = { address: servers.temporalAddress, namespace };
  const id = await namespaceId(connection, at);
  const place = isEmbedded
    ? `the embedded server of ${home}${namespace === "default" ? "" : `, namespace "${namespace}"`}`
    : `${at.address}, namespace "${namespace}"`;
  const { lost } = await checkTemporal(sql, { id, place }, { adopt });
  if (lost) log(`Temporal at ${place} has a new store: workflows are begun again from the database`);
  const attributes = await prepareNamespace(connection, at);
  if (!attributes) log(`Temporal at ${place} lets nobody add search attributes: workflows have none`);
  const interceptors = attributes ? {} : { workflow: [WITHOUT_ATTRIBUTES] };
  return new Client({ connection, namespace, interceptors });
}

/** Opens the artefact folder, if it is the one that this database belongs to. */
async function openStore(
  { config, home, log, adopt }: ServiceOptions,
  sql: Database,
): Promise<ArtefactStore> {
  const folder = config.PERENNIAL_ARTEFACTS ?? join(home, "artefacts");
  const { id, isThere } = await checkStore(sql, folder, { adopt });
  if (!isThere) log(`The artefact store is not in "${folder}" yet: models are read once it is mounted`);
  return fileArtefacts(folder, { id });
}

interface Shared extends ServiceOptions {
  servers: Installation;
  sql: Database;
  connection: NativeConnection;
  client: Client;
  models: ReadonlyMap<string, ModelDefinition>;
  store: ArtefactStore;
  pseudonym: Pseudonym;
  predictor: Predictor;
  files: VersionFiles;
  metrics: MetricsRecorder;
  channels: Channels;
  driftWorkers: DriftWorkerPool;
  temporalUi: string | null;
  /** with the role of the app */
  databaseUrl: string;
  signals: SignalPolicy;
  signing: SigningKeys;
  undo: Undo;
}

const MAY_REWRITE =
  "The role of DATABASE_URL owns the tables, so that whoever gets hold of it could rewrite the audit: " +
  "set PERENNIAL_OWNER_DATABASE_URL to the owner's address and DATABASE_URL to one of a role that owns nothing";

/** Our own database has an owner and a role of the app; another one has what the environment says. */
function databaseUrls({ config, home }: ServiceOptions, { databaseUrl }: Installation) {
  const { DATABASE_URL: appUrl, PERENNIAL_OWNER_DATABASE_URL: ownerUrl } = config;
  return appUrl === undefined ? { ownerUrl: databaseUrl, home } : { appUrl, ownerUrl, home };
}

/** Signs what an older release made, once: from then on what has no signature does not serve. */
async function signOnce(
  sql: Database,
  { signing, home, log }: { signing: SigningKeys; home: string; log: Log },
): Promise<void> {
  if (await areOldVersionsSigned(home)) return;
  const signed = await signOldVersions(sql, signing);
  await markOldVersionsSigned(home);
  if (signed > 0) log(`Signed ${signed} versions that an older release made, with key ${signing.keyId}`);
}

/** Where people find Temporal's pages: those of the embedded server under our own origin, behind the sign-in. */
function temporalPagesUrl({ config, parts }: ServiceOptions, servers: Installation): string | null {
  if (config.TEMPORAL_UI_URL) return config.TEMPORAL_UI_URL;
  if (!servers.temporalPagesAt || !parts.includes("api")) return null;
  const { PERENNIAL_HOST: host, PERENNIAL_PORT: port } = config;
  return `${config.PERENNIAL_PUBLIC_URL?.replace(/\/$/, "") ?? localUrl(host, port)}${TEMPORAL_UI_PATH}`;
}

/** Whether others come in through a proxy, so that listening on loopback keeps nobody out. */
const isBehindProxy = (config: Config): boolean =>
  config.PERENNIAL_PUBLIC_URL !== undefined || config.PERENNIAL_TRUSTED_PROXY !== undefined;

/** Whether signals that nobody signed are obeyed: by default where Temporal is our own, on this machine alone. */
function obeysUnsigned({ config, embedded }: Pick<ServiceOptions, "config" | "embedded">): boolean {
  if (config.PERENNIAL_UNSIGNED_SIGNALS) return config.PERENNIAL_UNSIGNED_SIGNALS === "obey";
  return embedded && !config.TEMPORAL_ADDRESS && isLoopback(config.PERENNIAL_HOST) && !isBehindProxy(config);
}

/** Tells workflows what people want, and proves that it was Perennial that sent it. */
const signedControl = (
  { client, config, signals, sql }: Pick<Shared, "client" | "config" | "signals" | "sql">,
): Control =>
  temporalControl(client, {
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    sign: createSign(signals.key, systemClock),
    findStart: async (model) => {
      const [active, checkedMs] = await Promise.all([findDesired(sql, model), lastCheckMs(sql, model)]);
      return { model, active: active ?? false, lastCheckMs: checkedMs ?? undefined };
    },
  });

/** The embedded servers; or, for parts that run alone, the ones that the environment names. */
async function findServers(
  { config, env, home, cache, log, embedded }: ServiceOptions,
): Promise<Installation> {
  if (embedded) return await startInstallation({ env, uid: Deno.uid(), home, cache, log });
  const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress } = config;
  if (!databaseUrl) throw missing("DATABASE_URL", "postgres://user:password@host:5432/perennial");
  if (!temporalAddress) throw missing("TEMPORAL_ADDRESS", "host:7233");
  await Deno.mkdir(home, { recursive: true });
  return {
    databaseUrl,
    temporalAddress,
    temporalPagesAt: undefined,
    failed: new Promise(() => undefined), // not ours to watch
    stop: () => Promise.resolve(),
  };
}

const missing = (name: string, example: string) =>
  new InvalidInputError(
    `Cannot start: ${name} is not set (for example ${example}); "up" starts its own servers`,
    name,
  );

async function runWorker(shared: Shared): Promise<{ failed: Promise<Error> }> {
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
  const trainer = await createTrainer({ workers: Math.max(1, Math.min(2, navigator.hardwareConcurrency)) });
  undo.add("the trainer", () => trainer.close());
  const deps = {
    sql,
    clock: systemClock,
    store,
    trainer,
    models,
    predictor,
    driftWorkers,
    channels,
    alertChannels: [...channels.keys()],
    signals,
    signing,
    log,
    codeVersion: await codeVersion(),
    openScope: scopesOf(shared),
    liveWorkflows: liveWorkflows(client),
    workflows: workflowControl(client, { taskQueue, control: signedControl(shared) }),
    active: shared.active ?? true,
    policyRunsAtOnce: Math.max(1, navigator.hardwareConcurrency - 1), // a core is left to what serves
  };
  const worker = await createWorker({ connection, namespace, taskQueue, cache, deps });
  const running = worker.run();
  undo.add("the worker", async () => {
    if (worker.getState() === "RUNNING") worker.shutdown();
    await running;
  });
  await reconcileAtStart(deps);
  await startHeartbeat(shared);
  return { failed: running.then(() => new Promise<Error>(() => undefined), (error) => error) };
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
const WATCHDOG_MS = 60_000;
const OUTBOX_MS = 5_000;
const CHECKPOINT_MS = 5 * 60_000;

/**
 * Says that this worker is there, sees that the reconciler is scheduled, also after Temporal's store was lost, and wakes
 * the monitor when there is something to deliver.
 */
async function startHeartbeat({ sql, client, config, undo, log }: Shared): Promise<void> {
  const schedule = { taskQueue: config.TEMPORAL_TASK_QUEUE };
  const name = `${hostname()}/${Deno.pid}`;
  const failed = (error: unknown) => log(messageOf(error));
  await workerSeen(sql, name);
  const timer = setInterval(() => workerSeen(sql, name).catch(failed), SEEN_MS);
  undo.add("the heartbeat", () => clearInterval(timer));
  await ensureReconciler(client, schedule);
  const scheduling = setInterval(() => ensureReconciler(client, schedule).catch(failed), SCHEDULED_MS);
  undo.add("the schedule of the reconciler", () => clearInterval(scheduling));
  const { unlisten } = await sql.listen("perennial_deliveries", () => void wakeMonitor(client).catch(failed));
  undo.add("the delivery listener", unlisten);
}

/** Sends what was written down for workflows and not sent, since a process died or Temporal was away. */
function startOutbox(shared: Shared): void {
  const { sql, undo, log } = shared;
  const send = senderOf({ sql, control: signedControl(shared) });
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    await sendAllWaiting(sql, send).catch((error) => log(messageOf(error)));
    busy = false;
  }, OUTBOX_MS);
  undo.add("the outbox", () => clearInterval(timer));
}

/** Signs the newest link of the audit now and then, and tells it to where nobody can take it back. */
function startCheckpoints({ sql, signing, home, channels, undo, log }: Shared): void {
  const sign = createCheckpoints({ sql, signing, home, channels, clock: systemClock, log });
  const timer = setInterval(() => sign().catch((error) => log(messageOf(error))), CHECKPOINT_MS);
  undo.add("the checkpoints of the audit", async () => {
    clearInterval(timer);
    await sign();
  });
}

/** Watches what a worker cannot say of itself. */
function startWatchdog({ sql, channels, undo, log }: Shared): void {
  const checkHealth = createWatchdog({ sql, clock: systemClock, channels, log });
  const timer = setInterval(() => checkHealth().catch((error) => log(messageOf(error))), WATCHDOG_MS);
  undo.add("the watchdog", () => clearInterval(timer));
}

/** Returns what recomputes past checks: the code that judges now. */
export async function recomputing(
  { store, driftWorkers }: Pick<Shared, "store" | "driftWorkers">,
): Promise<ExplainDeps> {
  return {
    open: (sha256) => openValue(store, sha256),
    recompute: {
      quality: (evidence) => Promise.resolve(judgeQuality(QualityEvidence.parse(evidence))),
      drift: (evidence) => recomputeDrift({ store, driftWorkers }, DriftEvidence.parse(evidence)),
      performance: (evidence) => Promise.resolve(judgePerformance(evidence as PerformanceEvidence)),
    },
    codeVersion: await codeVersion(),
  };
}

/** A statement of a request is ended after so long; a worker's may take its time. */
const STATEMENT_MS = 45_000;

async function runApi(shared: Shared): Promise<string> {
  const { config, databaseUrl, models, pseudonym, store, channels, metrics, temporalUi, log, undo } = shared;
  const { PERENNIAL_HOST: host, PERENNIAL_PORT: port, PERENNIAL_SHARE_PORT: sharePort } = config;
  const sql = connect(databaseUrl, { statementMs: STATEMENT_MS });
  undo.add("the API's connections", () => sql.end({ timeout: 5 }));
  const probe = connect(databaseUrl, { max: 1, statementMs: STATEMENT_MS });
  undo.add("the connection that watches Postgres", () => probe.end({ timeout: 1 }));
  const database = createDatabaseWatch(probe, systemClock);
  undo.add("the watch over Postgres", () => database.close());
  const control = signedControl(shared);
  const explain = await recomputing(shared);
  const serving = await openServing({
    sql,
    store,
    models,
    clock: systemClock,
    alertChannels: [...channels.keys()],
    metrics,
    signing: shared.signing,
    log,
  });
  undo.add("serving", () => serving.close());
  const { publicData } = shared;
  const deps = {
    sql,
    clock: systemClock,
    files: shared.files,
    database,
    pseudonym,
    lookUp: publicData && besidePublic(pseudonym, { ...publicData, made: publicData.pseudonym }),
    control,
    predictor: serving.predictor,
    models,
    explain,
    temporalUi,
    host,
    webhookSecrets: {
      shopify: config.PERENNIAL_SHOPIFY_SECRET,
      segment: config.PERENNIAL_SEGMENT_SECRET,
      woocommerce: config.PERENNIAL_WOOCOMMERCE_SECRET,
    },
    publicUrl: config.PERENNIAL_PUBLIC_URL,
    readsNeedKey: isBehindProxy(config),
    verifyAudit: async () => await verifyAudit(sql, shared.signing, await readKept(shared.home)),
    log,
  };
  const pages = {
    ...deps,
    namespace: config.TEMPORAL_NAMESPACE,
    cache: shared.cache,
    temporalPagesAt: shared.servers.temporalPagesAt,
  };
  const app = createApp(deps, dashboardPages(pages));
  const server = await serveApi(app, {
    host,
    port,
    sharePort,
    trustedProxies: config.PERENNIAL_TRUSTED_PROXY,
    publicUrl: config.PERENNIAL_PUBLIC_URL,
  });
  undo.add("the API", () => server.stop());
  startWatchdog(shared);
  return server.url;
}
