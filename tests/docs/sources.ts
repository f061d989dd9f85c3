/** The project's own code, for tests that hold its pages to it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const CODE_FOLDERS = ["src", "activities", "workflows", "routes", "components", "islands"];

/** A page of this project. @param path from its root */
export const readPage = (path: string): Promise<string> => Deno.readTextFile(join(ROOT, path));

/** Every TypeScript file of some folders, by its path from the root. */
export async function readSources(folders: readonly string[] = CODE_FOLDERS): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(ROOT, path))) {
      const inner = `${path}/${name}`;
      if (isDirectory) await visit(inner);
      else if (/\.tsx?$/.test(name)) sources.set(inner, await Deno.readTextFile(join(ROOT, inner)));
    }
  };
  for (const folder of folders) await visit(folder);
  return sources;
}

/** Every Markdown page that says how things are now (no decision, no change), by its path from the root. */
export async function readMarkdown(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(ROOT, path))) {
      const inner = path === "." ? name : `${path}/${name}`;
      if (isDirectory && path !== "." && name !== "decisions") await visit(inner);
      else if (name.endsWith(".md") && name !== "CHANGELOG.md") pages.set(inner, await readPage(inner));
    }
  };
  for (const folder of [".", "docs", "examples", "deploy", "data", "python"]) await visit(folder);
  return pages;
}
