import { join } from "node:path";
import { pickPort } from "./ports.ts";
import { lastLines, readIfThere, rotateLog } from "./files.ts";
import { commandLine, endProcess, goneFromAfar, startDaemon } from "./process.ts";
import { waitUntil } from "./waiting.ts";
import { addSearchAttributes, isServing } from "./temporal_cli.ts";
import type { ChildExit, Log, RunningTemporal } from "./types.ts";

interface TemporalOptions {
  home: string;
  /** From `findTemporal()`. */
  bin: string;
  /** Ports a person chose; left out, the defaults are preferred. */
  port?: number;
  uiPort?: number;
  log: Log;
}

const READY_WITHIN_MS = 120_000;

const STOP_STEPS = [
  { signal: "SIGTERM", waitMs: 10_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
] as const;

interface TemporalFiles {
  db: string;
  pid: string;
  log: string;
}

/**
 * Starts a Temporal server on this machine's loopback, its state in one SQLite file, or takes over the one an
 * earlier run left on the same file. Perennial's search attributes exist when it returns.
 *
 * Call it with the home's lock held. Whoever can log in to this machine can reach the server: it knows no
 * passwords.
 * @throws {PortTakenError} a chosen port is taken
 */
export async function startTemporal(
  { home, bin, port, uiPort, log }: TemporalOptions,
): Promise<RunningTemporal> {
  const files = {
    db: join(home, "temporal.db"),
    pid: join(home, "temporal.pid"),
    log: join(home, "temporal.log"),
  };
  const server = await takeOver(files, { bin, port, uiPort, log }) ?? await launch(files, {
    bin,
    port: await pickPort("temporal", { chosen: port, log }),
    uiPort: await pickPort("temporalUi", { chosen: uiPort, avoid: port ? [port] : [], log }),
  });
  await addSearchAttributes({ bin, address: server.address }, "default");
  return server;
}

async function launch(
  files: TemporalFiles,
  { bin, port, uiPort }: { bin: string; port: number; uiPort: number },
): Promise<RunningTemporal> {
  await rotateLog(files.log);
  const child = startDaemon({
    bin,
    args: serverArguments(files.db, port, uiPort),
    logFile: files.log,
    pidFile: files.pid,
    cwd: join(files.db, ".."),
    env: { HOME: join(files.db, "..") }, // else it would read a person's own client settings
  });
  const exited: Promise<ChildExit> = child.status.then(({ code }) => ({ code }));
  let gone = false;
  exited.then(() => gone = true);
  const isReady = async () => gone || await isServing({ bin, address: `127.0.0.1:${port}` });
  const answered = await waitUntil(isReady, { withinMs: READY_WITHIN_MS, everyMs: 50 });
  if (gone || !answered) {
    if (!gone) await endProcess(child.pid, STOP_STEPS);
    const log = await lastLines(files.log, 15);
    throw new Error(`Cannot start Temporal on port ${port}; its log "${files.log}" ends:\n${log}`);
  }
  return running(files, { pid: child.pid, port, uiPort, exited, adopted: false });
}

function serverArguments(db: string, port: number, uiPort: number): string[] {
  return [
    "server",
    "start-dev",
    `--db-filename=${db}`,
    "--ip=127.0.0.1",
    `--port=${port}`,
    `--ui-port=${uiPort}`,
    "--namespace=default",
    // Timers may fire this late. The default of 1 s would be added to every retry and every short wait.
    '--dynamic-config-value=history.timerProcessorMaxTimeShift="10ms"',
    "--log-level=error", // each shutdown would fill the log with its own warnings
    "--log-format=json",
  ];
}

type TakeOverOptions = Pick<TemporalOptions, "bin" | "port" | "uiPort" | "log">;

async function takeOver(
  files: TemporalFiles,
  { bin, port, uiPort, log }: TakeOverOptions,
): Promise<RunningTemporal | undefined> {
  const pid = Number(await readIfThere(files.pid));
  const command = Number.isInteger(pid) && pid > 0 ? await commandLine(pid) : undefined;
  if (!command?.includes(`--db-filename=${files.db}`)) return undefined; // gone, or another program's id by now
  const left = {
    port: Number(/--port=(\d+)/.exec(command)?.[1]),
    uiPort: Number(/--ui-port=(\d+)/.exec(command)?.[1]),
  };
  const asWanted = (port ?? left.port) === left.port && (uiPort ?? left.uiPort) === left.uiPort;
  if (asWanted && await isServing({ bin, address: `127.0.0.1:${left.port}` })) {
    log(`Temporal of an earlier run still runs on port ${left.port} (process ${pid}); using it`);
    return running(files, { pid, ...left, exited: goneFromAfar(pid), adopted: true });
  }
  log(`Temporal of an earlier run (process ${pid}) is not usable as it is; ending it`);
  await endProcess(pid, STOP_STEPS);
  return undefined;
}

function running(
  files: TemporalFiles,
  server: Pick<RunningTemporal, "pid" | "port" | "uiPort" | "exited" | "adopted">,
): RunningTemporal {
  let gone = false;
  server.exited.then(() => gone = true);
  return {
    ...server,
    address: `127.0.0.1:${server.port}`,
    uiUrl: `http://127.0.0.1:${server.uiPort}`,
    async stop() {
      if (!gone) await endProcess(server.pid, STOP_STEPS); // once gone, the id may be another program's
      await server.exited;
      await Deno.remove(files.pid).catch(() => undefined); // a stale one does no harm
    },
  };
}
