import { join } from "node:path";
import { messageOf } from "../core/errors.ts";
import { buildGoProgram, inDraftFolder, install } from "./go_program.ts";
import type { Found } from "./programs.ts";
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
export const buildTemporal = (target: string, { env, log }: FetchOptions): Promise<Found> =>
  buildGoProgram(target, {
    name: `Temporal ${TEMPORAL_CLI_VERSION}`,
    goPackage: GO_PACKAGE,
    takes: "3 to 5 minutes on two cores",
    env,
    log,
  });
