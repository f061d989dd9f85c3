import { join } from "node:path";
import { pickPort } from "./ports.ts";
import { preparePostgres } from "./postgres_binaries.ts";
import {
  DATABASE,
  needWhole,
  type PostgresFiles,
  postgresFiles,
  prepareData,
  readPassword,
  serverUser,
} from "./postgres_data.ts";
import { archiving, openArchive } from "./postgres_archive.ts";
import { lastLines, readIfThere, rotateLog } from "./files.ts";
import { commandLine, endProcess, goneFromAfar, type ServerUser, startDaemon } from "./process.ts";
import { waitUntil } from "./waiting.ts";
import { postgresAnswers } from "./answering.ts";
import { sleep } from "../core/deadline.ts";
import type { ChildExit, ChosenPorts, Log, RunningPostgres } from "./types.ts";

interface PostgresOptions {
  home: string;
  cache: string;
  uid: number | null;
  /** A port a person chose; left out, the default is preferred. */
  port?: ChosenPorts["postgres"];
  /** Folder that its log is archived into, `off` for none; left out: as the home remembers. */
  archive?: string;
  /** settings beside ours: of a server that recovers */
  extra?: Readonly<Record<string, string>>;
  /** as in `InstallationOptions` */
  flushes?: boolean;
  log: Log;
}

const UNFLUSHED = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } as const;

/** Replaying what a crash left in the log can take minutes on a large database. */
const READY_WITHIN_MS = 10 * 60_000;

/** The children of a server that was killed notice within moments; until then the data are theirs. */
const ORPHANS_ATTEMPTS = 40;
const ORPHANS_WAIT_MS = 250;

