import { dashboardPages } from "../dashboard/mount.ts";
import { createApp } from "../api/app.ts";
import { serveApi } from "../api/serve.ts";
import { systemClock } from "../core/clock.ts";
import { connect } from "../db/connect.ts";
import { readKept, verifyAudit } from "../app/security/audit_chain.ts";
import { createDatabaseWatch } from "../app/database_watch.ts";
import { besidePublic } from "../privacy/pseudonym.ts";
import { openServing } from "../serving/open.ts";
import type { Shared } from "./shared.ts";
import { isBehindProxy } from "./exposure.ts";
import { signedControl } from "./control.ts";
import { startWatchdog } from "./timers.ts";
import { recomputing } from "./recomputing.ts";

/** A statement of a request is ended after so long; a worker's may take its time. */
const STATEMENT_MS = 45_000;

/** Runs the API with the dashboard. @returns its address */
export async function runApi(shared: Shared): Promise<string> {
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
    modelSet: shared.modelSet,
    extensions: shared.extensions,
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
