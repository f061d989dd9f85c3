import assert from "node:assert/strict";
import fc from "fast-check";
import { Hono } from "hono";
import { readQuestion } from "../../src/api/prediction_body.ts";
import { SHARED_FEATURES } from "../../src/features/set.ts";

const app = new Hono();
app.post("/", async (c) => {
  const { asked, refused } = await readQuestion(c, SHARED_FEATURES);
  const features = "features" in asked ? [...asked.features] : undefined;
  const reasons = Object.fromEntries([...refused].map(([place, { reason }]) => [place, reason]));
  return c.json({ asked: { users: asked.users, features }, refused: reasons });
});
app.onError((error, c) => c.json({ refused: error.message }, 422));

// deno-lint-ignore no-explicit-any -- whatever comes back is compared
const answered = async (body: unknown): Promise<any> => {
  const headers = { "Content-Type": "application/json" };
  return await (await app.request("/", { method: "POST", headers, body: JSON.stringify(body) })).json();
};

const id = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ unit: "grapheme", minLength: 190, maxLength: 210 }),
  fc.constantFrom("", " ", " 17 ", "17", 17, 1e21, null, true, [], {}, "\ud800", "a\0b"),
);

/** Answers to ids in a list: what is asked about, and by place what is answered at once. */
const LISTS = [
  ["all are usable", [" 17 ", 17], ["17", "17"], {}],
  ["one is blank", ["17", "", "18"], ["17", "18"], { 1: "it is blank" }],
  ["one is of characters that nobody sees", ["\u200b\ufeff", "18"], ["18"], { 0: "it is blank" }],
  ["one is too long", ["17", "x".repeat(201)], ["17"], { 1: "it is longer than 200 characters" }],
  ["one has 200 characters of two units each", ["😀".repeat(200)], ["😀".repeat(200)], {}],
  ["one holds a NUL", ["a\0b", "17"], ["17"], {
    0: "it holds what no text holds: a NUL, or half of a surrogate pair",
  }],
  ["one is null", [null, "17", null], ["17"], { 0: "the id is null", 2: "the id is null" }],
] as const;

for (const [name, users, kept, reasons] of LISTS) {
  Deno.test(`readQuestion() of ids and of rows costs one bad id its own answer: ${name}`, async () => {
    const features = SHARED_FEATURES.names.map((_, i) => i);
    const rows = users.map((user) => ({ user, features }));
    for (const body of [{ users }, { rows }]) {
      const { asked, refused } = await answered(body);
      assert.deepEqual(asked.users, kept);
      assert.deepEqual(refused, reasons);
      if (asked.features) assert.equal(asked.features.length, kept.length * features.length);
    }
  });
}

Deno.test("readQuestion() refuses ids of which none can be asked about, and what is no id at all", async () => {
  assert.match((await answered({ users: [" ", null] })).refused, /^users\.0: .*it is blank$/);
  assert.match((await answered({ users: ["17", {}] })).refused, /^users\.1: need text or a number/);
  assert.match((await answered({ user: "\u200b" })).refused, /^user: .*it is blank$/);
});

Deno.test("readQuestion() takes and refuses one shopper alone as it does beside a moment, where the schema reads it", async () => {
  const asOf = "2026-01-01T00:00:00Z";
  await fc.assert(fc.asyncProperty(id, async (user) => {
    assert.deepEqual(await answered({ user }), await answered({ user, asOf }));
  }));
});
