import { join } from "node:path";
import { codeOf, committed, names, textOf } from "./support.ts";

const SRC = new URL("../../src/", import.meta.url).href;

/** Writes the code of every notebook into a folder, a file each: as it is written there, or so that its imports are found. */
export async function writeCode(folder: string, { as = "loadable" }: { as?: "written" | "loadable" } = {}) {
  for (const name of names) {
    const code = codeOf(await committed(name)).map(({ source }) => textOf(source)).join("\n\n") + "\n";
    const found = as === "loadable" ? code.replaceAll(`"../src/`, `"${SRC}`) : code;
    await Deno.writeTextFile(join(folder, name.replace("ipynb", "ts")), found);
  }
}
