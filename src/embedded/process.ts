import { kill as sendSignal } from "node:process";
import { isAbsent } from "./files.ts";
import { runProgram } from "./programs.ts";
import type { ChildExit } from "./types.ts";
import { waitUntil } from "./waiting.ts";
import { sleep } from "../core/deadline.ts";

/** A system user that a server runs as. */
export interface ServerUser {
  uid: number;
  gid: number;
}

interface DaemonOptions {
  bin: string;
  args: readonly string[];
  /** Gets the output; the server's user must be able to write it. */
  logFile: string;
  /** Gets the process id before the program starts, so a server never runs unknown to us. */
  pidFile?: string;
  cwd: string;
  env?: Readonly<Record<string, string>>;
  /** Another user to run as; only root can. */
  user?: ServerUser;
}

/**
 * Starts a server that outlives us.
 *
 * The shell opens the log itself, so a server whose starter died still has somewhere to write. The session of
 * its own keeps a terminal's Ctrl-C away from it: we stop the servers, in order.
 */
export function startDaemon(
  { bin, args, logFile, pidFile, cwd, env = {}, user }: DaemonOptions,
): Deno.ChildProcess {
  const script =
    'umask 077; if [ -n "$PID_FILE" ]; then echo $$ >"$PID_FILE" || exit 1; fi; exec "$0" "$@" >>"$LOG_FILE" 2>&1';
  return new Deno.Command("/bin/sh", {
    args: ["-c", script, bin, ...args],
    cwd,
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...env, LOG_FILE: logFile, PID_FILE: pidFile ?? "" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
    ...user,
  }).spawn();
}

/**
 * The command line of a living process, its parts separated by spaces, or `undefined` if there is none.
 * A process id alone proves nothing: the system gives it to another program later.
 */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (!isRunning(pid)) return undefined;
  // Read by a program: Deno itself may read there only with every permission.
  const [bin, args] = Deno.build.os === "linux"
    ? ["/bin/cat", [`/proc/${pid}/cmdline`]] as const
    : ["/bin/ps", ["-ww", "-o", "args=", "-p", String(pid)]] as const;
  const { ok, output } = await runProgram(bin, args, { timeoutMs: 5_000 });
  const parts = output.split("\0").join(" ").trim();
  return ok && parts !== "" ? parts : undefined; // a dead process that nobody has waited for has none
}

/** Returns the process that started another one, as long as both run. */
export async function parentOf(pid: number): Promise<number | undefined> {
  const [bin, args] = Deno.build.os === "linux"
    ? ["/bin/cat", [`/proc/${pid}/status`]] as const
    : ["/bin/ps", ["-o", "ppid=", "-p", String(pid)]] as const;
  const { ok, output } = await runProgram(bin, args, { timeoutMs: 5_000 });
  const parent = Number(/^PPid:\s*(\d+)$/m.exec(output)?.[1] ?? output.trim());
  return ok && Number.isInteger(parent) && parent > 0 ? parent : undefined;
}

/** Settles once `pid` is gone; looks twice a second, for a process that is not our child cannot be waited for. */
export async function goneFromAfar(pid: number): Promise<ChildExit> {
  while (await commandLine(pid) !== undefined) await sleep(500, { unref: true });
  return { code: null };
}

/**
 * Ends a process: sends each signal in turn and gives it its time.
 * @throws {Error} it outlived them all
 */
export async function endProcess(
  pid: number,
  steps: readonly { signal: Deno.Signal; waitMs: number }[],
): Promise<void> {
  for (const { signal, waitMs } of steps) {
    if (!trySignal(pid, signal)) return;
    if (
      await waitUntil(async () => await commandLine(pid) === undefined, { withinMs: waitMs, everyMs: 25 })
    ) return;
  }
  throw new Error(
    `Cannot end process ${pid}: it is still there after ${steps.map((s) => s.signal).join(", ")}`,
  );
}

/** The user that a server of root's is run as: `postgres` if the system has it, else `nobody`. */
export async function unprivilegedUser(): Promise<ServerUser | undefined> {
  const users = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) => line.split(":"));
  const found = ["postgres", "_postgres", "nobody"].map((name) => users.find((user) => user[0] === name))
    .find(Boolean);
  return found && { uid: Number(found[2]), gid: Number(found[3]) };
}

/** Whether a process of this id is there. */
export function isRunning(pid: number): boolean {
  try {
    return sendSignal(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === "EPERM"; // there, but another user's
  }
}

function trySignal(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (isAbsent(error) || (error as { code?: string }).code === "ESRCH") return false;
    throw error;
  }
}
