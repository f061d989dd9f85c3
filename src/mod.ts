/**
 * Perennial as a library: start the service inside your own program, or talk to one that runs.
 *
 * ```ts ignore
 * import { getRetrainer, startRetrainingService } from "./src/mod.ts";
 *
 * const service = await startRetrainingService();          // own Postgres and Temporal; or DATABASE_URL and TEMPORAL_ADDRESS
 * const churn = await getRetrainer("churn", service);
 * const cycle = await churn.forceRetrain({ why: "new season", wait: true });
 * console.log(cycle.outcome, await churn.predict(["14911", "17841"]));
 * await service.stop();
 * ```
 * @module
 */
import type { Channel } from "./app/alerts/channels/mod.ts";
import { type ClientOptions, createClient } from "./client/client.ts";
import { findConnection } from "./cli/connection.ts";
import { readConfig } from "./config/environment.ts";
import { checkOptions, type PlaceOptions } from "./config/place_options.ts";
import { NotFoundError } from "./core/errors.ts";
import { lateImport } from "./core/late_import.ts";
import { cacheHome, installationHome } from "./embedded/home.ts";
import type { ModelDefinition } from "./models/model.ts";
import { createRetrainer, type Retrainer } from "./client/retrainer.ts";

export {
  ApiError,
  type Client,
  type ClientOptions,
  createClient,
  UnreachableError,
} from "./client/client.ts";
export * from "./app/definitions.ts";
export { packLayers } from "./onnx/layers.ts";
export type { Channel } from "./app/alerts/channels/mod.ts";
export type { ForceRequest, Retrainer } from "./client/retrainer.ts";
export { type ForceProgress, StillRunningError } from "./client/force_and_wait.ts";
export type { Cycle } from "./retraining/cycle.ts";
export type { HistoryEntry } from "./app/export/rows.ts";
export type { ModelStatus, Status } from "./retraining/status.ts";
export type { RetrainingConfig } from "./config/retraining.ts";
export type { Predictions } from "./serving/prediction.ts";

/** Options of a service inside this program. What is left out comes from the environment, as for `perennial up`. */
export interface StartOptions extends PlaceOptions {
  /** name of the installation, which keeps its state between starts; default: "default" */
  installation?: string;
  /** folder that keeps installations: each service that runs at a time needs an installation of its own */
  home?: string;
  /** models beside those that Perennial brings: definitions, or a folder with a file each */
  models?: readonly ModelDefinition[] | string;
  /** further ways to tell people of alerts */
  channels?: readonly Channel[];
  /** hears what is done; default: nobody */
  log?: (line: string) => void;
}

/** A service that runs inside this program. */
export interface RetrainingService {
  url: string;
  apiKey: string | undefined;
  /** settles with the reason when a part failed for good; never rejects */
  failed: Promise<Error>;
  /** ends everything that was started, in order */
  stop(): Promise<void>;
}

/**
 * Starts API and worker in this program, with servers of their own where none is named.
 * @example
 * ```ts ignore
 * await using service = await startRetrainingService({ port: 9000, log: console.error });
 * ```
 * @throws {InvalidInputError} a setting cannot be used   @throws {Error} a server cannot be had, a port is taken; says what to do
 */
export async function startRetrainingService(
  options: StartOptions = {},
): Promise<RetrainingService & AsyncDisposable> {
  checkOptions(options, ["installation", "home", "models", "channels", "log"]);
  const { installation, models, channels, log = () => undefined } = options;
  const env = environmentFor(options);
  const hostEnvironment = { env, uid: Deno.uid() };
  // loads Temporal and tfjs, which a client does without, and a file of the operator's in its thread
  const { startService } = await lateImport<typeof import("./service.ts")>(
    import.meta.resolve("./service.ts"),
  );
  const service = await startService({
    config: readConfig(env),
    env,
    log,
    parts: ["worker", "api"] as const,
    embedded: true,
    home: installationHome(hostEnvironment, installation),
    cache: cacheHome(hostEnvironment),
    ownModels: typeof models === "string" ? [] : models,
    ownChannels: channels,
  });
  const stop = () => service.stop();
  const { url, key, failed } = service;
  return { url: url!, apiKey: key.key ?? undefined, failed, stop, [Symbol.asyncDispose]: stop }; // a service with an API has an address
}

function environmentFor(options: StartOptions): Record<string, string> {
  const { models, ports = {} } = options;
  const given = {
    PERENNIAL_HOME: options.home,
    PERENNIAL_CACHE: options.cache,
    PERENNIAL_ARTEFACTS: options.artefacts,
    DATABASE_URL: options.databaseUrl,
    TEMPORAL_ADDRESS: options.temporalAddress,
    TEMPORAL_NAMESPACE: options.temporalNamespace,
    PERENNIAL_HOST: options.host,
    PERENNIAL_PORT: options.port,
    PERENNIAL_POSTGRES_PORT: ports.postgres,
    PERENNIAL_TEMPORAL_PORT: ports.temporal,
    PERENNIAL_TEMPORAL_UI_PORT: ports.temporalUi,
    PERENNIAL_SECRET: options.secret,
    PERENNIAL_API_KEY: options.apiKey,
    PERENNIAL_MODELS: typeof models === "string" ? models : undefined,
  };
  const named = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]]
  );
  return { ...Deno.env.toObject(), ...Object.fromEntries(named) };
}

/**
 * The retrainer of one model, in a service that runs here or elsewhere.
 * @param connection a service, or where one answers; left out: PERENNIAL_URL and PERENNIAL_API_KEY, else this machine's
 * @example
 * ```ts ignore
 * const churn = await getRetrainer("churn");
 * console.log((await churn.status()).health.text);
 * ```
 * @throws {NotFoundError} the service has no such model   @throws {UnreachableError} it does not answer
 */
export async function getRetrainer(model: string, connection?: Partial<ClientOptions>): Promise<Retrainer> {
  const { url, apiKey, ...rest } = connection ?? {};
  const found = url === undefined || apiKey === undefined
    ? await findConnection({ env: Deno.env.toObject(), uid: Deno.uid() }, url)
    : { url, apiKey };
  const client = createClient({ ...rest, ...found, ...apiKey === undefined ? {} : { apiKey } });
  const { models } = await client.models();
  const names = models.map((m) => m.model);
  if (!names.includes(model)) throw new NotFoundError("model", model, names);
  return createRetrainer(client, model);
}
