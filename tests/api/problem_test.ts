import assert from "node:assert/strict";
import { HTTPException } from "hono/http-exception";
import { ApiFault, isDatabaseDown, problemOf, UnavailableError } from "../../src/api/problem.ts";
import { Problem } from "../../src/api/messages.ts";
import {
  ConflictError,
  InsufficientDataError,
  InvalidInputError,
  NotFoundError,
} from "../../src/core/errors.ts";
import { connect } from "../../src/db/connect.ts";
import { withApp } from "./support.ts";

for (
  const [error, status, kind, field] of [
    [new NotFoundError("model", "x"), 404, "not-found"],
    [new ConflictError("taken"), 409, "conflict"],
    [new InvalidInputError("bad seed", "models.churn.seed"), 422, "invalid-input", "models.churn.seed"],
    [new InsufficientDataError("a window", 3, 20), 422, "insufficient-data"],
    [new ApiFault("changed-meanwhile", "version 4"), 412, "changed-meanwhile"],
    [new UnavailableError("Temporal", "down"), 503, "unavailable"],
    [new HTTPException(415, { message: "odd type" }), 415, "media-type"],
    [new HTTPException(400, { message: "Malformed JSON" }), 400, "malformed"],
    [new HTTPException(504), 504, "timeout"],
    [Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), 503, "unavailable"],
  ] as const
) {
  Deno.test(`problemOf() says ${status} ${kind}, when given ${error.name} "${error.message}"`, () => {
    const problem = Problem.parse(problemOf(error, "r1"));
    assert.deepEqual([problem.status, problem.type, problem.field], [
      status,
      `urn:perennial:problem:${kind}`,
      field,
    ]);
    assert.equal(problem.instance, "urn:perennial:request:r1");
  });
}

Deno.test("problemOf() tells nothing of an error that is not ours, whatever was thrown", () => {
  for (const thrown of [new TypeError("secret at /etc/x"), "secret", null, { secret: 1 }]) {
    const problem = problemOf(thrown, "r1");
    assert.equal(problem.status, 500);
    assert.doesNotMatch(JSON.stringify(problem), /secret/);
  }
});

Deno.test("createApp() writes an unknown error to the log, under the id that the answer names", async () => {
  const models = new Map([["churn", {}]]) as never; // a model that is no definition: reading it fails
  await withApp(async ({ app, logged }) => {
    const response = await app.request("/models");
    const problem = await response.json();
    assert.equal(response.status, 500);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    const id: string = problem.instance.split(":").at(-1);
    assert.equal(id, response.headers.get("x-request-id"));
    assert.ok(logged.some((line) => line.includes(id)));
  }, { models });
});

Deno.test("createApp() answers 503 and says so, when Postgres is not there", async () => {
  const sql = connect("postgres://nobody:none@127.0.0.1:9/none");
  await withApp(async ({ app }) => {
    for (const path of ["/retraining/status", "/readyz"]) {
      const response = await app.request(path);
      assert.equal(response.status, 503, path);
      assert.match((await response.json()).detail, /Postgres/, path);
    }
    assert.equal((await app.request("/healthz")).status, 200);
  }, { sql });
  await sql.end();
});

Deno.test("isDatabaseDown() looks into errors that gather others", () => {
  const refused = Object.assign(new Error(), { code: "ECONNREFUSED" });
  assert.equal(isDatabaseDown(new AggregateError([refused])), true);
  assert.equal(isDatabaseDown(Object.assign(new Error(), { code: "23505" })), false);
  assert.equal(isDatabaseDown(undefined), false);
});

const REFUSED = [
  ["an unknown path", "GET", "/retraining/nothing", undefined, 404, undefined],
  ["an unknown model", "GET", "/models/loyalty/versions", undefined, 404, undefined],
  ["an unknown model to start", "POST", "/retraining/start", { model: "loyalty" }, 404, undefined],
  ["an unknown cycle", "GET", "/retraining/cycles/retrainer/churn/cycle/99", undefined, 404, undefined],
  ["a field nobody knows", "POST", "/retraining/stop", { runing: "cancel" }, 422, "runing"],
  ["a value out of range", "GET", "/retraining/history?limit=0", undefined, 422, "limit"],
  ["an outcome that does not exist", "GET", "/retraining/history?outcome=fine", undefined, 422, "outcome"],
  ["neither user nor users", "POST", "/predictions/churn", {}, 422, "users"],
  ["user and users", "POST", "/predictions/churn", { user: 1, users: [2] }, 422, "users"],
  ["a moment that is none", "POST", "/predictions/churn", { user: 1, asOf: "June" }, 422, "asOf"],
  ["a moment to come", "POST", "/predictions/churn", { user: 1, asOf: "2099-01-01" }, 422, "asOf"],
  ["a model that nothing serves", "POST", "/predictions/spending", { user: 1 }, 409, undefined],
  ["a rollback with nothing to go back to", "POST", "/models/churn/rollback", {}, 409, undefined],
  ["a promotion of no version", "POST", "/models/churn/promote", {}, 422, "version"],
  [
    "a promotion of a version that does not exist",
    "POST",
    "/models/churn/promote",
    { version: 9 },
    404,
    undefined,
  ],
] as const;

Deno.test("createApp() answers with problem+json, naming the field, to what it cannot do", (t) =>
  withApp(async ({ call }) => {
    for (const [name, method, path, body, status, field] of REFUSED) {
      await t.step(`${status} to ${name}`, async () => {
        const response = await call(method, path, body);
        assert.equal(response.headers.get("content-type"), "application/problem+json");
        const problem = Problem.parse(await response.json());
        assert.deepEqual(
          [response.status, problem.status, problem.field],
          [status, status, field],
          problem.detail,
        );
      });
    }
  }));

Deno.test("createApp() answers 400 to what is not JSON and 415 to another content type", () =>
  withApp(async ({ app, call }) => {
    const headers = (type: string) => ({ "X-API-Key": "pk_a-key-for-tests-only", "Content-Type": type });
    const broken = await app.request("/retraining/stop", {
      method: "POST",
      headers: headers("application/json"),
      body: "{",
    });
    assert.equal(broken.status, 400);
    const form = await app.request("/retraining/stop", {
      method: "POST",
      headers: headers("application/x-www-form-urlencoded"),
      body: "a=1",
    });
    assert.equal(form.status, 415);
    assert.equal((await call("POST", "/retraining/stop")).status, 202); // no body at all is fine
  }));
