/**
 * One real Postgres and one real Temporal for the whole test run.
 *
 * The test command starts them and hands them over as `PERENNIAL_TEST_DATABASE_URL` and
 * `PERENNIAL_TEST_TEMPORAL`. A test file run alone starts them itself, in a process of their own that other
 * files join and that ends soon after the last of them: see `shared_installation.ts`.
 */
import postgres from "postgres";
import { cacheHome } from "../../src/embedded/home.ts";
import { findTemporal } from "../../src/embedded/temporal_binary.ts";
import { createNamespace } from "../../src/embedded/temporal_cli.ts";
import { joinSharedInstallation } from "./shared_installation.ts";

export interface TestInstallation {
  /** The administrator's database; tests use `freshDatabase()`. */
  databaseUrl: string;
  temporalAddress: string;
}

export interface FreshDatabase extends AsyncDisposable {
  url: string;
  /** Drops the database, whoever is still connected. Also called by `await using`. */
  dispose(): Promise<void>;
}

let joined: Promise<TestInstallation> | undefined;

/** The servers that all test files share; started on the first call if nobody did yet. */
export function sharedInstallation(): Promise<TestInstallation> {
  const databaseUrl = Deno.env.get("PERENNIAL_TEST_DATABASE_URL");
  const temporalAddress = Deno.env.get("PERENNIAL_TEST_TEMPORAL");
  if (databaseUrl && temporalAddress) return Promise.resolve({ databaseUrl, temporalAddress });
  return joined ??= joinSharedInstallation();
}

/** Runs `fn` with the shared servers and a database of its own, which is dropped afterwards. */
export async function withInstallation<T>(fn: (installation: TestInstallation) => Promise<T>): Promise<T> {
  const { temporalAddress } = await sharedInstallation();
  await using database = await freshDatabase();
  return await fn({ databaseUrl: database.url, temporalAddress });
}

/** A database, empty or a copy of another one; about 40 ms. With the newest schema: `migratedDatabase()`. */
export async function freshDatabase({ template = "template1" } = {}): Promise<FreshDatabase> {
  const { databaseUrl } = await sharedInstallation();
  const name = freshName("test").replaceAll("-", "_");
  await asAdministrator(databaseUrl, (sql) => sql.unsafe(`create database ${name} template ${template}`));
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const dispose = () =>
    asAdministrator(databaseUrl, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
  return { url: url.href, dispose, [Symbol.asyncDispose]: dispose };
}

/** `<prefix>-<12 hex digits>`: for task queues, workflow ids, anything that other tests must not share. */
export function freshName(prefix: string): string {
  return `${prefix}-${crypto.randomUUID().slice(-12)}`;
}

/** A task queue that no other worker polls. Usually enough to keep two tests apart. */
export function freshTaskQueue(): string {
  return freshName("queue");
}

/** A new namespace with Perennial's search attributes, for tests whose workflow ids are fixed; about 0.3 s. */
export async function freshNamespace(): Promise<string> {
  const { temporalAddress: address } = await sharedInstallation();
  const env = Deno.env.toObject();
  const bin = await findTemporal({ cache: cacheHome({ env, uid: Deno.uid() }), env, log: () => undefined });
  const namespace = freshName("namespace");
  await createNamespace({ bin, address }, namespace);
  return namespace;
}

/** Runs `work` with a connection that may create and drop databases. */
export async function asAdministrator(
  url: string,
  work: (sql: postgres.Sql) => Promise<unknown>,
): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
