import { readdir, readFile } from "node:fs/promises";
import { sha256 } from "./hash.ts";

/** Folders whose code decides what a model becomes, and what a look or a check says. */
const FOLDERS = [
  "core",
  "drift",
  "features",
  "models",
  "monitoring",
  "performance",
  "quality",
  "reporting",
  "training",
  "validation",
];

/** Identifies the code that trains and judges: a hash of its sources, 12 hexadecimal digits. */
export async function codeVersion(): Promise<string> {
  const sources: string[] = [];
  for (const folder of FOLDERS) {
    const url = new URL(`./${folder}/`, import.meta.url);
    const files = (await readdir(url, { recursive: true })).filter((file) => file.endsWith(".ts"));
    for (const name of files.map((file) => file.replaceAll("\\", "/")).sort()) {
      sources.push(name, await readFile(new URL(name, url), "utf8"));
    }
  }
  return sha256(sources.join("\0")).slice(0, 12);
}
