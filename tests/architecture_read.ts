/** Reads from a file's syntax tree what the architecture is about: its imports, and what of the world it uses. */
import { parseSync } from "@swc/core";

/** One import, export-from, dynamic import or `import()` type. */
export interface ImportFact {
  /** null: computed while the program runs */
  readonly specifier: string | null;
  readonly typeOnly: boolean;
}

export interface CodeFacts {
  readonly imports: readonly ImportFact[];
  /** as in `Date.now`, `new Date()`, `Deno.env` */
  readonly uses: readonly string[];
  /** string literals and the literal beginnings of templates */
  readonly texts: readonly string[];
}

type Node = { readonly type: string; readonly [field: string]: unknown };

/** @param file decides whether JSX is read */
export function readCode(source: string, file = "a.ts"): CodeFacts {
  const options = { syntax: "typescript", tsx: file.endsWith(".tsx"), target: "es2022" } as const;
  const imports: ImportFact[] = [];
  const uses: string[] = [];
  const texts: string[] = [];
  walk(parseSync(source, options), (node) => {
    imports.push(...importsOf(node));
    uses.push(...usesOf(node));
    if (node.type === "StringLiteral") texts.push(node.value as string);
    if (node.type === "TemplateElement") texts.push((node.cooked ?? node.raw) as string);
  });
  return { imports, uses, texts };
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
  } else if (value !== null && typeof value === "object") {
    if (isNode(value)) visit(value);
    for (const child of Object.values(value)) walk(child, visit);
  }
}

const isNode = (value: object): value is Node => typeof (value as { type?: unknown }).type === "string";
const textOf = (node: unknown) => (node as { value: string }).value;

function importsOf(node: Node): ImportFact[] {
  const source = node.source as Node | null | undefined;
  const specifiers = (node.specifiers ?? []) as { isTypeOnly?: boolean }[];
  const allTypes = specifiers.length > 0 && specifiers.every((s) => s.isTypeOnly === true);
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return source ? [{ specifier: textOf(source), typeOnly: node.typeOnly === true || allTypes }] : [];
    case "TsImportType":
      return [{ specifier: textOf(node.argument), typeOnly: true }];
    case "CallExpression": {
      if ((node.callee as Node).type !== "Import") return [];
      const [{ expression }] = node.arguments as [{ expression: Node }];
      return [{
        specifier: expression.type === "StringLiteral" ? textOf(expression) : null,
        typeOnly: false,
      }];
    }
    default:
      return [];
  }
}

const nameOf = (node: unknown): string | null => {
  const { type, value } = node as { type: string; value?: string };
  return type === "Identifier" || type === "StringLiteral" ? value ?? null : null;
};

function usesOf(node: Node): string[] {
  if (node.type === "MemberExpression") {
    const property = node.property as Node;
    const object = nameOf(node.object);
    const name = nameOf(property.type === "Computed" ? property.expression : property);
    return object !== null && name !== null ? [`${object}.${name}`] : [];
  }
  if (node.type === "VariableDeclarator") return destructured(node);
  if (node.type === "ImportDeclaration" && textOf(node.source) === "node:process") {
    const names = (node.specifiers as { local: unknown; imported?: unknown }[]).map((s) =>
      nameOf(s.imported ?? s.local)
    );
    return names.filter((name) => name === "env").map(() => "process.env");
  }
  const isDate = nameOf(node.callee ?? { type: "" }) === "Date";
  if (node.type === "NewExpression" && isDate && ((node.arguments ?? []) as unknown[]).length === 0) {
    return ["new Date()"];
  }
  return node.type === "CallExpression" && isDate ? ["Date()"] : [];
}

/** As in `const { env } = Deno`. */
function destructured({ id, init }: Node): string[] {
  const from = init ? nameOf(init) : null;
  if (from === null || (id as Node).type !== "ObjectPattern") return [];
  return ((id as Node).properties as { key: unknown }[]).map(({ key }) =>
    `${from}.${key ? nameOf(key) : "*"}`
  );
}
