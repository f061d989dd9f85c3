import { join } from "node:path";
import { messageOf } from "../core/errors.ts";
import { findProgram, type Found, plainEnvironment, runProgram } from "./programs.ts";
import {
  archiveFor,
  fetchArchive,
  type PinnedArchive,
  TEMPORAL_CLI_VERSION,
  unpackFile,
} from "./temporal_archive.ts";
import type { HostEnvironment, Log } from "./types.ts";

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

/**
 * Fetches the official archive, checks it against its pinned sum, and puts the program into `target`.
 * @param options.archive left out: that of this system
 */
export async function downloadTemporal(
  target: string,
  { env, log, archive = archiveFor(Deno.build) }: FetchOptions & { archive?: PinnedArchive | null },
): Promise<Found> {
  if (archive === null) return { reason: `no archive is pinned for ${Deno.build.os} on ${Deno.build.arch}` };
  log(`Downloading Temporal ${TEMPORAL_CLI_VERSION}, once`);
  return await inDraftFolder(`${target}.download`, async (draft) => {
    try {
      const packed = join(draft, "temporal.tar.gz");
      const proxy = env.HTTPS_PROXY ?? env.https_proxy;
      await fetchArchive(archive, packed, {
        stalledMs: DOWNLOAD_STALLED_MS,
        withinMs: DOWNLOAD_MAX_MS,
        proxy,
      });
      const program = join(draft, "temporal");
      await unpackFile(packed, "temporal", program);
      return await install(program, target);
    } catch (error) {
      const reason = messageOf(error);
      log(`The download did not work: ${reason}`);
      return { reason };
    }
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
