/** Commands of Deno's that are part of a test run, and end with it. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The longest that all tests may take: what never ends would be stopped from outside, and nothing would be told. */
const WITHIN_MS = 75 * 60_000;

/** Reads its input, which ends when the process that holds the other end does, and then ends other processes. */
const WATCH = 'read -r line; kill -TERM "$@"';

/** Ends processes as soon as this one is gone, even by SIGKILL; dispose of the answer before they end by themselves. */
export function endWithUs(...pids: number[]): AsyncDisposable {
  const watcher = new Deno.Command("/bin/sh", {
    args: ["-c", WATCH, "sh", ...pids.map(String)],
    stdin: "piped", // nothing is ever written to it
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      watcher.kill("SIGKILL"); // before its input ends: the id may be another program's by now
      await watcher.status;
      await watcher.stdin.close().catch(() => undefined);
    },
  };
}

/** Says when a person or a machine wants this process to end: it goes on to tidy up. */
const asked = new AbortController();

/** From now on SIGINT and SIGTERM end the commands that run, and those who wait for them tidy up. */
export function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => asked.abort());
}

/** Runs Deno in the project's folder until it ends, is asked to, or this process is gone. @returns whether it succeeded */
export async function runDeno(args: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  const late = AbortSignal.timeout(WITHIN_MS);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env,
    stdin: "null",
    signal: AbortSignal.any([late, asked.signal]),
  }).spawn();
  await using _watcher = endWithUs(child.pid);
  const { success } = await child.status;
  if (late.aborted) {
    console.error(`deno ${args[0]} was stopped: it had not ended after ${WITHIN_MS / 60_000} min`);
  }
  return success;
}
