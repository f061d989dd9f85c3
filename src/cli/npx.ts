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
  const npx = env.npm_command === "exec" ? await findNpx(pid) : null;
  if (npx === null) return await new Promise(() => undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    if (isRunning(npx)) return;
    clearInterval(timer);
    resolve();
  }, everyMs);
  Deno.unrefTimer(timer);
  return await promise;
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
