/**
 * Runs the tests that start nothing, in well under a minute. Which these are follows from what a test file imports,
 * directly or by way of others: see `fast_choice.ts`. `deno task test:fast [PATH ...] [FLAG ...]`.
 */
import { factReader, startedBy } from "./fast_choice.ts";
import { writeModules } from "./modules.ts";
import { testFiles } from "./test_files.ts";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The test files below some paths that start nothing. */
export async function fastFiles(paths: readonly string[] = ["tests"]): Promise<string[]> {
  const factsOf = factReader();
  const fast: string[] = [];
  for (const file of await testFiles(paths)) {
    if (await startedBy(file, factsOf) === null) fast.push(file);
  }
  return fast;
}

/** Runs test files, each by itself where they are watched, so that a change runs no other. */
async function test(files: readonly string[], flags: readonly string[]): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    if (!flags.includes("--watch")) await writeModules(folder, files);
    const loaded = flags.includes("--watch") ? files : [folder];
    const args = ["test", "-A", "--no-check", "--parallel", ...flags, ...loaded];
    return (await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" }).spawn().status).code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const flags = Deno.args.filter((arg) => arg.startsWith("-"));
  const paths = Deno.args.filter((arg) => !arg.startsWith("-"));
  Deno.exit(await test(await fastFiles(paths.length > 0 ? paths : ["tests"]), flags));
}
