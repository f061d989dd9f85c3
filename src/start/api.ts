import { dashboardPages } from "../dashboard/mount.ts";
import { createApp } from "../api/app.ts";
import { isLoopback } from "../api/access.ts";
import type { Api, Quotas } from "../api/deps.ts";
import { createQuota, storedQuota } from "../api/quota.ts";
import { serveApi, serveBounded } from "../api/serve.ts";
import { openTlsFiles } from "../api/tls_files.ts";
import { systemClock } from "../core/clock.ts";
import type { Config } from "../config/environment.ts";
import { connect, type Database } from "../db/connect.ts";
import { databaseBytes } from "../db/operations.ts";
import { readKept, verifyAudit } from "../app/security/audit_chain.ts";
import { openHeldSettings } from "../app/events/held_settings.ts";
import { followPeople } from "../app/people/keys.ts";
import { createDatabaseWatch } from "../app/database_watch.ts";
import { besidePublic } from "../privacy/pseudonym.ts";
import { codecServer } from "../temporal/payload_codec.ts";
import { openServing } from "../serving/open.ts";
import { openOidc } from "./oidc.ts";
import type { Shared } from "./shared.ts";
import { readsNeedKey } from "./exposure.ts";
import { signedControl } from "./control.ts";
import { startForgettingUploads, startWatchdog } from "./timers.ts";
import { recomputing } from "./recomputing.ts";

/** A statement of a request is ended after so long; a worker's may take its time. */
const STATEMENT_MS = 45_000;

/** Predictions by id of all models read through so many connections. */
const SHOPPERS_MAX = 4;

/** Listens: with bounded times, and TLS of our own, where no proxy sees to that. */
async function listen(app: Api, { config, log }: Pick<Shared, "config" | "log">) {
  const { PERENNIAL_TLS_CERT: certPath, PERENNIAL_TLS_KEY: keyPath } = config;
  const listening = {
    host: config.PERENNIAL_HOST,
    port: config.PERENNIAL_PORT,
    sharePort: config.PERENNIAL_SHARE_PORT,
    trustedProxies: config.PERENNIAL_TRUSTED_PROXY,
    publicUrl: config.PERENNIAL_PUBLIC_URL,
  };
  if (certPath && keyPath) {
    return await serveBounded(app, { ...listening, tls: openTlsFiles({ certPath, keyPath, log }) });
  }
  const isOpen = !isLoopback(listening.host) && listening.trustedProxies === undefined;
  return isOpen ? await serveBounded(app, listening) : serveApi(app, listening);
}

/** What the environment bounds a shop to, for this process. */
function quotasOf(config: Config, sql: Database): Quotas {
  const { PERENNIAL_EVENTS_PER_SECOND: events, PERENNIAL_PREDICTIONS_PER_SECOND: predictions } = config;
  return {
    events: createQuota({ perSecond: events, what: "events", clock: systemClock }),
    predictions: createQuota({ perSecond: predictions, what: "predictions", clock: systemClock }),
    stored: storedQuota({
      maxGb: config.PERENNIAL_STORED_GB_MAX,
      readBytes: () => databaseBytes(sql),
      clock: systemClock,
    }),
  };
}

/** Runs the API with the dashboard. @returns its address */
export async function runApi(shared: Shared): Promise<string> {
  const { config, databaseUrl, models, pseudonym, store, channels, metrics, temporalUi, log, undo } = shared;
  const { PERENNIAL_HOST: host } = config;
  const sql = connect(databaseUrl, { statementMs: STATEMENT_MS });
  undo.add("the API's connections", () => sql.end({ timeout: 5 }));
  undo.add("the listener for changes of people", await followPeople(sql));
  const probe = connect(databaseUrl, { max: 1, statementMs: STATEMENT_MS });
  undo.add("the connection that watches Postgres", () => probe.end({ timeout: 1 }));
  const database = createDatabaseWatch(probe, systemClock);
  undo.add("the watch over Postgres", () => database.close());
  const control = signedControl(shared);
  const explain = await recomputing(shared);
  const shoppers = connect(databaseUrl, { max: SHOPPERS_MAX, statementMs: STATEMENT_MS, plansOnce: true });
  undo.add("the connections that predictions read by", () => shoppers.end({ timeout: 5 }));
  const serving = await openServing({
    sql,
    shoppers,
    store,
    models,
    clock: systemClock,
    alertChannels: [...channels.keys()],
    metrics,
    signing: shared.signing,
    log,
  });
  undo.add("serving", () => serving.close());
  const held = await openHeldSettings({ sql, clock: systemClock, log });
  undo.add("the settings in memory", () => held.close());
  const { publicData } = shared;
  const deps = {
    sql,
    clock: systemClock,
    files: shared.files,
    artefacts: store,
    database,
    pseudonym,
    lookUp: publicData && besidePublic(pseudonym, { ...publicData, made: publicData.pseudonym }),
    control,
    predictor: serving.predictor,
    held,
    models,
    modelSet: shared.modelSet,
    extensions: shared.extensions,
    explain,
    temporalUi,
    codec: shared.payloadKeys ? codecServer(shared.payloadKeys) : undefined,
    instruments: shared.instruments,
    folders: { home: shared.home, ...store.folder !== null && { artefacts: store.folder } },
    host,
    webhookSecrets: {
      shopify: config.PERENNIAL_SHOPIFY_SECRET,
      segment: config.PERENNIAL_SEGMENT_SECRET,
      woocommerce: config.PERENNIAL_WOOCOMMERCE_SECRET,
    },
    quotas: quotasOf(config, sql),
    oidc: openOidc(config, { sql, clock: systemClock, log }),
    publicUrl: config.PERENNIAL_PUBLIC_URL,
    readsNeedKey: readsNeedKey(config),
    verifyAudit: async () => await verifyAudit(sql, shared.signing, await readKept(shared.home)),
    checkSignature: shared.signing.check,
    log,
  };
  const pages = {
    ...deps,
    namespace: config.TEMPORAL_NAMESPACE,
    cache: shared.cache,
    temporalPagesAt: shared.servers.temporalPagesAt,
  };
  const app = createApp(deps, dashboardPages(pages));
  const server = await listen(app, shared);
  undo.add("the API", () => server.stop());
  startWatchdog(shared);
  startForgettingUploads(shared);
  return server.url;
}
