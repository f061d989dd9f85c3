/** Prometheus' own judge of metrics and rules, from Debian's package, without installing a server. */
import { join } from "node:path";
import { cacheHome } from "../../src/embedded/home.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { makeFolder } from "../../src/embedded/home.ts";

const FETCH_MS = 5 * 60_000;

/** Returns the path of `promtool`: the system's, the cached one, or one that is fetched now; null: there is none. */
export async function findPromtool(): Promise<string | null> {
  const env = Deno.env.toObject();
  const folder = join(cacheHome({ env, uid: Deno.uid() }), "promtool");
  const cached = join(folder, "usr", "bin", "promtool");
  for (const path of ["promtool", cached]) if (await runs(path)) return path;
  await makeFolder(folder, "PERENNIAL_CACHE", Deno.uid());
  await runProgram("apt-get", ["update"], { timeoutMs: FETCH_MS }).catch(() => undefined);
  const script = "apt-get download prometheus && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb";
  await runProgram("/bin/sh", ["-c", script], { timeoutMs: FETCH_MS, cwd: folder }).catch(() => undefined);
  return await runs(cached) ? cached : null;
}

const runs = (path: string): Promise<boolean> =>
  runProgram(path, ["--version"], { timeoutMs: 10_000 }).then(({ ok }) => ok, () => false);
