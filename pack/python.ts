/** Writes the Python client from the OpenAPI document: `deno task python`. A test holds the file to the document. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createApp } from "../src/api/app.ts";
import type { ApiDeps } from "../src/api/deps.ts";
import { openApiDocument } from "../src/api/openapi.ts";
import { createClient } from "../src/client/client.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The generated module. */
export const MODULE = join(ROOT, "python", "perennial", "__init__.py");

type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
};

interface Operation {
  summary?: string;
  parameters?: { in: string; name: string; required?: boolean; schema: Schema }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/** The part of an OpenAPI document that a client is written from. */
export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const KEYWORDS = new Set([
  "from",
  "import",
  "global",
  "class",
  "in",
  "is",
  "not",
  "pass",
  "with",
  "as",
  "lambda",
]);
const SIMPLE: Readonly<Record<string, string>> = {
  string: "str",
  integer: "int",
  number: "float",
  boolean: "bool",
  null: "None",
};

const HEAD =
  `"""Typed client of Perennial. Written from its OpenAPI document by \`deno task python\`: change nothing here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, Sequence, TypedDict, Union

from ._http import Connection, PerennialError, UnreachableError

__all__ = ["Perennial", "PerennialError", "UnreachableError"]
`;

/** Returns the whole module. */
export async function pythonClient(document: ApiDocument): Promise<string> {
  const types = new Types(document.components.schemas);
  const names = await methodNames();
  const methods: string[] = [];
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [verb, operation] of Object.entries(operations)) {
      const name = names.get(shapeOf(`${verb.toUpperCase()} ${path}`));
      if (name && answersJson(operation)) methods.push(methodOf(types, { name, verb, path, operation }));
    }
  }
  const client = [
    "class Perennial(Connection):",
    '    """Talks to a service: Perennial("http://127.0.0.1:8000", api_key="pk_...")."""',
    ...methods.sort(),
  ].join("\n\n");
  return `${HEAD}\n${types.text}\n\n${client}\n`;
}

/** Whether a method can hand the answer out: files are fetched otherwise. */
const answersJson = ({ responses }: Operation): boolean =>
  Object.entries(responses).some(([status, { content = {} }]) =>
    status.startsWith("2") && (Object.keys(content).length === 0 || "application/json" in content)
  );

/** A route as the client of TypeScript asks it: what is in braces is any part of a path. */
const shapeOf = (route: string): string => route.replace(/\{[^}]+\}/g, "*");

/** The methods of our own client, by the shape of what they ask. */
async function methodNames(): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  let method = "";
  const fetch = (address: string, init: RequestInit) => {
    const { pathname } = new URL(address);
    names.set(`${init.method} ${pathname.replaceAll(/(?<=\/)x(?=\/|$)/g, "*")}`, snake(method));
    return Promise.resolve(Response.json({}));
  };
  for (const [name, call] of Object.entries(createClient({ url: "http://localhost", fetch }))) {
    if (typeof call !== "function") continue;
    method = name;
    const options = Object.create({ toString: () => "x" }); // empty, and a part of a path where a number is one
    await (call as (...args: unknown[]) => Promise<unknown>)("x", options).catch(() => undefined);
  }
  return names;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const argument = (name: string): string => KEYWORDS.has(name) ? `${name}_` : snake(name);

/** The types of a module, each written before what holds it. */
class Types {
  readonly #written = new Map<string, string>();
  readonly #open = new Set<string>();
  constructor(readonly schemas: Readonly<Record<string, Schema>>) {}

  get text(): string {
    return [...this.#written.values()].join("\n");
  }

  /** Returns the type of a schema; what it needs is written first. `name`: of an object that has none of its own. */
  of(schema: Schema | undefined, name: string): string {
    if (!schema) return "Any";
    if (schema.$ref) return this.#named(schema.$ref.split("/").at(-1)!);
    if (schema.const !== undefined) return `Literal[${literal(schema.const)}]`;
    if (schema.enum) return `Literal[${schema.enum.map(literal).join(", ")}]`;
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return union(choices.map((choice, i) => this.of(choice, `${name}${i + 1}`)));
    if (Array.isArray(schema.type)) {
      return union(schema.type.map((type) => this.of({ ...schema, type }, name)));
    }
    if (schema.type === "array") return `list[${this.of(schema.items, `${name}Item`)}]`;
    if (schema.type !== "object") return SIMPLE[schema.type ?? ""] ?? "Any";
    return schema.properties ? this.#object(schema, name) : this.#dictionary(schema, name);
  }

  #named(name: string): string {
    if (this.#written.has(name)) return name;
    if (this.#open.has(name)) return "Any"; // it holds itself
    this.#open.add(name);
    const type = this.of(this.schemas[name], name);
    this.#open.delete(name);
    if (type !== name) this.#written.set(name, `${name} = ${type}`);
    return name;
  }

  #dictionary({ additionalProperties: values }: Schema, name: string): string {
    return `dict[str, ${typeof values === "object" ? this.of(values, `${name}Value`) : "Any"}]`;
  }

  #object(schema: Schema, wanted: string): string {
    // a component may have the name that a member of another one would get
    let name = wanted in this.schemas && !this.#open.has(wanted) ? `${wanted}_` : wanted;
    const known = (text: string) => this.#written.get(name) === text;
    while (this.#written.has(name) && !known(this.#typed(schema, name))) name += "_";
    this.#written.set(name, this.#typed(schema, name));
    return name;
  }

  #typed({ properties = {}, required = [] }: Schema, name: string): string {
    const members = Object.entries(properties).map(([key, value]) => {
      const type = this.of(value, name + key.charAt(0).toUpperCase() + key.slice(1));
      return `    ${literal(key)}: ${required.includes(key) ? type : `NotRequired[${type}]`},`;
    });
    return `${name} = TypedDict("${name}", {\n${members.join("\n")}\n})`;
  }
}

