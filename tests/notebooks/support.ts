import { join } from "node:path";
import type { Notebook } from "../../src/notebook/clean.ts";
import { NOTEBOOKS } from "../../src/notebook/jupyter.ts";

/** The notebooks' file names, in order. */
export const names = Array.from(Deno.readDirSync(NOTEBOOKS), ({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort();

/** A notebook as it lies there. */
export const read = async (path: string): Promise<Notebook> => JSON.parse(await Deno.readTextFile(path));
export const committed = (name: string) => read(join(NOTEBOOKS, name));

type Cell = Notebook["cells"][number];

export const textOf = (lines: string | string[]) => [lines].flat().join("");
export const codeOf = ({ cells }: Notebook) => cells.filter(({ cell_type }) => cell_type === "code");
export const outputsOf = (notebook: Notebook) => codeOf(notebook).flatMap(({ outputs }) => outputs ?? []);

/** What a cell shows to those who read text. */
export const shownText = ({ outputs = [] }: Cell) =>
  outputs.map(({ data }) => textOf((data?.["text/plain"] ?? "") as string | string[])).join("\n");

/** A notebook of a few cells, in a folder of its own. @returns its path */
export async function writeNotebook(folder: string, sources: readonly string[]): Promise<string> {
  const path = join(folder, "written.ipynb");
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const kernelspec = { name: "deno", display_name: "Deno", language: "typescript" };
  await Deno.writeTextFile(
    path,
    JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
  return path;
}
