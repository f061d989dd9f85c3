import { isAbsolute, join, resolve } from "node:path";
import type { HostEnvironment } from "./types.ts";

/** Thrown where no home of an installation is known: neither `PERENNIAL_HOME` nor `HOME` names one. */
export class UnknownHomeError extends Error {
  override name = "UnknownHomeError";
  constructor(variable: string) {
    super(`Cannot tell where to keep files: HOME is not set; set ${variable} to a folder you can write to`);
  }
}

/** A folder that must hold our files cannot be made or written. */
export class UnwritableFolderError extends Error {
  override name = "UnwritableFolderError";
  constructor(readonly folder: string, readonly variable: string, override readonly cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Cannot write to "${folder}" (${reason}); free some space there, or set ${variable} to another folder`,
    );
  }
}

/**
 * The folder that holds every installation's state, never made here.
 *
 * `PERENNIAL_HOME`, else the XDG data folder. As root it is `/var/lib/perennial`: Postgres does not run as
 * root, and the user it runs as cannot enter root's own home.
 * @throws {UnknownHomeError} neither is known
 */
export function stateHome({ env, uid }: HostEnvironment): string {
  if (env.PERENNIAL_HOME) return resolve(env.PERENNIAL_HOME);
  if (uid === 0) return "/var/lib/perennial";
  return join(xdgFolder(env.XDG_DATA_HOME, env.HOME, ".local/share", "PERENNIAL_HOME"), "perennial");
}

/**
 * The folder of what can be fetched or built again: server binaries, workflow bundles.
 *
 * `PERENNIAL_CACHE`, else the XDG cache folder; as root `/var/cache/perennial`, for the reason above.
 * @throws {UnknownHomeError} neither is known
 */
export function cacheHome({ env, uid }: HostEnvironment): string {
  if (env.PERENNIAL_CACHE) return resolve(env.PERENNIAL_CACHE);
  if (uid === 0) return "/var/cache/perennial";
  return join(xdgFolder(env.XDG_CACHE_HOME, env.HOME, ".cache", "PERENNIAL_CACHE"), "perennial");
}

/**
 * The folder of one named installation (`default`, `demo`), inside `stateHome()`.
 * @throws {RangeError} the name is not 1 to 40 lower-case letters, digits or hyphens
 */
export function installationHome(hostEnvironment: HostEnvironment, name = "default"): string {
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) {
    throw new RangeError(
      `Cannot name an installation "${name}": use 1 to 40 lower-case letters, digits or hyphens`,
    );
  }
  return join(stateHome(hostEnvironment), name);
}

/**
 * Makes `folder` and proves that a file can be written in it.
 *
 * It is closed to others; root's lets them pass through and list nothing, for then Postgres runs as another user. What
 * must stay private is therefore a file with owner-only rights as well.
 * @throws {UnwritableFolderError} no right to write, no space, or something that is not a folder in the way
 */
export async function makeFolder(folder: string, variable: string, uid: number | null): Promise<void> {
  const probe = join(folder, `.probe-${Deno.pid}`);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: uid === 0 ? 0o711 : 0o700 });
    await Deno.chmod(folder, uid === 0 ? 0o711 : 0o700);
    await Deno.writeFile(probe, new Uint8Array(4096));
    await Deno.remove(probe);
  } catch (cause) {
    throw new UnwritableFolderError(folder, variable, cause);
  }
}

function xdgFolder(
  xdg: string | undefined,
  home: string | undefined,
  below: string,
  variable: string,
): string {
  // The XDG specification says to ignore a relative value.
  if (xdg && isAbsolute(xdg)) return xdg;
  if (!home) throw new UnknownHomeError(variable);
  return join(home, below);
}
