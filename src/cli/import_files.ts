import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InvalidInputError } from "../core/errors.ts";

/** Files to import. */
interface ImportPaths {
  readonly paths: readonly string[];
  /** Takes away what was kept of standard input and of pipes. */
  readonly clean: () => Promise<void>;
}

/**
 * Finds the files that arguments mean: as they are, by `*` and `?`, and `-` for standard input, which is kept in a file for
 * as long as it is read, as is a pipe: files are read more than once.
 * @throws {Error} a file is not there   @throws {InvalidInputError} a pattern fits nothing, or a folder is named
 */
export async function importPaths(args: readonly string[]): Promise<ImportPaths> {
  const paths: string[] = [];
  const folders: string[] = [];
  for (const argument of args) {
    const kind = argument === "-" ? "pipe" : await kindOf(argument);
    if (kind === "folder") {
      throw new InvalidInputError(
        `Cannot read "${argument}": it is a folder; name its files, as in "${join(argument, "*.csv")}"`,
        "file",
      );
    }
    if (kind === "pipe") {
      const folder = await mkdtemp(join(tmpdir(), "perennial-stdin-"));
      folders.push(folder);
      paths.push(await keepInput(folder, argument));
    } else paths.push(...await matching(argument));
  }
  const clean = async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  };
  return { paths: [...new Set(paths)], clean };
}

async function kindOf(argument: string): Promise<"folder" | "pipe" | "other"> {
  const found = await stat(argument).catch(() => undefined);
  if (found?.isDirectory()) return "folder";
  return found?.isFIFO() ? "pipe" : "other";
}

async function keepInput(folder: string, argument: string): Promise<string> {
  const path = join(folder, argument === "-" ? "standard-input" : basename(argument));
  const input = argument === "-"
    ? Readable.fromWeb(Deno.stdin.readable as Parameters<typeof Readable.fromWeb>[0])
    : createReadStream(argument);
  await pipeline(input, createWriteStream(path, { mode: 0o600 }));
  return path;
}

async function matching(argument: string): Promise<string[]> {
  if (await isThere(argument)) return [argument];
  if (!/[*?]/.test(argument)) throw new Error(`No such file: ${argument}`);
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
