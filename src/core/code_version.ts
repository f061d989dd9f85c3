import { readdir, readFile } from "node:fs/promises";
import { sha256 } from "./hash.ts";

const ROOT = new URL("../../", import.meta.url);

/**
 * Where the code that decides begins: activities gather evidence and judge it, workflows act on the answer, and threads,
 * which activities are given, train and compare.
 */
const ENTRIES = [
  "activities/mod.ts",
  "workflows/mod.ts",
  "src/training/trainer.ts",
  "src/training/worker.ts",
  "src/threads/worker.ts",
];
/** Models are found in their folder, not imported by name. */
const FOUND_BY_FOLDER = "src/models";

/**
 * Identifies the code that trains, judges and deploys: a hash of its sources, 12 hexadecimal digits.
 * @param own files of the operator that decide as well, in order
 */
export async function codeVersion(own: readonly string[] = []): Promise<string> {
  const sources = await decidingSources();
  const texts = [...sources].sort(([a], [b]) => a < b ? -1 : 1).flat();
  // byte by byte: a trained model is no text
  for (const path of own) texts.push(path.slice(path.lastIndexOf("/") + 1), await readFile(path, "latin1"));
  return sha256(texts.join("\0")).slice(0, 12);
}

/** Returns every file that the entries reach by imports of values, with its text. */
export async function decidingSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const models = (await readdir(new URL(FOUND_BY_FOLDER, ROOT))).map((name) => `${FOUND_BY_FOLDER}/${name}`);
  const waiting = [...ENTRIES, ...models];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (sources.has(file)) continue;
    const text = await readFile(new URL(file, ROOT), "utf8");
    sources.set(file, text);
    waiting.push(...importsOf(file, text));
  }
  return sources;
}

const IMPORT = /^(?:import|export)\s(?!type\b)[^;"']*?from\s+"(\.[^"]+)"/gm;
/** `import "./a.ts"` and `import("./a.ts")`. */
const OTHER = /^import\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

/** Returns the files of ours that a file imports by value, by their path from the root. */
function importsOf(file: string, text: string): string[] {
  const here = new URL(file, ROOT);
  return [...text.matchAll(IMPORT), ...text.matchAll(OTHER)].map((match) => {
    const specifier = match[1] ?? match[2];
    return new URL(specifier, here).href.slice(ROOT.href.length);
  });
}
