import { commandLine, isRunning, parentOf } from "../embedded/process.ts";

const EVERY_MS = 500;

/**
 * Settles when the `npx` that started this process has gone. It ends at once when it is asked to, and tells nobody below
 * it: what it started would go on for ever. Where there is none, it never settles.
 */
export async function npxGone(
  env: Readonly<Record<string, string | undefined>>,
  { pid = Deno.ppid, everyMs = EVERY_MS } = {},
): Promise<void> {
  const npx = await npxAbove(env, pid);
  if (npx === null) return await new Promise(() => undefined);
  return await ended(npx, everyMs);
}

/** Returns the process id of the npx that started a process, or null. */
export const npxAbove = (
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): Promise<number | null> =>
  env.npm_command === "exec" ? withRetries(() => findNpx(pid)) : Promise.resolve(null);

/** Settles when a process has ended. Waiting for it keeps nothing running. */
export async function ended(pid: number, everyMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    if (isRunning(pid)) return;
    clearInterval(timer);
    resolve();
  }, everyMs);
  Deno.unrefTimer(timer);
  return await promise;
}

const TRIES = 5;

/** Returns what `look` does, or null where it fails each time: a start does not hang on it. */
async function withRetries<T>(look: () => Promise<T>): Promise<T | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
  }
  return null;
}

/** Returns the process id of the nearest npx above a process, or null. */
async function findNpx(from: number): Promise<number | null> {
  for (let pid: number | undefined = from; pid !== undefined && pid > 0; pid = await parentOf(pid)) {
    const command = await commandLine(pid);
    if (command === undefined) return null;
    if (/(^|\/| )(npx|npx-cli\.js|npm exec)( |$)/.test(command)) return pid;
  }
  return null;
}
