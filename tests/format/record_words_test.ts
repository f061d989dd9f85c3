import assert from "node:assert/strict";
import { recordWords } from "../../src/format/record_words.ts";

for (
  const [name, value, want] of [
    ["says nothing of nothing", null, "nothing"],
    ["names each part", { version: 3, active: true }, "version 3, active true"],
    ["reads names of several words", { rollBackTo: 2 }, "roll back to 2"],
    [
      "puts what is within in brackets",
      { claims: { by: "ann" }, signed: false },
      "claims (by ann), signed false",
    ],
    ["lists", { models: ["churn", "spending"], none: [] }, "models churn, spending, none none"],
  ] as const
) Deno.test(`recordWords() ${name}`, () => assert.equal(recordWords(value), want));
