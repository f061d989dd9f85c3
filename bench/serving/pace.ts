import { findProgram, runProgram } from "../../src/embedded/programs.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { join } from "node:path";
import { CONNECTIONS, installed, type Load, type Target } from "./wrk.ts";

/** The load tool h2load, which sends at a fixed rate; installed by apt-get where it is not there. */
export const findH2load = (say: (line: string) => void): Promise<void> =>
  installed(say, {
    name: "h2load",
    from: "nghttp2-client",
    look: () => findProgram("h2load", ["--version"], Deno.env.toObject()),
  });

/**
 * Sends the first of the bodies at a fixed rate, over HTTP/1.1. A connection that waits for a late answer sends its next
 * request late, which hides those that should have waited as well: they are added as HdrHistogram does, one for each
 * interval of the connection that an answer took longer. @throws {Error} an answer was not 200
 */
export async function pacedLoad(
  { url, bodies, apiKey, perSecond, seconds }: Target & { perSecond: number; seconds: number },
): Promise<Load> {
  const folder = await temporaryFolder();
  try {
    const body = join(folder.path, "body");
    const log = join(folder.path, "log");
    await Deno.writeTextFile(body, (await Deno.readTextFile(bodies)).split("\n", 1)[0]);
    const each = Math.max(1, Math.round(perSecond / CONNECTIONS));
    const args = [
      "--h1",
      `-c${CONNECTIONS}`,
      "-t1",
      `--rps=${each}`,
      `-D${seconds}`,
      "-d",
      body,
      `--log-file=${log}`,
      "-H",
      "Content-Type: application/json",
      "-H",
      `Authorization: Bearer ${apiKey}`,
      url,
    ];
    await runProgram("h2load", args, { timeoutMs: (seconds + 30) * 1000 });
    return loadOf(await Deno.readTextFile(log), { seconds, intervalMs: 1000 / each });
  } finally {
    await folder.remove();
  }
}

/** Reads h2load's log: a line per request with its start, its status and its time in microseconds. */
function loadOf(log: string, { seconds, intervalMs }: { seconds: number; intervalMs: number }): Load {
  const lines = log.trim().split("\n").map((line) => line.split("\t"));
  const failed = lines.filter(([, status]) => status !== "200");
  if (failed.length > 0) throw new Error(`${failed.length} of ${lines.length} answers were not 200`);
  const latencies = lines.flatMap(([, , us]) => withHidden(Number(us) / 1000, intervalMs)).sort((a, b) =>
    a - b
  );
  const at = (q: number) => latencies[Math.floor(q * (latencies.length - 1))];
  return { perSecond: lines.length / seconds, p50: at(0.5), p99: at(0.99), requests: lines.length };
}

function withHidden(latencyMs: number, intervalMs: number): number[] {
  const hidden = Math.max(0, Math.floor(latencyMs / intervalMs));
  return Array.from({ length: hidden + 1 }, (_, i) => latencyMs - i * intervalMs);
}