/** Fast shutdown first (rolls open transactions back), then immediate (recovers at the next start). */
const STOP_STEPS = [
  { signal: "SIGINT", waitMs: 15_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
] as const;

/**
 * Starts PostgreSQL on this machine's loopback, or takes over the one an earlier run left on the same data.
 *
 * Passwords are checked (scram-sha-256) and commits are durable (`fsync` and `synchronous_commit` on). As root
 * the server runs as the user `postgres` or `nobody`. Call it with the home's lock held.
 * @throws {PostgresUnavailableError} the binaries do not exist for, or do not run on, this system
 * @throws {PortTakenError} the chosen port is taken
 * @throws {DataVersionError} another major version wrote the data
 * @throws {DamagedDataError} the data are not whole
 */
export async function startPostgres(
  { home, cache, uid, port, archive, extra, flushes = true, log }: PostgresOptions,
): Promise<RunningPostgres> {
  const files = postgresFiles(home);
  if (extra === undefined) await needWhole(files);
  const user = await serverUser(files, uid);
  const archived = await openArchive(home, { folder: archive, user });
  const more = { ...extra ?? (archived ? archiving(archived) : {}), ...flushes ? {} : UNFLUSHED };
  const left = await takeOver(files, { port, wal: archived?.wal, log });
  if (left) return left;
  const bin = await preparePostgres([cache, home], { user, log });
  await prepareData(files, { bin, user, log });
  const password = await readPassword(files);
  await rotateLog(files.log);
  const chosen = await pickPort("postgres", { chosen: port, log });
  return await launch(files, { bin, user, port: chosen, password, more });
}

/** Returns the address of the server that runs on these data now, whoever started it; `undefined`: none does. */
export async function runningPostgres(home: string): Promise<string | undefined> {
  const files = postgresFiles(home);
  const left = await readPidFile(files);
  if (!left?.ready || !await postgresAnswers(left.port)) return undefined;
  return urlOf(left.port, await readPassword(files));
}

const urlOf = (port: number, password: string) =>
  `postgres://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`;

/** Ends the server that still runs on these data, whoever started it. */
export async function endLeftPostgres(files: PostgresFiles): Promise<void> {
  const left = await readPidFile(files);
  const command = left && await commandLine(left.pid);
  if (left && command?.includes(`-D ${files.data} `)) await endProcess(left.pid, STOP_STEPS);
}

interface LaunchOptions {
  bin: string;
  user: ServerUser | undefined;
  port: number;
  password: string;
  more: Readonly<Record<string, string>>;
}

async function launch(files: PostgresFiles, options: LaunchOptions, attempt = 1): Promise<RunningPostgres> {
  const { bin, user, port, password, more } = options;
  const child = startDaemon({
    bin: join(bin, "bin", "postgres"),
    args: ["-D", files.data, ...settings(port, more)],
    logFile: files.log,
    cwd: files.folder,
    user,
  });
  const exited: Promise<ChildExit> = child.status.then(({ code }) => ({ code }));
  let gone = false;
  exited.then(() => gone = true);
  const isReady = async () => {
    const pidFile = await readPidFile(files);
    return gone || (pidFile?.pid === child.pid && pidFile.ready); // a crashed run's file may still say "ready"
  };
  const answered = await waitUntil(isReady, { withinMs: READY_WITHIN_MS, everyMs: 10 });
  if (gone || !answered) {
    if (!gone) await endProcess(child.pid, STOP_STEPS);
    const log = await lastLines(files.log, 15);
    if (gone && log.includes("is still in use") && attempt < ORPHANS_ATTEMPTS) {
      await sleep(ORPHANS_WAIT_MS);
      return await launch(files, options, attempt + 1);
    }
    throw new Error(`Cannot start Postgres on port ${port}; its log "${files.log}" ends:\n${log}`);
  }
  return running({ pid: child.pid, port, exited, adopted: false }, password);
}

/** On the command line, and not in a file, so that a newer Perennial's settings hold for older data. */
function settings(port: number, more: LaunchOptions["more"]): string[] {
  const values = {
    listen_addresses: "127.0.0.1",
    port,
    // A socket's path may be at most 107 bytes, which a deep home exceeds.
    unix_socket_directories: "",
    fsync: "on",
    synchronous_commit: "on",
    shared_buffers: "256MB",
    max_connections: 200, // some 16 a process: a few workers and APIs beside each other
    log_checkpoints: "off",
    wal_recycle: "off", // a segment that was used keeps what was in it: also what was erased
    timezone: "UTC",
    log_timezone: "UTC",
    ...more,
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Uses the server that still runs on these data if it is well and on the right port, else ends it. */
async function takeOver(
  files: PostgresFiles,
  { port, wal, log }: { port: number | undefined; wal: string | undefined; log: Log },
): Promise<RunningPostgres | undefined> {
  const left = await readPidFile(files);
  if (!left) return undefined;
  const command = await commandLine(left.pid);
  if (!command?.includes(`-D ${files.data} `)) {
    // The id is another program's by now, or a dead process' that nobody has waited for: Postgres would refuse
    // to start for its sake. Whether children of the dead one still use the data, it also tells by their
    // shared memory.
    await Deno.remove(join(files.data, "postmaster.pid"));
    return undefined;
  }
  const archives = wal === undefined ? !command.includes("archive_mode=on") : command.includes(wal);
  if (
    archives && (port === undefined || port === left.port) && left.ready && await postgresAnswers(left.port)
  ) {
    log(`Postgres of an earlier run still runs on port ${left.port} (process ${left.pid}); using it`);
    const { pid, port } = left;
    return running({ pid, port, exited: goneFromAfar(pid), adopted: true }, await readPassword(files));
  }
  log(`Postgres of an earlier run (process ${left.pid}) is not usable as it is; ending it`);
  await endProcess(left.pid, STOP_STEPS);
  return undefined;
}

function running(
  { pid, port, exited, adopted }: Pick<RunningPostgres, "pid" | "port" | "exited" | "adopted">,
  password: string,
): RunningPostgres {
  let gone = false;
  exited.then(() => gone = true);
  return {
    pid,
    port,
    exited,
    adopted,
    url: urlOf(port, password),
    async stop() {
      if (!gone) await endProcess(pid, STOP_STEPS); // once gone, the id may be another program's
      await exited;
    },
  };
}

/** Reads `postmaster.pid`: line 1 its process, 4 its port, 8 its state. */
async function readPidFile(
  files: PostgresFiles,
): Promise<{ pid: number; port: number; ready: boolean } | undefined> {
  const lines = (await readIfThere(files.data, "postmaster.pid"))?.split("\n");
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}
