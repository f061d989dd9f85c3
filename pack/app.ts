import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What the program may do; the same as in a checkout. */
const RIGHTS = ["net", "read", "write", "env", "run", "ffi", "sys"].map((right) => `--allow-${right}`);

/** Everything of this package: beside the folder that this code is in. */
const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));

/** A command that runs the `perennial` program with these arguments. */
export interface AppCommand {
  command: string;
  args: string[];
}

/**
 * Returns what runs the program. The first time, its sources are copied to the cache and its dependencies installed there:
 * Deno runs no TypeScript below `node_modules`.
 * @param options.cache left out: PERENNIAL_CACHE, else the user's own   @throws {Error} something cannot be had; says what
 */
export function appCommand(
  args: readonly string[],
  { cache = ownCache(), log = () => undefined }: { cache?: string; log?: (line: string) => void } = {},
): AppCommand {
  const deno = findDeno();
  const app = join(cache, "app", readFileSync(join(PACKAGE, "app.sha256"), "utf8").trim().slice(0, 16));
  if (!existsSync(app)) unpack(deno, app, log);
  const config = ["--config", join(app, "deno.json")];
  const main = join(app, "src", "main.ts");
  return { command: deno, args: ["run", "--no-prompt", ...config, ...RIGHTS, main, ...args] };
}

function ownCache(): string {
  const { PERENNIAL_CACHE: cache, XDG_CACHE_HOME: xdg } = process.env;
  if (cache) return resolve(cache);
  return process.getuid?.() === 0
    ? "/var/cache/perennial"
    : join(xdg ?? join(homedir(), ".cache"), "perennial");
}

/** Makes the folder of the program whole or not at all: two processes may begin at once. */
function unpack(deno: string, app: string, log: (line: string) => void): void {
  const draft = `${app}.${process.pid}`;
  log(`Unpacking Perennial to ${app} and installing its dependencies, once`);
  mkdirSync(dirname(app), { recursive: true });
  cpSync(join(PACKAGE, "app"), draft, { recursive: true });
  const done = spawnSync(deno, ["install", "--frozen"], { cwd: draft, encoding: "utf8", env: process.env });
  if (done.status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new Error(`Cannot install the dependencies of Perennial: ${done.stderr || done.error?.message}`);
  }
  try {
    renameSync(draft, app);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(app)) throw error;
  }
}

/** The Deno that runs this, else the one that npm installed beside this package. */
function findDeno(): string {
  if (process.versions.deno) return process.execPath;
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("deno/package.json"));
  const binary = join(folder, process.platform === "win32" ? "deno.exe" : "deno");
  if (existsSync(binary)) return binary;
  const { runInstall } = require(join(folder, "install_api.cjs")) as { runInstall(): string };
  return runInstall(); // npm was told to run no install scripts
}
