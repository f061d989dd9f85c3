import { join } from "node:path";
import { TEMPORAL_CLI_VERSION } from "./temporal_archive.ts";
import { buildTemporal, downloadTemporal, TEMPORAL_BUILD } from "./temporal_fetch.ts";
import { takeTurn } from "./go_program.ts";
import { findProgram, type Found, tryProgram } from "./programs.ts";
import type { HostEnvironment, Log } from "./types.ts";

/** None of the ways to a Temporal server led anywhere. */
export class TemporalUnavailableError extends Error {
  override name = "TemporalUnavailableError";
  constructor(readonly tried: readonly string[]) {
    super(
      [
        "Cannot find or get a Temporal server. Tried, in this order:",
        ...tried.map((attempt) => `  - ${attempt}`),
        "Any one of these helps: install Temporal's command line or Go, let this machine download, " +
        "or set TEMPORAL_ADDRESS to a running server",
      ].join("\n"),
    );
  }
}

interface FindOptions extends Pick<HostEnvironment, "env"> {
  cache: string;
  log: Log;
}

/**
 * The path of a `temporal` program that runs: on the PATH, in the cache, downloaded, or built with Go.
 *
 * Two processes that look at once wait for each other, so that it is fetched or built only once.
 * @throws {TemporalUnavailableError} nothing worked; it lists what was tried
 */
export async function findTemporal({ cache, env, log }: FindOptions): Promise<string> {
  const folder = join(cache, "temporal", TEMPORAL_CLI_VERSION);
  const target = join(folder, "temporal");
  const tried: string[] = [];
  const pathOf = (name: string, program: Found) => {
    if ("path" in program) return program.path;
    tried.push(`${name}: ${program.reason}`);
  };
  const ready = pathOf("`temporal` on the PATH", await findProgram("temporal", ["--version"], env)) ??
    pathOf(`a copy in "${folder}"`, await tryProgram(target, ["--version"], env));
  if (ready) return ready;

  await Deno.mkdir(folder, { recursive: true });
  using _turn = await takeTurn(folder, "the Temporal server", log);
  const meanwhile = await tryProgram(target, ["--version"], env);
  if ("path" in meanwhile) return meanwhile.path;
  const downloaded = pathOf("official download", await downloadTemporal(target, { env, log })) ??
    pathOf(TEMPORAL_BUILD, await buildTemporal(target, { env, log }));
  if (downloaded) return downloaded;
  throw new TemporalUnavailableError(tried);
}
