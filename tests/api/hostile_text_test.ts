/** Values that no database can hold, sent to every route and page: each answers, none with a fault of the server's. */
import assert from "node:assert/strict";
import type { Api } from "../../src/api/deps.ts";
import { openApiDocument } from "../../src/api/openapi.ts";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { signIn, withBrowser } from "./browser_support.ts";
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
function requestsOf(path: string, operation: Operation, value: unknown, document: Record<string, unknown>) {
  const text = String(value);
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
  const bodies = fieldsOf(operation, document).map((name) => ({
    address: plain,
    body: { ...neededBy(path), [name]: value },
  }));
  return [...paths, ...queries, ...bodies];
}

/** Fields that a body cannot do without, so that the value which is tried is what it comes down to. */
const neededBy = (path: string): Record<string, unknown> =>
  /promote$|rollout$/.test(path) ? { version: 1 } : /\/look$/.test(path) ? { asOf: "2011-06-01" } : {};

/** The names that a body may have at its top. */
function fieldsOf({ requestBody }: Operation, document: Record<string, unknown>): string[] {
  const schema = requestBody?.content["application/json"]?.schema;
  const name = schema?.$ref?.split("/").at(-1);
  const schemas = (document.components as { schemas?: Record<string, Schema> } | undefined)?.schemas;
  const resolved = name === undefined ? schema : schemas?.[name];
  return Object.keys(resolved?.properties ?? {});
}

const VALUES: Readonly<Record<string, unknown>> = {
  "NUL": "a\0b",
  "a lone surrogate": "\ud83d",
  "a long number": "9".repeat(40),
  "2^31": 2 ** 31,
  "2^53": 2 ** 53,
  "2^63": "9223372036854775808",
  "a negative number": -1,
  "the year 0": "0000-01-01T00:00:00Z",
  "the year 1": "0001-01-01",
  "the year 9999": "9999-12-31T23:59:59+14:00",
  "1e400": "1e400",
};

/** Pages, with the parameters that they read. */
const PAGES = [
  "/cycles?model=",
  "/cycles?page=",
  "/cycles?outcome=",
  "/cycles?sort=",
  "/cycles/",
  "/rollouts/",
  "/backtests/",
  "/alerts?before=",
  "/alerts?kind=",
  "/alerts?model=",
  "/audit?before=",
  "/audit?who=",
  "/audit?action=",
  "/monitoring?model=",
  "/monitoring?at=",
  "/analysis?model=",
  "/versions/compare?model=",
  "/versions/compare?model=churn&a=",
  "/configuration?before=",
  "/configuration?days=",
  "/data?reason=",
  "/act/acknowledge?alert=",
  "/act/cancel-backtest?id=",
  "/act/replay?reason=",
  "/act/accept?key=",
  "/act/promote?model=churn&version=",
  "/act/start?model=",
  "/act/",
  "/act/backtest?lines=",
  "/?csv=",
  "/sign-in?to=",
  "/sign-in?code=",
  "/sign-in?refused=",
  "/live?last=",
];

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

Deno.test("no route answers 500 to what cannot be, in its path, query or body", () =>
  withApp(async ({ app }) => {
    const faults: string[] = [];
    let sent = 0;
    for (const [what, value] of Object.entries(VALUES)) {
      for (const [path, method, operation, document] of operationsOf(app)) {
        for (const { address, body } of requestsOf(path, operation, value, document)) {
          const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" };
          const content = method === "GET" ? {} : { body: JSON.stringify(body) };
          const response = await app.request(address, { method, headers, ...content });
          const answer = await response.text();
          sent++;
          if (response.status >= 500) faults.push(`${what}: ${method} ${address}: ${answer.slice(0, 200)}`);
        }
      }
    }
    assert.ok(sent > 60 * Object.keys(VALUES).length, `${sent} requests`);
    assert.deepEqual(faults, []);
  }));

Deno.test("no page answers 500 to what cannot be, in its path or query", () =>
  withBrowser(async ({ browser }) => {
    await signIn(browser);
    const faults: string[] = [];
    for (const [what, value] of Object.entries(VALUES)) {
      for (const page of PAGES) {
        const address = page + encodeURIComponent(String(value).toWellFormed());
        const abort = new AbortController();
        const response = await browser.open(address, { signal: abort.signal });
        if (response.status >= 500) {
          faults.push(`${what}: ${address}: ${(await response.text()).slice(0, 200)}`);
        } else await response.body?.cancel();
        abort.abort();
      }
    }
    assert.deepEqual(faults, []);
  }));

Deno.test("a letter that comes encoded leads past no gate", () =>
  withBrowser(async ({ browser, sql }) => {
    await insertKey(sql, { name: "olga", role: "operator", sha256: sha256("pk_the-key-of-olga"), by: null });
    await signIn(browser, "pk_the-key-of-olga");
    for (
      const path of [
        "/act/configuration",
        "/act/%63onfiguration",
        "/act/configuratio%6E",
        "/%61ct/configuration",
      ]
    ) {
      const response = await browser.open(path);
      assert.ok([403, 404].includes(response.status), `${path}: ${response.status}`);
      await response.body?.cancel();
    }
  }));
