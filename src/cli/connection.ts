import { join } from "node:path";
import { isLoopback } from "../api/access.ts";
import { readConfig } from "../config/environment.ts";
import { stateHome, UnknownHomeError } from "../embedded/home.ts";
import { lockOwner } from "../embedded/lock.ts";
import { keyFile, readKey } from "../app/security/key_file.ts";
import { UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

/** The address of a service, and its key as far as this machine has one. */
interface Connection {
  url: string;
  apiKey: string | undefined;
}

/**
 * Finds the installation: `url`, else PERENNIAL_URL, else this machine at PERENNIAL_PORT (8000). The key is
 * PERENNIAL_API_KEY; for an address of this machine alone, else the one of the installation that runs here, else of any
 * that ran here.
 */
export async function findConnection(
  hostEnvironment: Pick<Io, "env" | "uid">,
  url?: string,
): Promise<Connection> {
  const config = readConfig(hostEnvironment.env);
  const scheme = config.PERENNIAL_TLS_CERT === undefined ? "http" : "https";
  const own = config.PERENNIAL_URL ?? `${scheme}://127.0.0.1:${config.PERENNIAL_PORT}`;
  const address = url === undefined ? own : checkedUrl(url);
  const key = config.PERENNIAL_API_KEY ??
    (isThisMachine(address) ? await keyOnThisMachine(hostEnvironment) : undefined);
  return { url: address, apiKey: key };
}

/** @throws {UsageError} it is no address of a web server, as "localhost:8000" is none */
function checkedUrl(url: string): string {
  if (/^https?:\/\/./.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`Cannot use --url "${url}": need an address such as http://127.0.0.1:8000`);
}

/** Tells whether an address is this machine's own: a key that lies here is sent nowhere else. */
const isThisMachine = (address: string): boolean =>
  URL.canParse(address) && isLoopback(new URL(address).hostname);

/** An installation found on this machine. */
interface FoundInstallation {
  name: string;
  home: string;
  /** whether a process runs it now */
  alive: boolean;
}

/** The installations of this machine's user: the running ones first, then by name. */
export async function findInstallations(
  hostEnvironment: Pick<Io, "env" | "uid">,
): Promise<FoundInstallation[]> {
  const installations: FoundInstallation[] = [];
  try {
    const state = stateHome(hostEnvironment);
    for await (const { name, isDirectory } of Deno.readDir(state)) {
      const home = join(state, name);
      if (isDirectory) {
        installations.push({
          name,
          home,
          alive: await orIfDenied(async () => await lockOwner(home) !== undefined, false),
        });
      }
    }
  } catch (error) {
    if (!(error instanceof UnknownHomeError) && !isOutOfReach(error)) throw error;
  }
  return installations.sort((a, b) => Number(b.alive) - Number(a.alive) || (a.name < b.name ? -1 : 1));
}

async function keyOnThisMachine(hostEnvironment: Pick<Io, "env" | "uid">): Promise<string | undefined> {
  for (const { home } of await findInstallations(hostEnvironment)) {
    const key = await orIfDenied(() => readKey(keyFile(home)), null);
    if (key !== null) return key;
  }
}

/** Another user's installation is none of ours: what may not be read is as if it were not there. */
async function orIfDenied<T>(look: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (isOutOfReach(error)) return otherwise;
    throw error;
  }
}

const isOutOfReach = (error: unknown) =>
  error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound ||
  error instanceof Deno.errors.NotCapable;
