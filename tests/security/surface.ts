/** Everything that can be sent to Perennial, found in what defines it: routes with their schemas, pages with what they read. */
import { join } from "node:path";
import { ACCESS } from "../../src/api/access.ts";
import type { Api } from "../../src/api/deps.ts";
import { openApiDocument } from "../../src/api/openapi.ts";

/** A JSON schema, as far as OpenAPI documents use them. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  minimum?: number;
  minItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** A route of the API, with all that it takes. */
export interface Route {
  /** as in the table of access: `GET /models/{name}/versions` */
  route: string;
  method: string;
  path: string;
  parameters: { name: string; in: string }[];
  body?: Schema;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}
interface Operation {
  parameters?: Route["parameters"];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** Every route of the app, and what its schemas refer to. */
export function routesOf(app: Api): { routes: Route[]; schemas: Record<string, Schema> } {
  const document = openApiDocument(app) as unknown as Document;
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, { parameters = [], requestBody }]) => {
      const method = name.toUpperCase();
      const body = requestBody?.content["application/json"]?.schema;
      return { route: `${method} ${path}`, method, path, parameters, body };
    })
  );
  const documented = new Set(routes.map(({ route }) => route));
  for (const route of Object.keys(ACCESS).filter((route) => !documented.has(route))) {
    const [method, path] = route.split(" ");
    routes.push({ route, method, path, parameters: [], body: undefined });
  }
  return { routes, schemas: document.components?.schemas ?? {} };
}

/** Looks a schema up, where it is a reference. */
export const resolved = (schema: Schema, schemas: Record<string, Schema>): Schema =>
  schema.$ref ? schemas[schema.$ref.split("/").at(-1)!] : schema;

/** A value that a schema takes, as far as can be told from it: only what it cannot do without. */
export function sampleOf(given: Schema, schemas: Record<string, Schema>, depth = 0): unknown {
  const schema = resolved(given, schemas);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice && depth < 8) return sampleOf(choice, schemas, depth + 1);
  if (schema.allOf && depth < 8) {
    return Object.assign({}, ...schema.allOf.map((part) => sampleOf(part, schemas, depth + 1)));
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties) {
    const needed = (schema.required ?? []).map((name) =>
      [name, depth < 8 ? sampleOf(schema.properties![name], schemas, depth + 1) : null] as const
    );
    return Object.fromEntries(needed);
  }
  if (type === "array") return schema.minItems ? [sampleOf(schema.items ?? {}, schemas, depth + 1)] : [];
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  if (type === "boolean") return true;
  return schema.format?.startsWith("date") ? "2011-06-01T00:00:00Z" : "churn";
}

/** Where something stands in a body: names of fields, and 0 for an element of a list. */
export type Place = readonly (string | number)[];

/** Every place of a body that a value can stand in, at every depth. */
export function placesOf(given: Schema, schemas: Record<string, Schema>, depth = 0): Place[] {
  const schema = resolved(given, schemas);
  if (depth > 4) return [];
  const below = (step: string | number, part: Schema) =>
    [[], ...placesOf(part, schemas, depth + 1)].map((place) => [step, ...place]);
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => below(name, part));
  const elements = schema.items ? below(0, schema.items) : [];
  const others = typeof schema.additionalProperties === "object"
    ? below("churn", schema.additionalProperties)
    : [];
  const choices = [...schema.anyOf ?? [], ...schema.oneOf ?? [], ...schema.allOf ?? []]
    .flatMap((part) => placesOf(part, schemas, depth + 1));
  const all = [...fields, ...elements, ...others, ...choices];
  return [...new Map(all.map((place) => [JSON.stringify(place), place])).values()];
}

/** A copy of a body with a value in one place; what stands in the way is put aside. */
export function withValue(body: unknown, [step, ...rest]: Place, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === "number") return [withValue(Array.isArray(body) ? body[step] : undefined, rest, value)];
  const fields = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
  return { ...fields, [step]: withValue((fields as Record<string, unknown>)[step], rest, value) };
}

/** A page of the dashboard: a file of the folder `routes`. */
export interface Page {
  /** its file below `routes`, without its ending: `cycles/[...id]` */
  file: string;
  /** its address, with `{}` where a part of it is free: `/cycles/{}` */
  address: string;
  /** what it reads of its query, by the words in its files */
  query: string[];
}

const ROUTES = new URL("../../routes/", import.meta.url).pathname;
const READS = /(?:searchParams|query|params)(?:\.(?:get|getAll|has)\(|, )"([\w-]+)"\)/g;

/** Every page, from the files that define them. */
export function pagesOf(): Page[] {
  return filesBelow("").filter((file) => !/\(_|(^|\/)_/.test(file)).map((path) => {
    const file = path.replace(/\.tsx?$/, "");
    const address = `/${file}`.replace(/\/index$/, "") || "/";
    const beside = path.includes("/")
      ? filesBelow(`${path.split("/")[0]}/`).filter((f) => f.includes("(_"))
      : [];
    const shared = filesBelow("").filter((f) => /^_/.test(f));
    return {
      file,
      address: address.replaceAll(/\[[^\]]+\]/g, "{}"),
      query: readIn([path, ...beside, ...shared]),
    };
  });
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(join(ROUTES, folder))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}${name}/`) : [`${folder}${name}`]
  ).filter((name) => /\.tsx?$/.test(name)).sort();
}

const readIn = (files: readonly string[]): string[] => {
  const names = files.flatMap((file) =>
    [...Deno.readTextFileSync(join(ROUTES, file)).matchAll(READS)].map((match) => match[1])
  );
  return [...new Set(names)].sort();
};

/** Every place of a value that is there: as a sender's own record. */
export function placesIn(value: unknown): Place[] {
  if (value === null || typeof value !== "object") return [[]];
  const steps: (string | number)[] = Array.isArray(value) ? [0] : Object.keys(value);
  return [
    [],
    ...steps.flatMap((step) => placesIn((value as Record<string, unknown>)[step]).map((p) => [step, ...p])),
  ];
}
