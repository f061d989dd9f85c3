import { parseSync } from "@swc/core";

/** One text of a source file that a person may read: a string, a piece of a template, or text between tags. */
export interface SourceText {
  path: string;
  text: string;
}

/** Yields the paths of TypeScript sources below a folder, in order. */
export async function* sources(folder: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

/** Returns the texts of a source, without comments, imports, types and names. */
export function textsOf(path: string, source: string): SourceText[] {
  const texts: SourceText[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== "object") return;
    const { type } = node as Node;
    if (type === "ImportDeclaration" || type === "TsLiteralType") return;
    const text = textOf(node as Node);
    if (text) texts.push({ path, text });
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseSync(source, { syntax: "typescript", tsx: path.endsWith("x"), target: "es2022" }).body);
  return texts;
}

interface Node {
  type?: string;
  value?: unknown;
  cooked?: string;
  raw?: string;
}

/** Returns what a node says, on one line; undefined where it is no text. */
function textOf({ type, value, cooked, raw }: Node): string | undefined {
  if (type === "TemplateElement") return oneLine(cooked ?? raw ?? "");
  return type === "StringLiteral" || type === "JSXText" ? oneLine(String(value)) : undefined;
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();
