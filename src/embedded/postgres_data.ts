import { join } from "node:path";
import { isAbsent, readIfThere } from "./files.ts";
import { type ServerUser, unprivilegedUser } from "./process.ts";
import { runProgram } from "./programs.ts";
import { PostgresUnavailableError } from "./postgres_binaries.ts";
import type { Log } from "./types.ts";

/** Name of the database and of its owner. */
export const DATABASE = "perennial";

/** All that its programs see of ours: a person's `PGDATA` or `PGOPTIONS` is not meant for them. */
const SERVER_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C" };

/** The files of an embedded Postgres. */
export interface PostgresFiles {
  /** Owned by the server's user. */
  folder: string;
  data: string;
  log: string;
  /** Owner-only, and the owner is whoever runs Perennial. */
  password: string;
}

/** The data were written by another major version. */
export class DataVersionError extends Error {
  override name = "DataVersionError";
  constructor(data: string, have: string, need: string) {
    super(
      `Cannot open "${data}": PostgreSQL ${have} wrote it and this is ${need}; back it up with the Perennial that ` +
        "wrote it (perennial backup) and restore that into an empty installation of this one, or start with --fresh",
    );
  }
}

/** What lies in the place of the data cannot be opened, and is not ours to throw away. */
export class DamagedDataError extends Error {
  override name = "DamagedDataError";
}

export function postgresFiles(home: string): PostgresFiles {
  const folder = join(home, "postgres");
  return {
    folder,
    data: join(folder, "data"),
    log: join(folder, "postgres.log"),
    password: join(home, "postgres.password"),
  };
}

/**
 * The user Postgres runs as: ourselves, or, as root, the owner of the data if there are any.
 * @returns `undefined` for ourselves
 * @throws {PostgresUnavailableError} we are root and the system knows no user to become
 */
export async function serverUser(files: PostgresFiles, uid: number | null): Promise<ServerUser | undefined> {
  if (uid !== 0) return undefined;
  try {
    const { uid: owner, gid } = await Deno.stat(files.data);
    if (owner && gid !== null) return { uid: owner, gid };
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  const user = await unprivilegedUser();
  if (!user) {
    throw new PostgresUnavailableError("it refuses to run as root, and there is no user postgres or nobody");
  }
  return user;
}

/**
 * Makes the data folder on the first start. It gets its name only when it is complete, so what a crash left
 * half-finished is recognised and thrown away.
 * @throws {DataVersionError} the data belong to another major version
 * @throws {DamagedDataError} a database is there, and not its version
 */
export async function prepareData(
  files: PostgresFiles,
  { bin, user, log }: { bin: string; user: ServerUser | undefined; log: Log },
): Promise<void> {
  await Deno.mkdir(files.folder, { recursive: true, mode: 0o700 });
  if (user) await Deno.chown(files.folder, user.uid, user.gid);
  const have = (await readIfThere(files.data, "PG_VERSION"))?.trim();
  if (have === undefined) {
    await clearPlace(files, log);
    return await createData(files, { bin, user, log });
  }
  const { output } = await runProgram(join(bin, "bin", "postgres"), ["--version"], {
    timeoutMs: 10_000,
    cwd: "/",
    ...user,
  });
  const need = /(\d+)\.\d+/.exec(output)?.[1] ?? output;
  if (have !== need) throw new DataVersionError(files.data, have, need);
}

/**
 * Moves aside what stands in the place of a database and is none: `initdb` of a start that was killed lives on for a
 * while, and may have taken part of another's work away.
 */
async function clearPlace({ data }: PostgresFiles, log: Log): Promise<void> {
  const names = await namesIn(data);
  if (names.length === 0) return;
  if ((await namesIn(join(data, "global"))).includes("pg_control")) {
    throw new DamagedDataError(
      `Cannot open "${data}": a database is there, but not its file PG_VERSION; restore a backup into another ` +
        "installation (perennial restore), or start with --fresh",
    );
  }
  const aside = `${data}.incomplete-${crypto.randomUUID()}`;
  await Deno.rename(data, aside);
  log(`"${data}" held no database, as after a first start that was killed; it is "${aside}" now`);
}

/** Removes what first starts that were killed left behind; what an `initdb` still writes to goes at a later start. */
async function removeDrafts({ folder, data }: PostgresFiles): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!join(folder, name).startsWith(`${data}.new`)) continue;
    await Deno.remove(join(folder, name), { recursive: true }).catch(() => undefined);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** The password made at the first start. @throws {Error} the data are there and it is not */
