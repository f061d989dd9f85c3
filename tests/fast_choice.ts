/** Which tests start nothing (no database, no Temporal server, no browser, no other program) and end soon. */
import { readCode } from "./architecture_read.ts";
import { SIMULATES } from "./test_files.ts";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Packages that start something, or wait for something that is started; tfjs takes a second to load. */
const SERVER_PACKAGES = [
  "postgres",
  "@temporalio/worker",
  "@temporalio/client",
  "@temporalio/testing",
  "@tensorflow/tfjs",
  "playwright-core",
  "smtp-server",
  "fresh/dev",
  "node:child_process",
  "node:net",
  "node:http",
];
/** As `architecture_read.ts` finds them in code. */
const SERVER_CALLS = ["Deno.Command", "Deno.serve", "Deno.listen", "Deno.connect"];

/** What one file does that concerns the choice. */
export interface FileFacts {
  /** files by their path from the root, packages by their name; none of which only types are taken */
  readonly imports: readonly string[];
  readonly uses: readonly string[];
}
export type ReadFacts = (file: string) => Promise<FileFacts>;

/** Returns what a file starts, itself or by what it imports, and null where it starts nothing. */
export async function startedBy(file: string, factsOf: ReadFacts): Promise<string | null> {
  const reached = new Set([file]);
  for (const path of reached) {
    const started = SERVER_PACKAGES.find((name) => path === name || path.startsWith(`${name}/`));
    if (started !== undefined) return started;
    if (!/\.tsx?$/.test(path)) continue;
    const { imports, uses } = await factsOf(path);
    const call = [...SERVER_CALLS, SIMULATES].find((name) => uses.includes(name));
    if (call !== undefined) return `${call} in ${path}`;
    imports.forEach((target) => reached.add(target));
  }
  return null;
}

/** Reads the facts of this project's files, of each file once. */
export function factReader(): ReadFacts {
  const known = new Map<string, Promise<FileFacts>>();
  return (file) => {
    const reading = known.get(file) ?? readFacts(file);
    known.set(file, reading);
    return reading;
  };
}

async function readFacts(file: string): Promise<FileFacts> {
  const source = await Deno.readTextFile(join(ROOT, file));
  if (source.startsWith(SIMULATES)) return { imports: [], uses: [SIMULATES] };
  const { imports, uses } = readCode(source, file);
  const specifiers = imports.filter(({ typeOnly }) => !typeOnly).flatMap(({ specifier }) => specifier ?? []);
  return { imports: specifiers.map((name) => name.startsWith(".") ? join(dirname(file), name) : name), uses };
}
