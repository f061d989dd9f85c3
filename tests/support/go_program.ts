/** Programs and files from Go modules, built or fetched once into the project's cache. */
import { join } from "node:path";
import { cacheHome, makeFolder } from "../../src/embedded/home.ts";
import { findProgram, plainEnvironment, runProgram, tryProgram } from "../../src/embedded/programs.ts";

const BUILD_MS = 30 * 60_000;
const FETCH_MS = 5 * 60_000;

/** A program in a Go module. */
interface GoProgram {
  name: string;
  /** of its main package */
  path: string;
  version: string;
  /** with which it runs to its end */
  probe: readonly string[];
}

/** Returns the path of a program that `go install` builds on the first call; null: it cannot be built here. */
export async function goProgram({ name, path, version, probe }: GoProgram): Promise<string | null> {
  const env = Deno.env.toObject();
  const folder = join(cacheHome({ env, uid: Deno.uid() }), name, version);
  const target = join(folder, path.split("/").at(-1)!);
  const isThere = async () => "path" in await tryProgram(target, probe, env);
  if (await isThere()) return target;
  await makeFolder(folder, "PERENNIAL_CACHE", Deno.uid());
  using turn = await Deno.open(join(folder, "lock"), { write: true, create: true });
  await turn.lock(true);
  if (await isThere()) return target; // another process built it meanwhile
  console.log(`Building ${name} ${version} with Go, once: some minutes on two cores`);
  const built = await runGo(["install", "-ldflags=-s -w", `${path}@${version}`], BUILD_MS, { GOBIN: folder });
  if (built === null || !await isThere()) return null;
  return target;
}

/** Returns the folder of a module's sources, fetched on the first call; null: they cannot be fetched here. */
export async function goModule(module: string, version: string): Promise<string | null> {
  const answer = await runGo(["mod", "download", "-json", `${module}@${version}`], FETCH_MS);
  return answer === null ? null : JSON.parse(answer).Dir ?? null;
}

/** Returns what Go printed; null: there is no Go, or it failed, and said so. */
async function runGo(
  args: readonly string[],
  timeoutMs: number,
  more: Record<string, string> = {},
): Promise<string | null> {
  const env = Deno.env.toObject();
  const go = await findProgram("go", ["version"], env);
  if ("reason" in go) return null;
  const { ok, output } = await runProgram(go.path, args, {
    timeoutMs,
    env: { ...plainEnvironment(env), ...more },
  });
  if (!ok) console.error(`go ${args.join(" ")}: ${output.split("\n").slice(-3).join(" ")}`);
  return ok ? output : null;
}
