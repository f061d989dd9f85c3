import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tmpdir } from "node:os";
import { readIfThere } from "../../src/embedded/files.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";

/** What the host writes once its servers are up. */
export interface Announcement {
  databaseUrl: string;
  temporalAddress: string;
}

/** The first time, Temporal may have to be built. */
const READY_WITHIN_MS = 30 * 60_000;

/** One per user and checkout, so that two checkouts can be tested side by side. */
export const FOLDER = join(
  tmpdir(),
  `perennial-test-${Deno.uid() ?? "user"}-${
    createHash("sha256").update(import.meta.url).digest("hex").slice(0, 8)
  }`,
);

await Deno.mkdir(FOLDER, { recursive: true });
if ((await Deno.stat(FOLDER)).uid !== Deno.uid()) {
  throw new Error(`Cannot use "${FOLDER}": it belongs to somebody else`);
}

/** Locked (shared) by each test file that uses the servers. Opened here, so that no single test "leaks" it. */
const usersFile = await Deno.open(join(FOLDER, "users"), { read: true, write: true, create: true });

/**
 * The servers of whichever test file came first. They run in a process of their own, `shared_host.ts`, which
 * ends when nobody has the users file locked any more: the system drops such a lock with its process.
 */
export async function joinSharedInstallation(): Promise<Announcement> {
  await usersFile.lock(false);
  if (!await announcement()) await startHost();
  let failure: string | undefined;
  let found: Announcement | undefined;
  await waitUntil(async () => {
    failure = await readIfThere(FOLDER, "failure");
    found = await announcement();
    return found !== undefined || failure !== undefined;
  }, { withinMs: READY_WITHIN_MS, everyMs: 50 });
  if (found) return found;
  throw new Error(failure ?? `Cannot start the servers for tests in time; see "${join(FOLDER, "host.log")}"`);
}

/** What a living host announced; a dead one's word does not count. */
async function announcement(): Promise<Announcement | undefined> {
  const text = await readIfThere(FOLDER, "announcement.json");
  if (text === undefined) return undefined;
  using host = await Deno.open(join(FOLDER, "host"), { read: true, write: true });
  return await host.tryLock(true) ? undefined : JSON.parse(text);
}

/** The shell leaves the host running on its own; a host that finds another one at work ends by itself. */
async function startHost(): Promise<void> {
  const script = fileURLToPath(import.meta.resolve("./shared_host.ts"));
  const { ok, output } = await runProgram(
    "/bin/sh",
    [
      "-c",
      '"$0" run --allow-all --quiet "$1" >>"$2" 2>&1 </dev/null &',
      Deno.execPath(),
      script,
      join(FOLDER, "host.log"),
    ],
    { timeoutMs: 10_000, cwd: fileURLToPath(import.meta.resolve("../..")) },
  );
  if (!ok) throw new Error(`Cannot start the servers for tests: ${output}`);
}
