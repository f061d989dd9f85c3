import { join } from "node:path";
import { cacheHome } from "../../src/embedded/home.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { startPostgres } from "../../src/embedded/postgres.ts";
import { onEnd } from "./cleanup.ts";

/** Starts a Postgres below a folder, for one bench alone; it also ends with the bench. */
export async function benchPostgres(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const env = Deno.env.toObject();
  const uid = Deno.uid();
  const home = join(folder, "home");
  await Deno.mkdir(home);
  await Deno.chmod(home, 0o711); // Postgres' own user passes through
  const port = await freePort();
  const postgres = await startPostgres({
    home,
    cache: cacheHome({ env, uid }),
    uid,
    port,
    log: () => undefined,
  });
  return { url: postgres.url, stop: onEnd(() => postgres.stop()) };
}
