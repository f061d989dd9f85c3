/**
 * Runs the tests that start nothing, in well under a minute. Which these are follows from what a test file imports,
 * directly or by way of others: see `fast_choice.ts`. `deno task test:fast [PATH ...] [FLAG ...]`.
 */
import { factReader, startedBy } from "./fast_choice.ts";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Every test file below some paths, in alphabetical order. */
async function testFiles(paths: readonly string[]): Promise<string[]> {
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

/** The test files below some paths that start nothing. */
export async function fastFiles(paths: readonly string[] = ["tests"]): Promise<string[]> {
  const factsOf = factReader();
  const fast: string[] = [];
  for (const file of await testFiles(paths)) {
    if (await startedBy(file, factsOf) === null) fast.push(file);
  }
  return fast;
}

if (import.meta.main) {
  const flags = Deno.args.filter((arg) => arg.startsWith("-"));
  const paths = Deno.args.filter((arg) => !arg.startsWith("-"));
  const files = await fastFiles(paths.length > 0 ? paths : ["tests"]);
  const args = ["test", "-A", "--no-check", "--parallel", ...flags, ...files];
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" }).spawn().status;
  Deno.exit(code);
}
