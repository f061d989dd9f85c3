import { join } from "node:path";

/** The file that holds an installation's key, readable by its owner only. */
export const keyFile = (home: string): string => join(home, "api-key");

/** The key in a file, or null where there is none. */
export async function readKey(path: string): Promise<string | null> {
  try {
    return (await Deno.readTextFile(path)).trim() || null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
