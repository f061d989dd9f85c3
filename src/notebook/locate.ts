import { join } from "node:path";
import { findInstallations } from "../cli/connection.ts";
import { installationHome } from "../embedded/home.ts";
import { runningPostgres } from "../embedded/postgres.ts";
import type { HostEnvironment } from "../embedded/types.ts";

/** The location of an installation's past. */
export interface Located {
  databaseUrl: string;
  /** folder of its sealed files */
  artefacts: string;
  /** in words, without the password */
  what: string;
}

/** There is no installation whose past could be read. */
export class NoHistoryError extends Error {
  override name = "NoHistoryError";
  constructor() {
    super(
      "Cannot find an installation to read: none runs here and DATABASE_URL is not set; " +
        "run deno task demo or deno task up first, then deno task notebook",
    );
  }
}

/** The past that `DATABASE_URL` names, else that of an installation which runs here. @throws {NoHistoryError} neither is there */
export async function locateHistory(hostEnvironment: HostEnvironment): Promise<Located> {
  const located = named(hostEnvironment) ?? await running(hostEnvironment);
  if (!located) throw new NoHistoryError();
  return located;
}

function named(hostEnvironment: HostEnvironment): Located | undefined {
  const { DATABASE_URL, PERENNIAL_ARTEFACTS } = hostEnvironment.env;
  if (!DATABASE_URL) return undefined;
  const artefacts = PERENNIAL_ARTEFACTS || join(installationHome(hostEnvironment), "artefacts");
  return { databaseUrl: DATABASE_URL, artefacts, what: "the database that DATABASE_URL names" };
}

async function running(hostEnvironment: HostEnvironment): Promise<Located | undefined> {
  for (const { name, home, alive } of await findInstallations(hostEnvironment)) {
    const databaseUrl = alive ? await runningPostgres(home) : undefined;
    if (!databaseUrl) continue;
    const artefacts = hostEnvironment.env.PERENNIAL_ARTEFACTS || join(home, "artefacts");
    return { databaseUrl, artefacts, what: `the running installation "${name}"` };
  }
}
