import assert from "node:assert/strict";
import fc from "fast-check";
import { Hono } from "hono";
import { readQuestion } from "../../src/api/prediction_body.ts";
import { SHARED_FEATURES } from "../../src/features/set.ts";

const app = new Hono();
app.post("/", async (c) => c.json((await readQuestion(c, SHARED_FEATURES)).asked));
app.onError((error, c) => c.json({ refused: error.message }, 422));

const asked = async (body: unknown): Promise<unknown> => {
  const headers = { "Content-Type": "application/json" };
  return await (await app.request("/", { method: "POST", headers, body: JSON.stringify(body) })).json();
};

const id = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ unit: "grapheme", minLength: 190, maxLength: 210 }),
  fc.constantFrom("", " ", " 17 ", "17", 17, 1e21, null, true, [], {}, "\ud800", "a\0b"),
);

Deno.test("readQuestion() takes and refuses one shopper alone as it does beside a moment, where the schema reads it", async () => {
  const asOf = "2026-01-01T00:00:00Z";
  await fc.assert(fc.asyncProperty(id, async (user) => {
    assert.deepEqual(await asked({ user }), await asked({ user, asOf }));
  }));
});
