import { join } from "node:path";
import { pickPort, PORTS } from "./ports.ts";
import { lastLines, readIfThere, rotateLog } from "./files.ts";
import { commandLine, endProcess, goneFromAfar, startDaemon } from "./process.ts";
import { waitUntil } from "./waiting.ts";
import { addSearchAttributes, isServing } from "./temporal_cli.ts";
import type { ChildExit, Log, RunningTemporal } from "./types.ts";

interface TemporalOptions {
  home: string;
  /** From `findTemporal()`. */
  bin: string;
  /** path below which its pages answer: they are shown under another origin, at the same path */
  uiPath: string;
  /** where its pages have payloads decrypted, a path of the same origin; left out: they are in clear */
  uiCodec?: string;
  /** Ports a person chose; left out, the defaults are preferred. */
  port?: number;
  uiPort?: number;
  /** address that its pages had before a restart; left out: a new one */
  uiIp?: string | null;
  /** as in `InstallationOptions` */
  flushes?: boolean;
  log: Log;
}

const READY_WITHIN_MS = 120_000;

const STOP_STEPS = [
  { signal: "SIGTERM", waitMs: 10_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
] as const;

/** Tests make garbage faster than anything keeps memory: collected when five times as large, it takes a tenth less time. */
const COLLECTS_LESS = { GOGC: "400" };

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
 * passwords. Its pages are only for this process, which shows them to who has signed in.
 * @throws {PortTakenError} a chosen port is taken
 */
export async function startTemporal(
  { home, bin, uiPath, uiCodec, port, uiPort, uiIp = uiAddress(), flushes = true, log }: TemporalOptions,
): Promise<RunningTemporal> {
  const files = {
    db: join(home, "temporal.db"),
    pid: join(home, "temporal.pid"),
    log: join(home, "temporal.log"),
  };
  const server = await takeOver(files, { bin, port, uiPort, uiCodec, log }) ?? await launch(files, {
    bin,
    ui: { ip: uiIp, path: uiPath, codec: uiCodec },
    port: await pickPort("temporal", { chosen: port, log }),
    uiPort: await pickPort("temporalUi", { chosen: uiPort, avoid: port ? [port] : [], log }),
    flushes,
  });
  await addSearchAttributes({ bin, address: server.address }, "default");
  return server;
}

/** Returns the address of the server that runs on this home's store now, whoever started it; `undefined`: none does. */
export async function runningTemporal(home: string): Promise<string | undefined> {
  const files = { db: join(home, "temporal.db"), pid: join(home, "temporal.pid") };
  const command = await commandOf(files);
  const port = Number(/--port=(\d+)/.exec(command ?? "")?.[1]);
  return port > 0 ? `127.0.0.1:${port}` : undefined;
}

/** The command line of the server on this store; `undefined`: gone, or another program's id by now. */
async function commandOf(
  { db, pid: pidFile }: Pick<TemporalFiles, "db" | "pid">,
): Promise<string | undefined> {
  const pid = Number(await readIfThere(pidFile));
  const command = Number.isInteger(pid) && pid > 0 ? await commandLine(pid) : undefined;
  return command?.includes(`--db-filename=${db}`) ? command : undefined;
}

async function launch(
  files: TemporalFiles,
  { bin, ...options }: ServerOptions & { bin: string },
): Promise<RunningTemporal> {
  const { port, uiPort, ui } = options;
  await rotateLog(files.log);
  const child = startDaemon({
    bin,
    args: serverArguments(files.db, options),
    logFile: files.log,
    pidFile: files.pid,
    cwd: join(files.db, ".."),
    // without a home of its own it would read a person's own client settings
    env: { HOME: join(files.db, ".."), ...options.flushes ? {} : COLLECTS_LESS },
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
  return running(files, { pid: child.pid, port, uiPort, uiIp: ui.ip, exited, adopted: false });
}

/**
 * The address that Temporal's pages listen on. They look at no Host header, so that any web page could reach them at
 * 127.0.0.1 by DNS rebinding: on Linux they get one of 16 million addresses of loopback, elsewhere they are off (null).
 */
function uiAddress(): string | null {
  if (Deno.build.os !== "linux") return null;
  const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
  return `127.${a}.${b}.${1 + c % 254}`;
}

/** Where Temporal's pages are, and where they have payloads decrypted. */
interface UiPlace {
  /** null: they are off */
  ip: string | null;
  path: string;
  codec?: string;
}

function uiArguments({ uiPort, ui }: { uiPort: number; ui: UiPlace }): string[] {
  if (ui.ip === null) return ["--headless"];
  const codec = ui.codec === undefined ? [] : [codecArgument(ui.codec)];
  return [`--ui-port=${uiPort}`, `--ui-ip=${ui.ip}`, `--ui-public-path=${ui.path}`, ...codec];
}

const codecArgument = (path: string): string => `--ui-codec-endpoint=${path}`;

interface ServerOptions {
  port: number;
  uiPort: number;
  ui: UiPlace;
  flushes: boolean;
}

function serverArguments(db: string, { port, uiPort, ui, flushes }: ServerOptions): string[] {
  return [
    "server",
    "start-dev",
    `--db-filename=${db}`,
    "--ip=127.0.0.1",
    `--port=${port}`,
    ...uiArguments({ uiPort, ui }),
    "--namespace=default",
    // Timers may fire this late. The default of 1 s would be added to every retry and every short wait.
    '--dynamic-config-value=history.timerProcessorMaxTimeShift="10ms"',
    "--log-level=error", // each shutdown would fill the log with its own warnings
    "--log-format=json",
    ...flushes ? [] : ["--sqlite-pragma=synchronous=0"],
  ];
}

type TakeOverOptions = Pick<TemporalOptions, "bin" | "port" | "uiPort" | "uiCodec" | "log">;

async function takeOver(
  files: TemporalFiles,
  { bin, port, uiPort, uiCodec, log }: TakeOverOptions,
): Promise<RunningTemporal | undefined> {
  const pid = Number(await readIfThere(files.pid));
  const command = await commandOf(files);
  if (command === undefined) return undefined;
  const uiIp = /--ui-ip=(127[.\d]+)/.exec(command)?.[1] ?? null;
  const left = {
    port: Number(/--port=(\d+)/.exec(command)?.[1]),
    uiPort: uiIp === null ? uiPort ?? PORTS.temporalUi.default : Number(/--ui-port=(\d+)/.exec(command)?.[1]),
    uiIp,
  };
  const isGuarded = uiIp !== null || command.includes("--headless"); // an older release showed them to every page
  const isDecrypted = uiIp === null || uiCodec === undefined || command.includes(codecArgument(uiCodec));
  const asWanted = isGuarded && isDecrypted && (port ?? left.port) === left.port &&
    (uiPort ?? left.uiPort) === left.uiPort;
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
  server: Pick<RunningTemporal, "pid" | "port" | "uiPort" | "uiIp" | "exited" | "adopted">,
): RunningTemporal {
  let gone = false;
  server.exited.then(() => gone = true);
  return {
    ...server,
    address: `127.0.0.1:${server.port}`,
    uiUrl: server.uiIp === null ? undefined : `http://${server.uiIp}:${server.uiPort}`,
    async stop() {
      if (!gone) await endProcess(server.pid, STOP_STEPS); // once gone, the id may be another program's
      await server.exited;
      await Deno.remove(files.pid).catch(() => undefined); // a stale one does no harm
    },
  };
}
