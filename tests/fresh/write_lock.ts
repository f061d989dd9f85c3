/**
 * Writes `deno.fresh.lock`: the npm packages of `deno.lock`, for the same pages on Fresh itself. Fresh's own registry is not
 * asked: what comes from there is added to the file where `deno task dashboard:fresh` first runs (decision 0056).
 */
interface Lock {
  version: string;
  specifiers: Record<string, string>;
  npm: Record<string, unknown>;
  jsr?: Record<string, unknown>;
}

const ROOT = new URL("../../", import.meta.url);

/** The lock file of Fresh's task, as it follows from the lock file of everything else. */
export async function freshLock(): Promise<string> {
  const lock: Lock = JSON.parse(await Deno.readTextFile(new URL("deno.lock", ROOT)));
  const { version, specifiers, npm } = lock;
  return `${JSON.stringify({ version, specifiers, npm }, null, 2)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(new URL("deno.fresh.lock", ROOT), await freshLock());
