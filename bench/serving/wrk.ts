import { fileURLToPath } from "node:url";
import { findProgram, runProgram } from "../../src/embedded/programs.ts";

/** Where requests go. */
export interface Target {
  readonly url: string;
  /** file with one body per line */
  readonly bodies: string;
  readonly apiKey?: string;
}

/** What a load found. */
export interface Load {
  readonly perSecond: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
}

export const CONNECTIONS = 32;
const INSTALL_MS = 5 * 60_000;

/** Installs a program by apt-get where it is not there. @throws {Error} it cannot be had */
export async function installed(
  say: (line: string) => void,
  { name, from, look }: { name: string; from: string; look: () => ReturnType<typeof findProgram> },
): Promise<void> {
  const isThere = async () => {
    const found = await look();
    return "path" in found || found.reason !== "not there";
  };
  if (await isThere()) return;
  say(`Installing the load tool ${name} by apt-get`);
  for (const args of [["update"], ["install", "-y", from]]) {
    await runProgram("apt-get", args, { timeoutMs: INSTALL_MS }).catch(() => undefined); // told below, if it matters
  }
  if (!await isThere()) throw new Error(`Cannot measure: install ${name} first (package ${from})`);
}

/** The load tool wrk, which sends as fast as it can. */
export const findWrk = (say: (line: string) => void): Promise<void> =>
  installed(say, {
    name: "wrk",
    from: "wrk",
    look: () =>
      findProgram(
        "wrk",
        ["-t1", "-c1", "-d1s", "--timeout", "1s", "http://127.0.0.1:9"],
        Deno.env.toObject(),
      ),
  });

/** As many requests as 32 connections can make. @throws {Error} an answer was not 2xx, or a connection failed */
export async function fullLoad({ url, bodies, apiKey = "" }: Target, seconds: number): Promise<Load> {
  const script = fileURLToPath(new URL("post.lua", import.meta.url));
  const args = [
    "-t1",
    `-c${CONNECTIONS}`,
    `-d${seconds}s`,
    "--timeout",
    "10s",
    "-s",
    script,
    url,
    "--",
    bodies,
    apiKey,
  ];
  const { output } = await runProgram("wrk", args, { timeoutMs: (seconds + 30) * 1000 });
  const line = output.split("\n").find((text) => text.startsWith("JSON "));
  if (!line) throw new Error(`Cannot read what wrk says: ${output}`);
  const { requests, us, p50, p99, failed } = JSON.parse(line.slice(5));
  if (failed > 0) throw new Error(`${failed} of ${requests} requests to ${url} failed: ${output}`);
  return { perSecond: requests / (us / 1e6), p50, p99, requests };
}
