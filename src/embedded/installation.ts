import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { grpcAnswers, postgresAnswers } from "./answering.ts";
import { lastLines } from "./files.ts";
import { postgresFiles } from "./postgres_data.ts";
import { lockHome } from "./lock.ts";
import { makeFolder } from "./home.ts";
import { chosenPorts } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { supervise, type Supervisor } from "./supervise.ts";
import { startTemporal } from "./temporal.ts";
import { findTemporal } from "./temporal_binary.ts";
import type {
  Installation,
  InstallationOptions,
  Log,
  Restart,
  RunningPostgres,
  RunningTemporal,
} from "./types.ts";

/** The path below which the pages of the embedded Temporal answer, here and under our own origin. */
export const TEMPORAL_UI_PATH = "/temporal";

/** Where those pages have payloads decrypted, under the same origin. */
const codecOf = (env: InstallationOptions["env"]): string | undefined =>
  env.PERENNIAL_TEMPORAL_PAYLOAD_KEY || env.PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS
    ? `${TEMPORAL_UI_PATH}/codec`
    : undefined;

/** More say nothing new. */
const RESTARTS_KEPT = 100;

/** One half of an installation: where it is, and how to end it if it is ours. */
interface Part<S> {
  server: S;
  supervisor?: Supervisor;
}

/**
 * Starts Postgres and Temporal on this machine and keeps them running.
 *
 * `DATABASE_URL` and `TEMPORAL_ADDRESS` in `env` name servers that exist already: then ours is not started.
 * What an earlier run left behind in `home`, however it ended, is taken over or ended.
 * @throws {InstallationRunningError} another process runs this home
 * @throws {UnwritableFolderError} no right to write there, or no space
 * @throws {PortTakenError} a chosen port is taken
 * @throws {PostgresUnavailableError | TemporalUnavailableError} a server cannot be had here; says what to do
 */
export async function startInstallation(given: InstallationOptions): Promise<Installation> {
  const { home, cache, uid } = given;
  const restarts: Restart[] = [];
  const onRestart = (server: string, why: string) => {
    restarts.push({ server, why, atMs: systemClock() });
    if (restarts.length > RESTARTS_KEPT) restarts.shift();
  };
  const options = { ...given, ports: given.ports ?? chosenPorts(given.env), onRestart };
  await makeFolder(home, "PERENNIAL_HOME", uid);
  await makeFolder(cache, "PERENNIAL_CACHE", uid);
  const lock = await lockHome(home, new Date(systemClock()).toISOString());
  try {
    const [database, temporal] = await bothOrNeither(databasePart(options), temporalPart(options));
    let stopped: Promise<void> | undefined;
    return {
      databaseUrl: database.server.url,
      temporalAddress: temporal.server.address,
      temporalPagesAt: temporal.server.uiUrl,
      restarts,
      failed: Promise.race([database, temporal].flatMap((part) => part.supervisor?.failed ?? [])),
      stop: () => stopped ??= stopAll([temporal, database], options.log).finally(lock.release),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

type Watched = InstallationOptions & { onRestart(server: string, why: string): void };

/** Says where a log is and how it ends. */
async function logEnding(path: string): Promise<string> {
  const lines = await lastLines(path, 15);
  return lines === "" ? `Its log "${path}" says nothing` : `Its log "${path}" ends:\n${lines}`;
}

async function databasePart({ env, home, cache, uid, log, ports, flushes, onRestart }: Watched): Promise<
  Part<Pick<RunningPostgres, "url">>
> {
  if (env.DATABASE_URL) return { server: { url: env.DATABASE_URL } };
  const start = (port?: number) =>
    startPostgres({ home, cache, uid, port, archive: env.PERENNIAL_ARCHIVE, flushes, log });
  const server = await timed(
    "Postgres",
    log,
    () => start(ports?.postgres),
    ({ port }) => `127.0.0.1:${port}`,
  );
  const restart = (last: RunningPostgres) => start(last.port);
  const logFile = postgresFiles(home).log;
  const watched = {
    name: "Postgres",
    restart,
    answers: ({ port }: RunningPostgres) => postgresAnswers(port),
    onRestart: (why: string) => onRestart("Postgres", why),
    readLog: () => logEnding(logFile),
    log,
  };
  return { server, supervisor: supervise(server, watched) };
}

async function temporalPart({ env, home, cache, log, ports, flushes, onRestart }: Watched): Promise<
  Part<Pick<RunningTemporal, "address"> & { uiUrl?: string }>
> {
  if (env.TEMPORAL_ADDRESS) return { server: { address: env.TEMPORAL_ADDRESS } };
  const bin = await findTemporal({ cache, env, log });
  const chosen = { home, bin, uiPath: TEMPORAL_UI_PATH, uiCodec: codecOf(env), flushes, log };
  const start = (port?: number, uiPort?: number, uiIp?: string | null) =>
    startTemporal({ ...chosen, port, uiPort, uiIp });
  const first = () => start(ports?.temporal, ports?.temporalUi);
  const server = await timed(
    "Temporal",
    log,
    first,
    ({ address }) => address,
  );
  const restart = (last: RunningTemporal) => start(last.port, last.uiPort, last.uiIp);
  const watched = {
    name: "Temporal",
    restart,
    answers: ({ port }: RunningTemporal) => grpcAnswers(port),
    onRestart: (why: string) => onRestart("Temporal", why),
    readLog: () => logEnding(join(home, "temporal.log")),
    log,
  };
  return { server, supervisor: supervise(server, watched) };
}

async function timed<S>(
  name: string,
  log: Log,
  start: () => Promise<S>,
  where: (server: S) => string,
): Promise<S> {
  const started = performance.now();
  log(`Starting ${name}`);
  const server = await start().catch((error) => {
    log(`${name} did not start`); // said at once: its error is thrown only when the other part is done, too
    throw error;
  });
  log(`${name} is ready on ${where(server)} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return server;
}

/** Waits for both; if one fails, the other is ended before its error is thrown. */
async function bothOrNeither<A extends Part<unknown>, B extends Part<unknown>>(
  a: Promise<A>,
  b: Promise<B>,
): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === "fulfilled" && second.status === "fulfilled") return [first.value, second.value];
  for (const result of [first, second]) {
    if (result.status === "fulfilled") await result.value.supervisor?.stop();
  }
  throw first.status === "rejected" ? first.reason : (second as PromiseRejectedResult).reason;
}

/** Temporal first: nothing starts new work on the database then. One that cannot be ended must not hide the next. */
async function stopAll(parts: readonly Part<unknown>[], log: Log): Promise<void> {
  const errors: unknown[] = [];
  for (const { supervisor } of parts) {
    await supervisor?.stop().catch((error) => void errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, "Cannot stop every part of the installation");
  const ours = parts.flatMap(({ supervisor }) => supervisor?.name ?? []).reverse();
  if (ours.length > 0) log(`${ours.join(" and ")} ${ours.length > 1 ? "are" : "is"} stopped`); // others run on
}
