import { ACCESS, type Access, routerPath } from "./access.ts";
import type { Api } from "./deps.ts";

type Document = ReturnType<Api["getOpenAPI31Document"]>;

const INFO = {
  title: "Perennial",
  version: "0.1.0",
  description:
    "Durable, automatic model retraining for e-commerce. Errors are `application/problem+json` (RFC 9457).",
};

/**
 * Returns the security of a class of access in the document: with the least role, as OpenAPI 3.1 has it. Reading may
 * need a key beyond loopback, so the key is optional there.
 */
function securityOf(access: Access): Record<string, string[]>[] {
  if (access === "anyone") return [];
  if (access === "reader") return [{}, ...securityOf("viewer")];
  return [{ bearer: [access] }, { apiKey: [access] }];
}

interface Operation {
  security?: unknown;
  description?: string;
}

/** The same for who reads it: no page of documentation shows the roles of a scheme. */
function needsText(access: Access): string {
  if (access === "anyone") return "";
  return access === "reader" ? "Needs the role `viewer` beyond loopback." : `Needs the role \`${access}\`.`;
}

/** The OpenAPI document of the app: its routes, with what each asks of the caller. */
export function openApiDocument(app: Api): Document {
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info: INFO });
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      const access = ACCESS[`${method.toUpperCase()} ${path}`];
      operation.security = securityOf(access);
      operation.description = [operation.description, needsText(access)].filter(Boolean).join("\n\n");
    }
  }
  document.components = {
    ...document.components,
    securitySchemes: {
      bearer: { type: "http", scheme: "bearer" },
      apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
    },
  };
  return document;
}

/** Every route that the document names, as in `GET /models/{name}/serving`. */
export function documentedRoutes(app: Api): string[] {
  const routes = app.openAPIRegistry.definitions.flatMap((d) => d.type === "route" ? [d.route] : []);
  return routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
}

/** @throws {RangeError} a route has no line in `ACCESS`, or a line has no route */
export function checkAccessTable(app: Api): void {
  const routes = documentedRoutes(app);
  const missing = routes.find((route) => ACCESS[route] === undefined);
  if (missing) throw new RangeError(`Cannot start: say in src/api/access.ts who may call "${missing}"`);
  const served = new Set(app.routes.map(({ method, path }) => `${method} ${path}`));
  const left = Object.keys(ACCESS).find((line) => {
    const [method, path] = line.split(" ");
    return !served.has(`${method} ${routerPath(path)}`);
  });
  if (left) throw new RangeError(`Cannot start: src/api/access.ts names "${left}", which is no route`);
}
