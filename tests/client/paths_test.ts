import assert from "node:assert/strict";
import { ACCESS } from "../../src/api/access.ts";
import { createClient } from "../../src/client/client.ts";

/** Routes that answer no JSON, or that a program has no use for. */
const NO_METHOD: Readonly<Record<string, string>> = {
  "GET /healthz": "a liveness probe answers by its status alone",
  "GET /metrics": "Prometheus reads it: text, no JSON",
  "GET /openapi.json": "the document itself",
  "POST /temporal/codec/decode": "Temporal's pages and command line ask it",
  "POST /temporal/codec/encode": "Temporal's pages and command line ask it",
  "GET /retraining/history/schema": "the JSON Schema of an export",
};

/** The method and path of each request that the client's methods make, by the method's name. */
async function requestsOf(): Promise<Map<string, string>> {
  const requests = new Map<string, string>();
  let method = "";
  const fetch = (input: URL | RequestInfo, init?: RequestInit) => {
    requests.set(method, `${init?.method} ${decodeURIComponent(new URL(String(input)).pathname)}`);
    return Promise.resolve(Response.json({}));
  };
  const client = createClient({ url: "http://localhost:8000", fetch });
  for (const [name, call] of Object.entries(client)) {
    if (typeof call !== "function") continue;
    method = name;
    await (call as (...args: unknown[]) => Promise<unknown>)("x", {}).catch(() => undefined); // the answer is no matter
  }
  return requests;
}

/** Whether a request is one of a route: `{name}` stands for one part of a path. */
const isOf = (route: string, request: string): boolean =>
  new RegExp(`^${route.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(request);

Deno.test("each method of the client asks a route that the API has", async () => {
  const requests = await requestsOf();
  assert.ok(requests.size > 40);
  const strays = [...requests].filter(([, request]) =>
    !Object.keys(ACCESS).some((route) => isOf(route, request))
  );
  assert.deepEqual(strays, []);
});

Deno.test("each route of the API has a method of the client, or a reason why it has none", async () => {
  const requests = [...(await requestsOf()).values()];
  const missing = Object.keys(ACCESS).filter((route) => !requests.some((request) => isOf(route, request)));
  assert.deepEqual(missing.sort(), Object.keys(NO_METHOD).sort());
});
