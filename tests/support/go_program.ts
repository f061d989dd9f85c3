/** Programs and files from Go modules, built or fetched once into the project's cache. */
import { join } from "node:path";
import { buildGoProgram, takeTurn } from "../../src/embedded/go_program.ts";
import { cacheHome, makeFolder } from "../../src/embedded/home.ts";
import { findProgram, plainEnvironment, runProgram, tryProgram } from "../../src/embedded/programs.ts";

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
  using _turn = await takeTurn(folder, name, console.log);
  if (await isThere()) return target; // another process built it meanwhile
  const built = await buildGoProgram(target, {
    name: `${name} ${version}`,
    goPackage: `${path}@${version}`,
    takes: "some minutes on two cores",
    env,
    log: console.log,
  });
  if ("reason" in built) console.error(`Cannot build ${name} ${version}: ${built.reason}`);
  return "path" in built && await isThere() ? target : null;
}

/** Returns the folder of a module's sources, fetched on the first call; null: they cannot be fetched here. */
export async function goModule(module: string, version: string): Promise<string | null> {
  const env = Deno.env.toObject();
  const go = await findProgram("go", ["version"], env);
  if ("reason" in go) return null;
  const args = ["mod", "download", "-json", `${module}@${version}`];
  const { ok, output } = await runProgram(go.path, args, { timeoutMs: FETCH_MS, env: plainEnvironment(env) });
  if (!ok) console.error(`go ${args.join(" ")}: ${output.split("\n").slice(-3).join(" ")}`);
  return ok ? JSON.parse(output).Dir ?? null : null;
}
