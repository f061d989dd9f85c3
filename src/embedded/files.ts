import { join } from "node:path";

/** Whether an error says that a file, folder or process is not there. */
export function isAbsent(error: unknown): boolean {
  // Reading /proc of a process that ends meanwhile fails with ESRCH, which Deno leaves unnamed.
  return error instanceof Deno.errors.NotFound || (error as { code?: string })?.code === "ESRCH";
}

/** The file's text, or `undefined` if there is no such file. */
export async function readIfThere(...path: string[]): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(join(...path));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The last lines of a log, for an error message; empty if there is none. */
export async function lastLines(path: string, count: number): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).trimEnd().split("\n").slice(-count).join("\n");
  } catch (error) {
    if (isAbsent(error)) return "";
    throw error;
  }
}

/** Keeps one old log beside the current one, so that neither grows for ever. */
export async function rotateLog(path: string, maxBytes = 10_000_000): Promise<void> {
  try {
    if ((await Deno.stat(path)).size > maxBytes) await Deno.rename(path, `${path}.1`);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
