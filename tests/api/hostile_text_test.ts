/** Text that no database can hold, sent to every route: each answers, and none with a fault of the server's. */
import assert from "node:assert/strict";
import type { Api } from "../../src/api/deps.ts";
import { openApiDocument } from "../../src/api/openapi.ts";
import { KEY, withApp } from "./support.ts";

interface Parameter {
  name: string;
  in: "path" | "query";
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
}

/** Requests of one operation: each text of its path, its query and its body in turn is `text`. */
function requestsOf(path: string, operation: Operation, text: string, document: Record<string, unknown>) {
  const encoded = encodeURIComponent(text.toWellFormed());
  const plain = path.replaceAll(/\{\w+\}/g, "churn");
  const parameters = operation.parameters ?? [];
  const paths = parameters.filter((p) => p.in === "path")
    .map(({ name }) => ({
      address: path.replace(`{${name}}`, encoded).replaceAll(/\{\w+\}/g, "churn"),
      body: {},
    }));
  const queries = parameters.filter((p) => p.in === "query")
    .map(({ name }) => ({ address: `${plain}?${name}=${encoded}`, body: {} }));
  const bodies = fieldsOf(operation, document).map((name) => ({ address: plain, body: { [name]: text } }));
  return [...paths, ...queries, ...bodies];
}

/** The names that a body may have at its top. */
function fieldsOf({ requestBody }: Operation, document: Record<string, unknown>): string[] {
  const schema = requestBody?.content["application/json"]?.schema;
  const name = schema?.$ref?.split("/").at(-1);
  const schemas = (document.components as { schemas?: Record<string, Schema> } | undefined)?.schemas;
  const resolved = name === undefined ? schema : schemas?.[name];
  return Object.keys(resolved?.properties ?? {});
}

const TEXTS = { "NUL": "a\0b", "a lone surrogate": "\ud83d", "a long number": "9".repeat(40) };

function operationsOf(
  app: Api,
): [path: string, method: string, operation: Operation, document: Record<string, unknown>][] {
  const document = openApiDocument(app) as unknown as Record<string, unknown>;
  const paths = document.paths as Record<string, Record<string, Operation>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      [path, method.toUpperCase(), operation, document] as [
        string,
        string,
        Operation,
        Record<string, unknown>,
      ]
    )
  );
}

for (const [what, text] of Object.entries(TEXTS)) {
  Deno.test(`no route answers 500 to ${what} in its path, query or body`, () =>
    withApp(async ({ app }) => {
      const faults: string[] = [];
      let sent = 0;
      for (const [path, method, operation, document] of operationsOf(app)) {
        for (const { address, body } of requestsOf(path, operation, text, document)) {
          const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" };
          const content = method === "GET" ? {} : { body: JSON.stringify(body) };
          const response = await app.request(address, { method, headers, ...content });
          const answer = await response.text();
          sent++;
          if (response.status >= 500) {
            faults.push(`${method} ${address} ${JSON.stringify(body)}: ${answer.slice(0, 200)}`);
          }
        }
      }
      assert.ok(sent > 60, `${sent} requests`);
      assert.deepEqual(faults, []);
    }));
}
