import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram, type Found, plainEnvironment, runProgram } from "./programs.ts";
import type { HostEnvironment, Log } from "./types.ts";

/** The release that is downloaded or built. Later tags hold a `replace` directive, which `go install` refuses. */
export const TEMPORAL_CLI_VERSION = "v1.5.1";
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@${TEMPORAL_CLI_VERSION}`;
/** The commands that do the same as `buildTemporal()`. */
export const TEMPORAL_BUILD = `go install ${GO_PACKAGE}`;

/** A download that has not moved for this long is given up; one that moves, after `DOWNLOAD_MAX_MS`. */
const DOWNLOAD_STALLED_MS = 20_000;
const DOWNLOAD_MAX_MS = 10 * 60_000;
const BUILD_MAX_MS = 30 * 60_000;
const BUILD_NEWS_MS = 30_000;

interface FetchOptions extends Pick<HostEnvironment, "env"> {
  log: Log;
}

/** Fetches the official binary into `target` with the SDK's own downloader, in a process that can be ended. */
export async function downloadTemporal(target: string, { env, log }: FetchOptions): Promise<Found> {
  log(`Downloading Temporal ${TEMPORAL_CLI_VERSION}, once`);
  return await inDraftFolder(`${target}.download`, async (draft) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", here("./download_temporal.ts"), TEMPORAL_CLI_VERSION, draft],
      cwd: here("../.."), // where the import map is
      env: plainEnvironment(env),
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const watch = endWhenStalled(child, draft);
    const { success, stderr } = await child.output();
    watch.end();
    const file = success ? await largestFile(draft) : undefined;
    if (file) return await install(file, target);
    const reason = watch.stalled()
      ? "no data came for too long"
      : rootCause(new TextDecoder().decode(stderr));
    log(`The download did not work: ${reason}`);
    return { reason };
  });
}

/** Builds it from source into `target`. The module mirror is often open where other downloads are not. */
export async function buildTemporal(target: string, { env, log }: FetchOptions): Promise<Found> {
  const go = await findProgram("go", ["version"], env);
  if (!("path" in go)) return { reason: `Go is needed to build it: ${go.reason}` };
  log(`Building Temporal ${TEMPORAL_CLI_VERSION} with Go, once: 3 to 5 minutes on two cores`);
  const started = performance.now();
  const minutes = () => `${((performance.now() - started) / 60_000).toFixed(1)} min`;
  const news = setInterval(() => log(`Still building Temporal: ${minutes()}`), BUILD_NEWS_MS);
  try {
    return await inDraftFolder(`${target}.build`, async (draft) => {
      const { ok, output } = await runProgram(go.path, ["install", "-ldflags=-s -w", GO_PACKAGE], {
        timeoutMs: BUILD_MAX_MS,
        env: { ...plainEnvironment(env), GOBIN: draft },
        clearEnv: true,
      });
      if (!ok) return { reason: output.split("\n").slice(-3).join(" ") };
      log(`Built Temporal in ${minutes()}`);
      return await install(join(draft, "temporal"), target);
    });
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) return { reason: error.message };
    throw error;
  } finally {
    clearInterval(news);
  }
}

/** Only a finished binary gets the final name: a crash half-way leaves a draft, which the next try empties. */
async function inDraftFolder(draft: string, fill: (draft: string) => Promise<Found>): Promise<Found> {
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

async function install(file: string, target: string): Promise<Found> {
  await Deno.chmod(file, 0o755);
  await Deno.rename(file, target);
  return { path: target };
}

function endWhenStalled(child: Deno.ChildProcess, folder: string): { stalled(): boolean; end(): void } {
  const started = performance.now();
  let [size, grewAt, stalled] = [0, started, false];
  const timer = setInterval(async () => {
    const current = await folderSize(folder);
    const now = performance.now();
    if (current > size) [size, grewAt] = [current, now];
    stalled = now - grewAt > DOWNLOAD_STALLED_MS || now - started > DOWNLOAD_MAX_MS;
    if (!stalled) return;
    clearInterval(timer);
    child.kill("SIGKILL");
  }, 1_000);
  return { stalled: () => stalled, end: () => clearInterval(timer) };
}

async function filesBySize(folder: string): Promise<{ path: string; size: number }[]> {
  const files: { path: string; size: number }[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isFile) files.push({ path, size: (await Deno.stat(path)).size });
  }
  return files.sort((a, b) => b.size - a.size);
}

async function largestFile(folder: string): Promise<string | undefined> {
  return (await filesBySize(folder))[0]?.path;
}

async function folderSize(folder: string): Promise<number> {
  return (await filesBySize(folder)).reduce((sum, { size }) => sum + size, 0);
}

/** The SDK's message repeats itself from the outermost error inward; the innermost one says what is wrong. */
function rootCause(output: string): string {
  const line = output.split("\n").find((line) => /rror/.test(line)) ?? output.trim();
  return line.slice(line.lastIndexOf("(Connect)") + 1).replace(/^Connect\):\s*/, "").replace(/\]\s*$/, "")
    .trim();
}

function here(path: string): string {
  return fileURLToPath(import.meta.resolve(path));
}
