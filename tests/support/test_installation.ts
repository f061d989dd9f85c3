import { cacheHome } from "../../src/embedded/home.ts";
import { startInstallation } from "../../src/embedded/installation.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { join } from "node:path";
import type { Installation, Log } from "../../src/embedded/types.ts";

/** An installation for a test run, with what the test command hands on to `deno test`. */
export interface StartedForTests extends Installation {
  env: { PERENNIAL_TEST_DATABASE_URL: string; PERENNIAL_TEST_TEMPORAL: string };
  /** the processes of both servers */
  pids: number[];
}

/**
 * Starts Postgres and Temporal for tests, on ports of their own, so that those a person works with are never
 * touched. `stop()` removes its folder too. They flush nothing: much of the time of tests would be waiting for the disk.
 */
export async function startTestInstallation(
  { home, log = () => undefined }: { home?: string; log?: Log } = {},
): Promise<StartedForTests> {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, ...env } = Deno.env.toObject();
  const uid = Deno.uid();
  const folder = home ?? await Deno.makeTempDir({ prefix: "perennial-test-" });
  const ports = { postgres: await freePort(), temporal: await freePort(), temporalUi: await freePort() };
  const cache = cacheHome({ env, uid });
  const flushes = false; // they end with the tests
  const installation = await startInstallation({ env, uid, home: folder, cache, log, ports, flushes });
  return {
    ...installation,
    env: {
      PERENNIAL_TEST_DATABASE_URL: installation.databaseUrl,
      PERENNIAL_TEST_TEMPORAL: installation.temporalAddress,
    },
    pids: await Promise.all([
      pidIn(folder, "postgres", "data", "postmaster.pid"),
      pidIn(folder, "temporal.pid"),
    ]),
    async stop() {
      await installation.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const pidIn = async (...path: string[]): Promise<number> =>
  Number((await Deno.readTextFile(join(...path))).split("\n")[0]);
