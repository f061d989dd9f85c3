import { hostname } from "node:os";
import type { Client } from "@temporalio/client";
import { followRetired, openModelSet } from "./app/registry/model_set.ts";
import { createVersionFiles, type VersionFiles } from "./app/registry/version_files.ts";
import { systemClock } from "./core/clock.ts";
import { checkDatabase, connect, type Database } from "./db/connect.ts";
import { addServingMinutes } from "./db/models/serving_minutes.ts";
import { mayRewriteAudit } from "./db/roles.ts";
import { prepareDatabase } from "./app/security/open_database.ts";
import { openSigning } from "./app/security/signing_key.ts";
import { applyDeclaredSettings } from "./app/declared_settings.ts";
import type { ModelDefinition } from "./models/model.ts";
import { installationSecret, openPseudonyms } from "./app/security/pseudonym_secret.ts";
import type { Pseudonym } from "./privacy/pseudonym.ts";
import { ensureApiKey, type InstallationKey } from "./app/security/keys.ts";
import type { Predictor } from "./serving/prediction.ts";
import { createPredictor } from "./serving/predictor.ts";
import { createMetricsRecorder } from "./serving/metrics_recorder.ts";
import { connectTemporal } from "./temporal/connect.ts";
import { installRuntime } from "./temporal/runtime.ts";
import { derive } from "./federated/secrets.ts";
import { signalKey } from "./security/signals.ts";
import { createDriftWorkerPool } from "./threads/drift_worker_pool.ts";
import { withOwnDistances } from "./threads/own_distances.ts";
import { Undo } from "./start/undo.ts";
import type { ServiceOptions } from "./start/options.ts";
import { openExtensions, watchExtensions } from "./start/extensions.ts";
import { payloadKeysOf } from "./start/payload_keys.ts";
import { definedModels } from "./start/models.ts";
import { databaseUrls, MAY_REWRITE, openClient, openStore, signOnce } from "./start/open.ts";
import { findServers, temporalPagesUrl } from "./start/servers.ts";
import { obeysUnsigned } from "./start/exposure.ts";
import { runWorker } from "./start/worker.ts";
import { openSystemd } from "./start/systemd.ts";
import { startProbes } from "./start/probes.ts";
import { openTelemetry } from "./start/telemetry.ts";
import { startCheckpoints, startOutbox } from "./start/timers.ts";
import { runApi } from "./start/api.ts";

export { recomputing } from "./start/recomputing.ts";
export type { ServiceOptions, ServicePart } from "./start/options.ts";

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
  const starting = options.startingServers ?? findServers(options);
  undo.add("the servers", () => starting.then((servers) => servers.stop(), () => undefined));
  starting.catch(() => undefined); // told where it is waited for
  const instruments = await openTelemetry(options, undo);
  const servers = await starting;
  const databaseUrl = await prepareDatabase(databaseUrls(options, servers));
  const sql = connect(databaseUrl);
  undo.add("the database connections", () => sql.end({ timeout: 5 }));
  await checkDatabase(sql, databaseUrl);
  if (await mayRewriteAudit(sql)) log(MAY_REWRITE);
  installRuntime(log);
  const [connection, defined, key, pseudonym, secret] = await Promise.all([
    connectTemporal(servers.temporalAddress, config),
    definedModels(options),
    ensureApiKey(sql, { home, given: config.PERENNIAL_API_KEY, isApi: parts.includes("api") }),
    openPseudonyms(sql, {
      home,
      given: config.PERENNIAL_SECRET,
      older: config.PERENNIAL_OLDER_SECRETS,
      replaces: options.publicData?.pseudonym,
    }),
    installationSecret({ home, given: config.PERENNIAL_SECRET }),
  ]);
  undo.add("the connection to Temporal", () => connection.close());
  undo.add("the threads of models", defined.close);
  await applyDeclaredSettings(sql, defined.models);
  const modelSet = await openModelSet(sql, defined.models);
  const models = modelSet.inUse;
  undo.add("the models in use", await followRetired(sql, modelSet, { log }));
  const payloadKeys = await payloadKeysOf(config);
  const client = await openClient(options, { sql, connection, servers, keys: payloadKeys });
  const store = await openStore(options, sql);
  const { channels, extensions, deciding, close } = await openExtensions(options);
  undo.add("the threads of extensions", close);
  const alertChannels = [...channels.keys()];
  const all = [...defined.extensions, ...extensions];
  undo.add("the alerts of extensions", await watchExtensions({ config, sql, log }, alertChannels, all));
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
  // no release that did not sign knew of buckets: there nothing unsigned is taken for old, and no home is needed
  if (store.folder !== null) await signOnce(sql, { signing, home, log });
  const federationSecret = await derive(new TextEncoder().encode(secret), "perennial/federation");
  const files = createVersionFiles({ sql, store, models, clock: systemClock, alertChannels, signing });
  const predictor = createPredictor({
    sql,
    store,
    models,
    clock: systemClock,
    alertChannels,
    metrics,
    signing,
  });
  const driftWorkers = withOwnDistances(createDriftWorkerPool());
  undo.add("the drift workers", () => driftWorkers.close());
  const signals = { key: signalKey(secret), obeyUnsigned: obeysUnsigned(options) };
  const temporalUi = temporalPagesUrl(options, servers);
  const shared = {
    ...options,
    servers,
    sql,
    connection,
    client,
    payloadKeys,
    models,
    modelSet,
    store,
    pseudonym,
    predictor,
    files,
    metrics,
    channels,
    extensions: all,
    deciding,
    driftWorkers,
    temporalUi,
    databaseUrl,
    signals,
    signing,
    federationSecret,
    instruments,
    undo,
  };
  const started = await startProbes(shared);
  startOutbox(shared);
  startCheckpoints(shared);
  const worker = parts.includes("worker") ? await runWorker(shared) : null;
  const url = parts.includes("api") ? await runApi(shared) : null;
  started();
  await openSystemd(options, undo).ready();
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
