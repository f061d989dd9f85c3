import { join } from "node:path";

/** Another process already runs this installation. */
export class InstallationRunningError extends Error {
  override name = "InstallationRunningError";
  constructor(readonly home: string, readonly owner: LockOwner | undefined) {
    const who = owner ? `process ${owner.pid}, since ${owner.startedAt}` : "another process";
    super(`Cannot start: the installation in "${home}" is already running (${who}); stop it first`);
  }
}

/** The holder of a lock, as it wrote of itself. */
export interface LockOwner {
  pid: number;
  /** ISO 8601, UTC. */
  startedAt: string;
}

export interface Lock {
  /** Frees the home. Safe to call twice. */
  release(): void;
}

/**
 * Makes this process the only one that runs the installation in `home`.
 *
 * The system holds the lock for the open file and drops it when the process dies, however it dies: so there
 * is no stale lock to judge, and no process id that may since belong to somebody else. What the file says is
 * only for the error message.
 * @throws {InstallationRunningError} a living process has it
 */
export async function lockHome(home: string, startedAt: string): Promise<Lock> {
  const path = join(home, "lock");
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  if (!await file.tryLock(true)) {
    file.close();
    throw new InstallationRunningError(home, await readOwner(path));
  }
  const owner: LockOwner = { pid: Deno.pid, startedAt };
  await file.truncate();
  await file.write(new TextEncoder().encode(JSON.stringify(owner)));
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      file.close();
    },
  };
}

/** Returns the process that runs the installation in `home`, or `undefined`. */
export async function lockOwner(home: string): Promise<LockOwner | undefined> {
  const path = join(home, "lock");
  try {
    using file = await Deno.open(path, { read: true, write: true });
    if (await file.tryLock(true)) return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return await readOwner(path);
}

/** The file is written after it is locked, so for an instant it may hold nothing yet. */
async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const { pid, startedAt } = JSON.parse(await Deno.readTextFile(path));
    return { pid, startedAt };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
