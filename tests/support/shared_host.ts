/** A program: keeps the servers up that test files share, and ends when no test file uses them any more. */
import { join } from "node:path";
import { startTestInstallation } from "./test_installation.ts";
import { isAbsent } from "../../src/embedded/files.ts";
import { sleep } from "../../src/core/deadline.ts";
import { FOLDER } from "./shared_installation.ts";

const LOOK_EVERY_MS = 4_000;
/** Looks in a row that found nobody. A person who runs a test again and again keeps the servers. */
const IDLE_LOOKS = 5;

if (import.meta.main) {
  using host = await Deno.open(join(FOLDER, "host"), { read: true, write: true, create: true });
  if (await host.tryLock(true)) await serve();
}

async function serve(): Promise<void> {
  await remove("announcement.json");
  await remove("failure");
  try {
    const installation = await startTestInstallation({ home: join(FOLDER, "home"), log: console.log });
    const { databaseUrl, temporalAddress } = installation;
    await announce({ databaseUrl, temporalAddress });
    using _users = await nobodyUsesIt(installation.failed); // kept until the end: whoever comes now waits
    await remove("announcement.json");
    await installation.stop();
  } catch (error) {
    await Deno.writeTextFile(join(FOLDER, "failure"), error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** Settles with the users file, locked, once it was free for some time or the servers are beyond help. */
async function nobodyUsesIt(failed: Promise<Error>): Promise<Deno.FsFile> {
  const users = await Deno.open(join(FOLDER, "users"), { read: true, write: true });
  let over = false;
  failed.then(() => over = true);
  for (let looks = 0; looks < IDLE_LOOKS && !over;) {
    await sleep(LOOK_EVERY_MS);
    const free = await users.tryLock(true);
    looks = free ? looks + 1 : 0;
    if (free && looks < IDLE_LOOKS) await users.unlock();
  }
  return users;
}

async function announce(announcement: { databaseUrl: string; temporalAddress: string }): Promise<void> {
  const draft = join(FOLDER, "announcement.new");
  await Deno.writeTextFile(draft, JSON.stringify(announcement), { mode: 0o600 });
  await Deno.rename(draft, join(FOLDER, "announcement.json"));
}

async function remove(name: string): Promise<void> {
  await Deno.remove(join(FOLDER, name)).catch((error) => {
    if (!isAbsent(error)) throw error;
  });
}
