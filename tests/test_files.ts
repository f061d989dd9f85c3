import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The first line of a test file that simulates for many seconds. */
export const SIMULATES = "// Simulates:";

/** Every test file below some paths, from the root and in alphabetical order. */
export async function testFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  const visit = async (path: string): Promise<void> => {
    if (!(await Deno.stat(join(ROOT, path))).isDirectory) return void files.push(path);
    for await (const { name, isDirectory } of Deno.readDir(join(ROOT, path))) {
      if (isDirectory) await visit(join(path, name));
      else if (/_test\.tsx?$/.test(name)) files.push(join(path, name));
    }
  };
  for (const path of paths) await visit(relative(ROOT, join(ROOT, path)));
  return files.sort();
}
