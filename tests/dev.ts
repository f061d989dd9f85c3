/**
 * Runs `perennial up`, and starts it again when a file changes; Ctrl-C ends it with the servers that it started. A
 * change in the middle of a save waits until the folder is quiet. `deno task dev [OPTION OF up ...]`.
 *
 * `deno run --watch` restarts as well, but ends at Ctrl-C without waiting: Postgres and Temporal stayed behind (seen
 * with Deno 2.9.6).
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import settings from "../deno.json" with { type: "json" };

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WATCHED = ["src", "workflows", "activities", "routes", "islands", "components", "static"];
const QUIET_MS = 300;

/** The permissions and the file of `deno task perennial`. */
const command = settings.tasks.perennial.split(" ").slice(1);

/** In a process group of its own: Ctrl-C in a terminal would reach it too, and a second signal ends it at once. */
const start = () =>
  new Deno.Command(Deno.execPath(), {
    args: [...command, "up", ...Deno.args],
    cwd: ROOT,
    stdin: "null",
    detached: true,
  }).spawn();

/** Resolves once a file of the project has changed, and nothing has for a moment. */
async function changed(signal: AbortSignal): Promise<string> {
  const watcher = Deno.watchFs(WATCHED.map((folder) => join(ROOT, folder)));
  signal.addEventListener("abort", () => watcher.close(), { once: true });
  let path = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const { kind, paths } of watcher) {
    if (kind === "access") continue;
    path = paths[0];
    clearTimeout(timer);
    timer = setTimeout(() => watcher.close(), QUIET_MS);
  }
  clearTimeout(timer);
  return path;
}

const interrupt = new AbortController();
Deno.addSignalListener("SIGINT", () => interrupt.abort());
Deno.addSignalListener("SIGTERM", () => interrupt.abort());

while (!interrupt.signal.aborted) {
  const service = start();
  const change = changed(interrupt.signal);
  const ended = await Promise.race([change.then(() => null), service.status]);
  if (ended !== null && !interrupt.signal.aborted) console.error("Perennial ended; waiting for a change");
  const path = await change;
  if (ended === null) service.kill("SIGTERM");
  await service.status;
  if (!interrupt.signal.aborted) console.error(`Starting again: ${path.slice(ROOT.length + 1)} has changed`);
}
