import { readdir, readFile } from "node:fs/promises";
import { sha256 } from "./core/hash.ts";

/** Folders whose code decides what a model becomes. */
const FOLDERS = ["features", "models", "training"];

/** Identifies the code that trains: a hash of its sources, 12 hexadecimal digits. */
export async function codeVersion(): Promise<string> {
  const sources: string[] = [];
  for (const folder of FOLDERS) {
    const url = new URL(`./${folder}/`, import.meta.url);
    for (const name of (await readdir(url)).filter((file) => file.endsWith(".ts")).sort()) {
      sources.push(name, await readFile(new URL(name, url), "utf8"));
    }
  }
  return sha256(sources.join("\0")).slice(0, 12);
}
