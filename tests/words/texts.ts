import { parse } from "@swc/core";

/** One text of a source file that a person may read: a string, a piece of a template, or text between tags. */
export interface SourceText {
  path: string;
  line: number;
  text: string;
}

const isTest = (path: string) => /_test\.tsx?$/.test(path);

/** Yields the paths of TypeScript sources below a folder, in order. */
export async function* sources(folder: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(name) && !isTest(path)) yield path;
  }
}

/** Returns the texts of one file, without comments, imports and names. */
export async function textsOf(path: string, source?: string): Promise<SourceText[]> {
  const code = source ?? await Deno.readTextFile(path);
  // spans count bytes, and swc goes on counting from file to file: lines are found by a marker at the start
  const tree = await parse(`0;${code}`, { syntax: "typescript", tsx: path.endsWith("x"), target: "es2022" });
  const start = (tree.body[0] as { span: { start: number } }).span.start;
  const bytes = new TextEncoder().encode(code);
  const found: SourceText[] = [];
  const lineAt = (span: { start: number }) =>
    new TextDecoder().decode(bytes.slice(0, Math.max(0, span.start - start - 2))).split("\n").length;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== "object") return;
    const { type, span } = node as { type?: string; span?: { start: number } };
    if (type === "ImportDeclaration" || type?.startsWith("Ts") && type !== "TsAsExpression") return;
    const text = textOf(node as Node);
    if (text !== undefined && span) found.push({ path, line: lineAt(span), text });
    for (const [key, child] of Object.entries(node)) if (key !== "span") visit(child);
  };
  visit(tree.body);
  return found;
}

interface Node {
  type?: string;
  value?: unknown;
  cooked?: string;
  raw?: string;
}

/** Returns what a node says, on one line; undefined where it is no text. */
function textOf({ type, value, cooked, raw }: Node): string | undefined {
  const said = type === "TemplateElement"
    ? cooked ?? raw
    : type === "StringLiteral" || type === "JSXText"
    ? String(value)
    : undefined;
  return said?.replace(/\s+/g, " ").trim();
}