export async function readPassword(files: PostgresFiles): Promise<string> {
  const password = (await readIfThere(files.password))?.trim();
  if (password) return password;
  throw new Error(
    `Cannot open "${files.data}": its password file "${files.password}" is gone; restore it, or start with --fresh`,
  );
}

async function createData(
  files: PostgresFiles,
  { bin, user, log }: { bin: string; user: ServerUser | undefined; log: Log },
): Promise<void> {
  const started = performance.now();
  await removeDrafts(files);
  const draft = `${files.data}.new-${crypto.randomUUID()}`; // its own: initdb of a killed start may still run
  const passwordForServer = join(files.folder, "password.new");
  const password = randomPassword();
  await writePrivately(files.password, password);
  await writePrivately(passwordForServer, password);
  if (user) await Deno.chown(passwordForServer, user.uid, user.gid);
  const { ok, output } = await runProgram(
    join(bin, "bin", "initdb"),
    initArguments(draft, passwordForServer),
    {
      timeoutMs: 120_000,
      cwd: files.folder,
      env: SERVER_ENVIRONMENT,
      clearEnv: true,
      ...user,
    },
  );
  await Deno.remove(passwordForServer);
  if (!ok) throw new Error(`Cannot create the database in "${files.data}": initdb says:\n${output}`);
  await createDatabase(draft, { bin, user });
  await Deno.rename(draft, files.data);
  log(
    `Created a PostgreSQL database in "${files.data}" (${
      ((performance.now() - started) / 1000).toFixed(1)
    } s)`,
  );
}

function initArguments(data: string, passwordFile: string): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${DATABASE}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Sorts by code point with rules that Postgres brings along: an upgrade of the system cannot reorder
    // text under an index, and every machine gives the same order.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
  ];
}

const createDatabase = (data: string, how: SingleUser): Promise<void> =>
  runSingle(data, `create database ${DATABASE}`, how);

/** In the place of a password while data of another installation are restored. */
const BEING_RESTORED = "of another installation";

/** Says that what comes into the place of the data is not whole before it has a new password. */
export const markRestoring = (files: PostgresFiles): Promise<void> =>
  writePrivately(files.password, BEING_RESTORED);

/** Whether a restore was cut off: what lies in the place of the data is nobody's. */
export const isHalfRestored = async (files: PostgresFiles): Promise<boolean> =>
  (await readIfThere(files.password))?.trim() === BEING_RESTORED;

/** @throws {DamagedDataError} a restore into the place of the data was cut off */
export async function needWhole(files: PostgresFiles): Promise<void> {
  if (!await isHalfRestored(files)) return;
  throw new DamagedDataError(
    `Cannot open "${files.data}": a restore into it was cut off; run it again, or start with --fresh`,
  );
}

/** Gives the database's owner a new password, of which the server must not run. */
export async function renewPassword(files: PostgresFiles, how: SingleUser): Promise<void> {
  const password = randomPassword();
  await runSingle(files.data, `alter role ${DATABASE} password '${password}'`, how);
  await writePrivately(files.password, password);
}

interface SingleUser {
  bin: string;
  user: ServerUser | undefined;
}

/** Single-user mode needs neither a port nor a password, and leaves nothing running. */
async function runSingle(data: string, statement: string, { bin, user }: SingleUser): Promise<void> {
  const child = new Deno.Command(join(bin, "bin", "postgres"), {
    args: ["--single", "-D", data, "-c", "exit_on_error=on", "postgres"],
    cwd: data,
    env: SERVER_ENVIRONMENT,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
    ...user,
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${statement};\n`));
  await writer.close();
  const { success, stderr } = await child.output();
  if (!success) {
    const [verb, what] = statement.split(" ");
    throw new Error(`Cannot ${verb} the ${what} in "${data}": ${new TextDecoder().decode(stderr).trim()}`);
  }
}

/** 192 bits, safe in a URL as they are. */
function randomPassword(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toHex();
}

async function writePrivately(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  await Deno.chmod(path, 0o600); // the mode above counts for a new file only
}
