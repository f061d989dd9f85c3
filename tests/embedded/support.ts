import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { cacheHome } from "../../src/embedded/home.ts";

/** The outside world without the servers of whoever runs the tests. */
export function hostEnvironment(): { env: Record<string, string>; uid: number | null; cache: string } {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, ...env } = Deno.env.toObject();
  const uid = Deno.uid();
  return { env, uid, cache: cacheHome({ env, uid }) };
}

/** Runs `fn` with an empty folder that Postgres' own user may enter, and removes it. */
export async function withFolder<T>(fn: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-embedded-" });
  try {
    await Deno.chmod(folder, 0o755);
    return await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export async function withSql<T>(url: string, fn: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await fn(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Starts one of this folder's programs and waits for its first line of output. */
export async function startProgram(
  name: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ pid: number; line: string; kill(): Promise<void> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      "--no-check",
      fileURLToPath(import.meta.resolve(`./${name}`)),
      ...args,
    ],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`"${name}" ended before it printed anything`);
    line += value;
  }
  return {
    pid: child.pid,
    line: line.trim(),
    /** As a crash would: no handler runs. */
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}
