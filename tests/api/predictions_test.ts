import assert from "node:assert/strict";
import { FEATURES } from "../../src/features/definition.ts";
import { withApp } from "./support.ts";

/** All features at 0 but those given. */
const features = (given: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...Object.fromEntries(FEATURES.map((name) => [name, 0])),
  ...given,
});
const without = (name: string) => {
  const { [name]: _, ...others } = features();
  return others;
};

Deno.test("POST predictions takes one row or many, by name or in order, with or without a shopper", () =>
  withApp(async ({ call }) => {
    const ask = async (body: unknown) =>
      (await (await call("POST", "/predictions/churn", body)).json()).predictions;
    const first = FEATURES[0];
    assert.deepEqual(await ask({ row: { features: features({ [first]: 7 }) } }), [{
      user: null,
      prediction: 7,
    }]);
    const list = FEATURES.map((_, i) => i === 0 ? 0.5 : null);
    const reversed = Object.fromEntries(Object.entries(features({ [first]: 3 })).reverse());
    const rows = [{ user: " 17 ", features: list }, { user: 17, features: reversed }, {
      features: features({ [first]: null }),
    }];
    assert.deepEqual(await ask({ rows, asOf: "2011-06-01" }), [
      { user: "17", prediction: 0.5 },
      { user: "17", prediction: 3 },
      { user: null, prediction: null }, // NaN has no JSON
    ]);
  }));

Deno.test("POST predictions takes 10,000 rows", () =>
  withApp(async ({ call }) => {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ features: FEATURES.map(() => i) }));
    const { predictions } = await (await call("POST", "/predictions/churn", { rows })).json();
    assert.deepEqual([predictions.length, predictions[9_999].prediction], [10_000, 9_999]);
    assert.equal((await call("POST", "/predictions/churn", { rows: [...rows, rows[0]] })).status, 422);
  }));

const good = { features: features() };
const REFUSED = [
  [
    "a feature nobody knows",
    { rows: [good, { features: features({ recncy: 1 }) }] },
    "rows.1.features.recncy",
  ],
  ["a feature that is missing", { row: { features: without("recency") } }, "row.features.recency"],
  ["a feature that is text", { row: { features: features({ tenure: "9" }) } }, "row.features.tenure"],
  [
    "a number that float32 cannot hold",
    { row: { features: features({ tenure: 1e39 }) } },
    "row.features.tenure",
  ],
  ["too short a list", { rows: [{ features: [1, 2] }] }, "rows.0.features"],
  [
    "a value in a list",
    { row: { features: FEATURES.map((_, i) => i === 4 ? true : 0) } },
    "row.features.4",
  ],
  ["a row without features", { rows: [good, good, {}] }, "rows.2.features"],
  ["a row that is none", { rows: [null] }, "rows.0"],
  ["a field beside the features", { row: { ...good, version: 3 } }, "row.version"],
  ["an empty id", { rows: [{ ...good, user: " " }] }, "rows.0.user"],
  ["an id that is none", { rows: [{ ...good, user: {} }] }, "rows.0.user"],
  ["no rows", { rows: [] }, "rows"],
  ["a row and rows", { row: good, rows: [good] }, "users"],
  ["a row and a user", { row: good, user: 1 }, "users"],
  ["a field beside the rows", { row: good, model: "x" }, "model"],
  ["a moment that is none", { row: good, asOf: "June" }, "asOf"],
  ["a list", [good], "body"],
] as const;

Deno.test("POST predictions refuses a row that cannot be used, naming the field", (t) =>
  withApp(async ({ call }) => {
    for (const [name, body, field] of REFUSED) {
      await t.step(name, async () => {
        const response = await call("POST", "/predictions/churn", body);
        const problem = await response.json();
        assert.deepEqual([response.status, problem.field], [422, field], problem.detail);
        assert.ok(problem.detail.startsWith(`${field}: `), problem.detail);
      });
    }
  }));

Deno.test("POST predictions refuses what is not JSON, and what does not say that it is", () =>
  withApp(async ({ app, call }) => {
    const key = { "X-API-Key": "pk_a-key-for-tests-only" };
    const send = (type: string) =>
      app.request("/predictions/churn", {
        method: "POST",
        headers: { ...key, "Content-Type": type },
        body: "{",
      });
    assert.deepEqual([(await send("application/json")).status, (await send("text/csv")).status], [400, 415]);
    assert.equal((await call("POST", "/predictions/luck", { row: good })).status, 404);
  }));

Deno.test("GET features tells what a row holds, in order", () =>
  withApp(async ({ app }) => {
    const { model, features } = await (await app.request("/models/churn/features")).json();
    assert.equal(model, "churn");
    assert.deepEqual(features.map(({ name }: { name: string }) => name), FEATURES);
    assert.deepEqual(features[0], { name: "recency", means: "days since the last purchase" });
    assert.equal((await app.request("/models/luck/features")).status, 404);
  }));
