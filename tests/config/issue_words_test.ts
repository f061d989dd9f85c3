import assert from "node:assert/strict";
import { z } from "zod";
import { issueText } from "../../src/config/issue_words.ts";

for (
  const [name, schema, value, wanted] of [
    ["a number below its least", z.number().min(1), 0, "needs at least 1"],
    ["a number that has to lie above", z.number().positive(), 0, "needs more than 0"],
    ["a number that has to lie below", z.number().lt(5), 5, "needs less than 5"],
    ["a text too long", z.string().max(2), "abc", "needs at most 2 characters"],
    ["a list too short", z.array(z.string()).min(1), [], "needs at least 1 entry"],
    ["a word that is none of a few", z.enum(["canary", "shadow"]), "x", "needs one of canary, shadow"],
    ["a text for a number", z.number(), "x", "needs a number"],
    ["a fraction for a whole number", z.int(), 1.5, "needs a whole number"],
    ["a key nobody knows", z.strictObject({}), { a: 1 }, "is not known here"],
    ["a schema that has words of its own", z.string().min(1, "Say why"), "", "Say why"],
  ] as const
) {
  Deno.test(`issueText() says in our words what is wrong with ${name}`, () => {
    const [issue] = schema.safeParse(value).error!.issues;
    assert.equal(issueText(issue), wanted);
  });
}
