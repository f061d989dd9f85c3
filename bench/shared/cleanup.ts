type Undo = () => unknown;
const pending = new Set<Undo>();

/** Has `undo` run when the bench is interrupted. @returns runs it now, once */
export function onEnd(undo: Undo): () => Promise<void> {
  let done: Promise<void> | undefined;
  const once = () =>
    done ??= Promise.resolve(undo()).then(() => undefined).finally(() => pending.delete(once));
  pending.add(once);
  return once;
}

/** What `onEnd` returned is not needed any more: it ended by itself. */
export const forget = (undo: Undo): void => void pending.delete(undo);

/** Undoes what is still there, newest first: servers must not outlive the bench. */
export async function cleanUp(): Promise<void> {
  for (const undo of [...pending].reverse()) {
    try {
      await undo();
    } catch (error) {
      console.error(`Cannot clean up: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** Cleans up and ends the process on Ctrl-C, on SIGTERM, and when `withinMs` have passed. @returns calls it off */
export function guard(name: string, withinMs: number): () => void {
  let ending = false;
  const end = async (why: string) => {
    if (ending) Deno.exit(130);
    ending = true;
    console.error(`${name}: ${why}; stopping`);
    await cleanUp();
    Deno.exit(1);
  };
  const interrupted = () => void end("interrupted");
  Deno.addSignalListener("SIGINT", interrupted);
  Deno.addSignalListener("SIGTERM", interrupted);
  const timer = setTimeout(() => void end(`not done within ${withinMs / 60_000} minutes`), withinMs);
  return () => {
    clearTimeout(timer);
    Deno.removeSignalListener("SIGINT", interrupted);
    Deno.removeSignalListener("SIGTERM", interrupted);
  };
}

/** A folder for the length of a bench, which a database's own user can pass through. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await Deno.makeTempDir({ prefix: "perennial-bench-" });
  await Deno.chmod(path, 0o755);
  const remove = onEnd(() => Deno.remove(path, { recursive: true }));
  return { path, remove };
}