/** What a caller gives may be any sequence: a list of texts is no list of texts or numbers to a type checker. */
const taken = (type: string): string => type.replace(/^list\[/, "Sequence[");

const literal = (value: unknown): string =>
  value === null ? "None" : typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value);
const union = (types: string[]): string => {
  const all = [...new Set(types)];
  return all.length === 1 ? all[0] : `Union[${all.join(", ")}]`;
};

/** One method: parts of the path first, the rest by name. */
function methodOf(
  types: Types,
  { name, verb, path, operation }: { name: string; verb: string; path: string; operation: Operation },
): string {
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter((parameter) => parameter.in === "path");
  const inQuery = parameters.filter((parameter) => parameter.in === "query" && parameter.name !== "format");
  const body = bodyOf(types, operation, name);
  const named = [
    ...inQuery.map(({ name, required, schema }) => ({ name, required, type: types.of(schema, name) })),
    ...body.fields,
  ];
  const signature = [
    "self",
    ...inPath.map(({ name }) => `${argument(name)}: str`),
    ...body.whole ? [`body: ${body.whole}`] : [],
    ...named.length > 0 || body.sends ? ["*"] : [],
    ...named.filter(({ required }) => required).map(({ name, type }) => `${argument(name)}: ${type}`),
    ...named.filter(({ required }) => !required).map(({ name, type }) =>
      `${argument(name)}: ${type} | None = None`
    ),
    ...body.sends ? ["idempotency_key: str | None = None"] : [],
  ];
  const address = path.replaceAll(/\{(\w+)\}/g, (_, part) => `{self.quoted(${argument(part)})}`);
  const dictionary = (all: readonly { name: string }[]) =>
    `{${all.map(({ name }) => `${literal(name)}: ${argument(name)}`).join(", ")}}`;
  const call = [
    `"${verb.toUpperCase()}"`,
    `f"${address}"`,
    ...inQuery.length > 0 ? [`query=${dictionary(inQuery)}`] : [],
    ...body.sends
      ? [
        `body=${body.whole ? "body" : `self.given(${dictionary(body.fields)})`}`,
        "idempotency_key=idempotency_key",
      ]
      : [],
  ];
  return [
    `    def ${name}(${signature.join(", ")}) -> ${answerOf(types, operation, name)}:`,
    `        """${operation.summary ?? name}.  ${verb.toUpperCase()} ${path}"""`,
    `        return self.call(${call.join(", ")})  # type: ignore[no-any-return]`,
  ].join("\n");
}

interface Body {
  sends: boolean;
  /** of a body that is one value, not members by name */
  whole: string | null;
  fields: { name: string; required?: boolean; type: string }[];
}

function bodyOf(types: Types, { requestBody }: Operation, name: string): Body {
  const schema = requestBody?.content["application/json"]?.schema;
  if (!schema) return { sends: false, whole: null, fields: [] };
  const resolved = schema.$ref ? types.schemas[schema.$ref.split("/").at(-1)!] : schema;
  const { properties, required = [], type } = resolved;
  const title = name.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  if (type !== "object" || !properties) {
    return { sends: true, whole: types.of(schema, `${title}Body`), fields: [] };
  }
  const fields = Object.entries(properties).map(([key, value]) => ({
    name: key,
    required: required.includes(key),
    type: taken(types.of(value, title + key.charAt(0).toUpperCase() + key.slice(1))),
  }));
  return { sends: true, whole: null, fields };
}

function answerOf(types: Types, { responses }: Operation, name: string): string {
  const good = Object.entries(responses).find(([status]) => status.startsWith("2"));
  const schema = Object.entries(good?.[1].content ?? {}).find(([type]) => type === "application/json")?.[1]
    .schema;
  const title = name.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return types.of(schema, `${title}Answer`);
}

/** Returns the document of the API. It is built from routes alone: nothing that they need is there, or asked. */
export const apiDocument = (): ApiDocument =>
  openApiDocument(createApp({ log: () => undefined } as unknown as ApiDeps)) as unknown as ApiDocument;

if (import.meta.main) {
  await Deno.writeTextFile(MODULE, await pythonClient(apiDocument()));
  console.log(MODULE);
}
