/** Processor time: it says the same on a busy machine as on a quiet one, where the clock on the wall does not. */
import { execFile } from "node:child_process";
import process from "node:process";
import type { Sql } from "../../src/db/connect.ts";

const TICKS_PER_SECOND = 100;

/** Seconds that this process and a Postgres server have worked since they began; null: only Linux tells. */
export async function workedSeconds(sql: Sql): Promise<number | null> {
  const own = process.cpuUsage();
  const server = await serverSeconds(sql);
  return server === null ? null : (own.user + own.system) / 1e6 + server;
}

/** Seconds that a Postgres server has worked, in all its processes; null: only Linux tells. */
export async function serverSeconds(sql: Sql): Promise<number | null> {
  const [{ pid }] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const all = (await statsOfAll()).map(processOf);
  const server = all.find((one) => one.pid === String(pid))?.parent;
  if (server === undefined) return null;
  const ticks = all.map(({ pid, parent, own, ended }) =>
    pid === server ? own + ended : parent === server ? own : 0
  );
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

/**
 * Seconds that a process and all below it have worked, those that ended included; of this one, only those that live, so
 * that a peer it ran does not count. Null: only Linux tells.
 */
export async function treeSeconds(root = process.pid): Promise<number | null> {
  const all = (await statsOfAll()).map(processOf);
  if (!all.some(({ pid }) => pid === String(root))) return null;
  const below = (parent: string): number =>
    all.filter((one) => one.parent === parent)
      .reduce((sum, { pid, own, ended }) => sum + own + ended + below(pid), 0);
  const { own, ended } = all.find(({ pid }) => pid === String(root))!;
  return (own + (root === process.pid ? 0 : ended) + below(String(root))) / TICKS_PER_SECOND;
}

/** A line of `/proc/PID/stat` each. Deno reads these files only where all is allowed, which a bench does not ask for. */
function statsOfAll(): Promise<string[]> {
  return new Promise((resolve) =>
    execFile(
      "sh",
      ["-c", "cat /proc/[0-9]*/stat 2>/dev/null"],
      (_error, text) => resolve(text.split("\n").filter((line) => line !== "")),
    )
  );
}

/** Its parent, and the ticks of itself and of its children that have ended. */
function processOf(stat: string): { pid: string; parent: string; own: number; ended: number } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = (first: number) => Number(fields[first]) + Number(fields[first + 1]);
  return { pid: stat.split(" ", 1)[0], parent: fields[1], own: ticks(11), ended: ticks(13) };
}
