import { basename, join } from "node:path";
import { findProgram, type Found, plainEnvironment, runProgram } from "./programs.ts";
import { waitUntil } from "./waiting.ts";
import type { HostEnvironment, Log } from "./types.ts";

const BUILD_MAX_MS = 30 * 60_000;
const BUILD_NEWS_MS = 30_000;
/** Another process may be downloading, then building. */
const TURN_WITHIN_MS = 40 * 60_000;

interface GoBuild extends Pick<HostEnvironment, "env"> {
  /** with its version, for the log */
  name: string;
  /** package of the program, `module/path@version`; its last part names the program */
  goPackage: string;
  /** how long it takes, for the log */
  takes: string;
  log: Log;
}

/** Builds a program from its published module into `target`. */
export async function buildGoProgram(
  target: string,
  { name, goPackage, takes, env, log }: GoBuild,
): Promise<Found> {
  const go = await findProgram("go", ["version"], env);
  if (!("path" in go)) return { reason: `Go is needed to build it: ${go.reason}` };
  log(`Building ${name} with Go, once: ${takes}`);
  const started = performance.now();
  const minutes = () => `${((performance.now() - started) / 60_000).toFixed(1)} min`;
  const news = setInterval(() => log(`Still building ${name}: ${minutes()}`), BUILD_NEWS_MS);
  try {
    return await inDraftFolder(`${target}.build`, async (draft) => {
      const { ok, output } = await runProgram(go.path, ["install", "-ldflags=-s -w", goPackage], {
        timeoutMs: BUILD_MAX_MS,
        env: { ...plainEnvironment(env), GOBIN: draft },
        clearEnv: true,
      });
      if (!ok) return { reason: output.split("\n").slice(-3).join(" ") };
      log(`Built ${name} in ${minutes()}`);
      return await install(join(draft, basename(goPackage.split("@")[0])), target);
    });
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) return { reason: error.message };
    throw error;
  } finally {
    clearInterval(news);
  }
}

/** Waits until nobody else fetches or builds into a folder. The system frees the turn when its holder dies. */
export async function takeTurn(folder: string, name: string, log: Log): Promise<Deno.FsFile> {
  const file = await Deno.open(join(folder, "lock"), { write: true, create: true });
  if (await file.tryLock(true)) return file;
  log(`Another process is getting ${name}; waiting for it`);
  if (await waitUntil(() => file.tryLock(true), { withinMs: TURN_WITHIN_MS, everyMs: 500 })) return file;
  file.close();
  throw new Error(`Cannot get ${name}: another process has been at it in "${folder}" for too long`);
}

/** Only a finished binary gets the final name: a crash half-way leaves a draft, which the next try empties. */
export async function inDraftFolder(
  draft: string,
  fill: (draft: string) => Promise<Found>,
): Promise<Found> {
  await emptyFolder(draft);
  try {
    return await fill(draft);
  } finally {
    await Deno.remove(draft, { recursive: true });
  }
}

async function emptyFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(path, { recursive: true });
}

/** Gives a finished program its name. */
export async function install(file: string, target: string): Promise<Found> {
  await Deno.chmod(file, 0o755);
  await Deno.rename(file, target);
  return { path: target };
}
