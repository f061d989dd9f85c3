import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InvalidInputError } from "../core/errors.ts";

/** Files to import. */
interface ImportPaths {
  readonly paths: readonly string[];
  /** Takes away what was kept of standard input. */
  readonly clean: () => Promise<void>;
}

/**
 * Finds the files that arguments mean: as they are, by `*` and `?`, and `-` for standard input, which is kept in a file for
 * as long as it is read.
 * @throws {InvalidInputError} a pattern fits nothing
 */
export async function importPaths(args: readonly string[]): Promise<ImportPaths> {
  const paths: string[] = [];
  const folders: string[] = [];
  for (const argument of args) {
    if (argument === "-") {
      const folder = await mkdtemp(join(tmpdir(), "perennial-stdin-"));
      folders.push(folder);
      paths.push(await keepStandardInput(folder));
    } else paths.push(...await matching(argument));
  }
  const clean = async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  };
  return { paths: [...new Set(paths)], clean };
}

async function keepStandardInput(folder: string): Promise<string> {
  const path = join(folder, "standard-input");
  const input = Readable.fromWeb(Deno.stdin.readable as Parameters<typeof Readable.fromWeb>[0]);
  await pipeline(input, createWriteStream(path, { mode: 0o600 }));
  return path;
}

async function matching(argument: string): Promise<string[]> {
  if (!/[*?]/.test(argument) || await isThere(argument)) return [argument];
  const steps = argument.split("/");
  let found = [argument.startsWith("/") ? "/" : "."];
  for (const step of steps.filter((part) => part !== "")) found = await next(found, step);
  if (found.length === 0) throw new InvalidInputError(`No file fits "${argument}"`, "file");
  return found.map((path) => path.replace(/^\.\//, "")).sort();
}

async function next(folders: readonly string[], step: string): Promise<string[]> {
  if (!/[*?]/.test(step)) return folders.map((folder) => join(folder, step));
  const escaped = step.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  const pattern = new RegExp(`^${escaped}$`);
  const names = await Promise.all(folders.map(async (folder) => {
    const entries = await readdir(folder).catch((): string[] => []);
    return entries.filter((name) => pattern.test(name) && !name.startsWith(".")).map((name) =>
      join(folder, name)
    );
  }));
  return names.flat();
}

const isThere = (path: string) => stat(path).then(() => true, () => false);
