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
import { type ClientOptions, createClient } from "./client/client.ts";
import { findConnection } from "./cli/connection.ts";
import { readConfig } from "./config/environment.ts";
import { NotFoundError } from "./core/errors.ts";
import { cacheHome, installationHome } from "./embedded/home.ts";
import { createRetrainer, type Retrainer } from "./client/retrainer.ts";

export {
  ApiError,
  type Client,
  type ClientOptions,
  createClient,
  UnreachableError,
} from "./client/client.ts";
export type { ForceRequest, Retrainer } from "./client/retrainer.ts";
export { type ForceProgress, StillRunningError } from "./client/force_and_wait.ts";
export type { Cycle } from "./retraining/cycle.ts";
export type { HistoryEntry } from "./app/export/rows.ts";
export type { ModelStatus, Status } from "./retraining/status.ts";
export type { RetrainingConfig } from "./config/retraining.ts";
export type { Predictions } from "./serving/prediction.ts";

/** Options of a service inside this program. What is left out comes from the environment, as for `perennial up`. */
export interface StartOptions {
  /** name of the installation, which keeps its state between starts; default: "default" */
  installation?: string;
  /** Postgres to use; left out: DATABASE_URL, else an embedded one */
  databaseUrl?: string;
  /** Temporal to use; left out: TEMPORAL_ADDRESS, else an embedded one */
  temporalAddress?: string;
  host?: string;
  port?: number;
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
  const { installation, log = () => undefined } = options;
  const env = environmentFor(options);
  const hostEnvironment = { env, uid: Deno.uid() };
  const { startService } = await import("./service.ts"); // loads Temporal and tfjs, which a mere client does without
  const service = await startService({
    config: readConfig(env),
    env,
    log,
    parts: ["worker", "api"] as const,
    embedded: true,
    home: installationHome(hostEnvironment, installation),
    cache: cacheHome(hostEnvironment),
  });
  const stop = () => service.stop();
  const { url, key, failed } = service;
  return { url: url!, apiKey: key.key ?? undefined, failed, stop, [Symbol.asyncDispose]: stop }; // a service with an API has an address
}

function environmentFor({ databaseUrl, temporalAddress, host, port }: StartOptions): Record<string, string> {
  const given = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    PERENNIAL_HOST: host,
    PERENNIAL_PORT: port,
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
